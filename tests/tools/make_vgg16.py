"""A full-size VGG16 with random weights, as Keras' own becomes through tf2onnx: make_vgg16.py FILE.onnx [SIDE].

Input N x 224 x 224 x 3 with a leading Transpose, tensors named after Keras' layers (block1_conv1 ... fc1, fc2, predictions), about
550 MB. Weights are random (He et al. 2015 scaling, so that activations keep their size) and written one layer at a time."""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

BLOCKS = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]


class Writer:
    def __init__(self, path):
        self.file = open(path, "wb")
        self.rng = np.random.default_rng(16)
        self.pending = []

    def graph(self, **fields):
        """One more piece of ModelProto.graph: protobuf merges a field given many times."""
        self.file.write(onnx.ModelProto(graph=onnx.GraphProto(**fields)).SerializeToString())

    def weight(self, name, shape, fan_in):
        values = self.rng.standard_normal(shape, "f4")
        values *= np.float32(np.sqrt(2 / fan_in))
        self.graph(initializer=[helper.make_tensor(name, TensorProto.FLOAT, shape, values.tobytes(), raw=True)])

    def node(self, op, inputs, output, **attributes):
        self.graph(node=[helper.make_node(op, inputs, [output], **attributes)])


def write(path, side=224):
    w = Writer(path)
    w.file.write(onnx.ModelProto(ir_version=8, opset_import=[helper.make_opsetid("", 13)]).SerializeToString())
    w.graph(name="vgg16", input=[helper.make_tensor_value_info("input_1", TensorProto.FLOAT, ["N", side, side, 3])],
            output=[helper.make_tensor_value_info("predictions", TensorProto.FLOAT, ["N", 1000])])
    w.node("Transpose", ["input_1"], "planar", perm=[0, 3, 1, 2])
    last, channels = "planar", 3
    for b, (width, count) in enumerate(BLOCKS, 1):
        for c in range(1, count + 1):
            name = f"block{b}_conv{c}"
            w.weight(name + "_kernel", (width, channels, 3, 3), channels * 9)
            w.weight(name + "_bias", (width,), 1e6)
            w.node("Conv", [last, name + "_kernel", name + "_bias"], name + "_linear", pads=[1] * 4, kernel_shape=[3, 3])
            w.node("Relu", [name + "_linear"], name)
            last, channels = name, width
        w.node("MaxPool", [last], f"block{b}_pool", kernel_shape=[2, 2], strides=[2, 2])
        last = f"block{b}_pool"
    w.node("Transpose", [last], "channels_last", perm=[0, 2, 3, 1])
    w.node("Flatten", ["channels_last"], "flatten")
    last, channels = "flatten", 512 * (side // 32) ** 2
    for name, width in (("fc1", 4096), ("fc2", 4096), ("predictions", 1000)):
        w.weight(name + "_kernel", (channels, width), channels)
        w.weight(name + "_bias", (width,), 1e6)
        w.node("MatMul", [last, name + "_kernel"], name + "_product")
        linear = "logits" if name == "predictions" else name + "_linear"
        w.node("Add", [name + "_product", name + "_bias"], linear)
        w.node(*(("Softmax", [linear], name) if name == "predictions" else ("Relu", [linear], name)))
        last, channels = name, width
    w.file.close()


if __name__ == "__main__":
    write(sys.argv[1], *map(int, sys.argv[2:]))
