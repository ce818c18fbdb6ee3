#include "image/corrupt.h"
