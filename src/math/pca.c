#include "math/pca.h"
