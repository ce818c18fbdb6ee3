#include "feature/onnx_graph.h"
