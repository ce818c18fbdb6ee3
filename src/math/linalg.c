#include "math/linalg.h"
