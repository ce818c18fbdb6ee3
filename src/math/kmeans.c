#include "math/kmeans.h"
