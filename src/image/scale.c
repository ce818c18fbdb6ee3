#include "image/scale.h"
