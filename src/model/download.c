#include "model/download.h"
