#include "image/scene.h"
