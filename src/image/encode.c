#include "image/encode.h"
