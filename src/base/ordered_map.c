#include "base/ordered_map.h"
