/* Short lists, looked through once for every node of a graph. */
#include "feature/onnx_operators.h"

static const char *const LAYERS[] = { "Gemm",
                                      "MatMul",
                                      "Conv",
                                      "ConvTranspose",
                                      "FusedConv",
                                      "FusedGemm",
                                      "FusedMatMul",
                                      "NhwcConv",
                                      "NhwcFusedConv",
                                      "ConvInteger",
                                      "MatMulInteger",
                                      "MatMulIntegerToFloat",
                                      "DynamicQuantizeMatMul",
                                      "MatMulNBits",
                                      NULL };
/* The weights are input 3, after the data's scale and zero point. */
static const char *const QUANTISED_LAYERS[] = { "QLinearConv", "QLinearMatMul", "QGemm", NULL };
static const char *const NEUTRAL[] = { "Dropout", "Identity", "Cast", NULL };
static const char *const QUANTISERS[] = { "QuantizeLinear", "DynamicQuantizeLinear", NULL };
static const char *const RESHAPERS[] = { "Flatten",  "Reshape", "Squeeze",          "Unsqueeze",
                                         "Identity", "Cast",    "DequantizeLinear", NULL };
static const char *const CHANNELS_FIRST[] = { "Conv",
                                              "ConvTranspose",
                                              "FusedConv",
                                              "ConvInteger",
                                              "QLinearConv",
                                              "MaxPool",
                                              "AveragePool",
                                              "LpPool",
                                              "GlobalAveragePool",
                                              "GlobalMaxPool",
                                              "QLinearAveragePool",
                                              "QLinearGlobalAveragePool",
                                              "BatchNormalization",
                                              "InstanceNormalization",
                                              "GroupNormalization",
                                              "LRN",
                                              "DepthToSpace",
                                              "SpaceToDepth",
                                              NULL };

static gboolean
is_one_of (const char *const *ops, const char *op)
{
  return op != NULL && g_strv_contains (ops, op);
}

gsize
onnx_op_weights (const char *op)
{
  return is_one_of (QUANTISED_LAYERS, op) ? 3 : is_one_of (LAYERS, op) ? 1 : 0;
}

gboolean
onnx_op_is_neutral (const char *op)
{
  return is_one_of (NEUTRAL, op);
}

gboolean
onnx_op_is_quantiser (const char *op)
{
  return is_one_of (QUANTISERS, op);
}

gboolean
onnx_op_is_reshaper (const char *op)
{
  return is_one_of (RESHAPERS, op);
}

gboolean
onnx_op_is_channels_first (const char *op)
{
  return is_one_of (CHANNELS_FIRST, op);
}
