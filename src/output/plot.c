#include "output/report.h"
