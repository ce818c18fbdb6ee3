#include "pardon.h"
