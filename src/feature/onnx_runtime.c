#include "feature/onnx.h"
