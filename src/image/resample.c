#include "image/resample.h"
