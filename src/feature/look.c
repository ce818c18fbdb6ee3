#include "feature/look.h"
