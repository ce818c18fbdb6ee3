#include "image/view.h"
