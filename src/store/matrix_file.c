#include "store/matrix_file.h"
