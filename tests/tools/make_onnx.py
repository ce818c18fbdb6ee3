"""Small ONNX models of every sort pardon meets: make_onnx.py FOLDER. Opset 13, IR version 8 but where said.

They share one net (pictures of 8 x 8): 3 x 3 convolution to 4 channels, ReLU ('relu'), mean over space ('pool'), flattened
('flat'), and a head of 5 classes ('logits')."""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper

FLOAT = T.FLOAT


def weights():
    rng = np.random.default_rng(7)
    return {
        "cw": rng.normal(0, 0.3, (4, 3, 3, 3)).astype("f4"),
        "cb": rng.normal(0, 0.3, 4).astype("f4"),
        "gw": rng.normal(0, 0.5, (5, 4)).astype("f4"),
        "gb": rng.normal(0, 0.5, 5).astype("f4"),
    }


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def body(data="input"):
    return [
        node("Conv", data + " cw cb", "conv", pads=[1, 1, 1, 1]),
        node("Relu", "conv", "relu"),
        node("GlobalAveragePool", "relu", "pool"),
        node("Flatten", "pool", "flat"),
    ]


GEMM = [node("Gemm", "flat gw gb", "logits", transB=1)]


def model(nodes, inputs=None, output="logits", extra=None, drop=(), kind=FLOAT, ir=8, listed=(), out_kind=None):
    """`extra`: further initialisers, `drop`: those of the shared net not wanted, `listed`: initialisers that are inputs too."""
    arrays = {k: v for k, v in weights().items() if k not in drop}
    if kind in (T.FLOAT16, T.DOUBLE):
        arrays = {k: v.astype("f2" if kind == T.FLOAT16 else "f8") for k, v in arrays.items()}
    arrays.update(extra or {})
    given = [helper.make_tensor_value_info(n, t, s) for n, t, s in (inputs or [("input", kind, ["N", 3, 8, 8])])]
    given += [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(arrays[n].dtype)
                                            if hasattr(helper, "np_dtype_to_tensor_dtype")
                                            else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[arrays[n].dtype], arrays[n].shape)
              for n in listed]
    graph = helper.make_graph(nodes, "net", given, [helper.make_tensor_value_info(output, out_kind or kind, None)],
                              [numpy_helper.from_array(v, k) for k, v in arrays.items()])
    m = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    m.ir_version = ir
    return m


def i64(*values):
    return np.array(values, "i8")


def quantised():
    """Scales and zero points for the shared net, and its weights in int8."""
    w = weights()
    q = {"xs": np.float32(1 / 64), "xz": np.uint8(128), "as": np.float32(1 / 32), "az": np.uint8(0), "zero": np.int8(0)}
    for name in ("cw", "gw"):
        scale = np.float32(np.abs(w[name]).max() / 127)
        q[name + "_s"] = scale
        q[name + "_q"] = np.clip(np.rint(w[name] / scale), -127, 127).astype("i1")
    q["gw_qt"] = np.ascontiguousarray(q["gw_q"].T)
    q["cb_q"] = np.rint(w["cb"] / (q["xs"] * q["cw_s"])).astype("i4")
    return {k: np.asarray(v) for k, v in q.items()}


def nhwc_tail():
    return [node("Transpose", "input", "planar", perm=[0, 3, 1, 2])] + body("planar")[:2] + [
        node("Transpose", "relu", "relu_nhwc", perm=[0, 2, 3, 1]),
        node("Sigmoid", "relu_nhwc", "soft_nhwc"),
        node("ReduceMean", "soft_nhwc", "pool_nhwc", axes=[1, 2], keepdims=0),
        node("MatMul", "pool_nhwc gt", "product"),
        node("Add", "product gb", "logits"),
    ]


def vit():
    return [
        node("Conv", "input pw", "patches", strides=[4, 4]),
        node("Reshape", "patches shape", "columns"),
        node("Transpose", "columns", "embedded", perm=[0, 2, 1]),
        node("MatMul", "embedded tw", "projected"),
        node("Add", "projected embedded", "tokens"),
        node("Transpose", "tokens", "keys", perm=[0, 2, 1]),
        node("MatMul", "tokens keys", "scores"),
        node("Softmax", "scores", "attention", axis=-1),
        node("MatMul", "attention tokens", "mixed"),
        node("ReduceMean", "mixed", "mean", axes=[1], keepdims=0),
        node("MatMul", "mean vw", "logits"),
    ]


def qdq():
    return [
        node("QuantizeLinear", "input xs xz", "xq"),
        node("DequantizeLinear", "xq xs xz", "xd"),
        node("DequantizeLinear", "cw_q cw_s zero", "cwd"),
        node("Conv", "xd cwd cb", "conv", pads=[1, 1, 1, 1]),
        node("Relu", "conv", "relu"),
        node("GlobalAveragePool", "relu", "pool"),
        node("Flatten", "pool", "flat"),
        node("QuantizeLinear", "flat as az", "fq"),
        node("DequantizeLinear", "fq as az", "fd"),
        node("DequantizeLinear", "gw_q gw_s zero", "gwd"),
        node("Gemm", "fd gwd gb", "logits", transB=1),
    ]


def qlinear():
    return [
        node("QuantizeLinear", "input xs xz", "xq"),
        node("QLinearConv", "xq xs xz cw_q cw_s zero as az cb_q", "relu_q", pads=[1, 1, 1, 1]),
        node("DequantizeLinear", "relu_q as az", "relu"),
        node("GlobalAveragePool", "relu", "pool"),
        node("Flatten", "pool", "flat"),
        node("QuantizeLinear", "flat as az", "fq"),
        node("QLinearMatMul", "fq as az gw_qt gw_s zero xs xz", "logits_q"),
        node("DequantizeLinear", "logits_q xs xz", "logits"),
    ]


def dynamic():
    return body() + [
        node("DynamicQuantizeLinear", "flat", "fq fs fz"),
        node("MatMulInteger", "fq gw_qt fz", "product"),
        node("Cast", "product", "product_f", to=FLOAT),
        node("Mul", "fs gw_s", "scale"),
        node("Mul", "product_f scale", "scaled"),
        node("Add", "scaled gb", "logits"),
    ]


def models():
    w, q = weights(), quantised()
    gt = {"gt": np.ascontiguousarray(w["gw"].T)}
    rng = np.random.default_rng(8)
    shared = body() + GEMM
    four = {"gw4": w["gw"].reshape(5, 4, 1, 1)}
    transposed = [node("Transpose", "input", "planar", perm=[0, 3, 1, 2])] + body("planar") + GEMM

    def shaped(*shape, kind=FLOAT):
        return [("input", kind, list(shape))]

    yield "gemm", model(shared)
    yield "softmax", model(shared + [node("Softmax", "logits", "prob", axis=1)], output="prob")
    yield "conv_head", model(body()[:3] + [node("Conv", "pool gw4 gb", "head"), node("Flatten", "head", "logits")],
                             extra=four, drop=["gw"])
    yield "map_head", model(body()[:2] + [node("Dropout", "relu", "dropped"), node("Conv", "dropped gw4 gb", "head"),
                                          node("GlobalAveragePool", "head", "head_pool"),
                                          node("Flatten", "head_pool", "logits")], extra=four, drop=["gw"])
    yield "matmul_head", model(body() + [node("Dropout", "flat", "dropped"), node("MatMul", "dropped gt", "product"),
                                         node("Add", "product gb", "logits")], extra=gt, drop=["gw"])
    yield "nhwc", model(transposed, shaped("N", 8, 8, 3))
    yield "nhwc_free", model(transposed, shaped("N", "H", "W", "C"))
    yield "nhwc_tail", model(nhwc_tail(), shaped("N", 8, 8, 3), extra=gt, drop=["gw"])
    yield "fixed1", model(shared, shaped(1, 3, 8, 8))
    yield "fixed4", model(shared, shaped(4, 3, 8, 8))
    yield "row", model(shared + [node("Reshape", "logits flat_shape", "row")], shaped(1, 3, 8, 8), "row",
                       extra={"flat_shape": i64(-1)})
    yield "hidden1", model(body()[:3] + [node("Reshape", "pool one", "flat")] + GEMM, extra={"one": i64(1, 4)})
    yield "free_size", model(shared, shaped("N", 3, "H", "W"))
    yield "all_free", model(shared, shaped("N", "C", "H", "W"))
    yield "half", model(shared, kind=T.FLOAT16)
    yield "double", model([node("ReduceMean", "input", "flat", axes=[2, 3], keepdims=0), node("MatMul", "flat w3", "logits")],
                          kind=T.DOUBLE, extra={"w3": rng.normal(0, 1, (3, 5))}, drop=list(w))
    yield "bytes", model([node("Cast", "input", "real", to=FLOAT), node("Mul", "real scale", "scaled")] + body("scaled")
                         + GEMM, shaped("N", 3, 8, 8, kind=T.UINT8), extra={"scale": np.float32(1 / 64).reshape(())})
    yield "qdq", model(qdq(), extra={k: q[k] for k in ("xs", "xz", "as", "az", "zero", "cw_q", "cw_s", "gw_q", "gw_s")},
                       drop=["cw", "gw"])
    yield "qlinear", model(qlinear(), extra={k: v for k, v in q.items() if k != "gw_q"}, drop=["cw", "gw", "cb", "gb"])
    yield "dynamic", model(dynamic(), extra={k: q[k] for k in ("gw_qt", "gw_s")}, drop=["gw"])
    yield "vit", model(vit(), extra={"pw": rng.normal(0, 0.2, (6, 3, 4, 4)).astype("f4"), "shape": i64(0, 6, 4),
                                     "tw": rng.normal(0, 0.4, (6, 6)).astype("f4"),
                                     "vw": rng.normal(0, 0.4, (6, 5)).astype("f4")}, drop=list(w))
    factor = {"factor": np.float32([2.0])}
    scaled = body() + [node("Gemm", "flat gw gb", "plain", transB=1), node("Mul", "plain factor", "logits")]
    yield "default_input", model(scaled, extra=factor, listed=["factor"])
    yield "ir3", model(scaled, extra=factor, ir=3, listed=["factor", "cw", "cb", "gw", "gb"])
    yield "two_inputs", model(shared[:-1] + [node("Add", "flat other", "sum"), node("Gemm", "sum gw gb", "logits", transB=1)],
                              [("input", FLOAT, ["N", 3, 8, 8]), ("other", FLOAT, ["N", 4])])
    yield "text", model([node("Identity", "input", "logits")], [("input", T.STRING, ["N", 3, 8, 8])], drop=list(w),
                        kind=FLOAT, out_kind=T.STRING)
    yield "grey", model(body() + GEMM, shaped("N", 1, 8, 8), extra={"cw": w["cw"][:, :1].copy()})
    yield "table", model([node("Gemm", "input gw gb", "logits", transB=1)], shaped("N", 4), drop=["cw", "cb"])
    yield "label", model(shared + [node("ArgMax", "logits", "label", axis=1, keepdims=0)], output="label", out_kind=T.INT64)
    yield "root", model([node("GlobalAveragePool", "input", "pool"), node("Flatten", "pool", "flat3"),
                         node("Sqrt", "flat3", "root"), node("MatMul", "root w3", "logits")],
                        extra={"w3": rng.normal(0, 1, (3, 5)).astype("f4")}, drop=list(w))
    yield "no_weights", model([node("GlobalAveragePool", "input", "pool"), node("Flatten", "pool", "logits")], drop=list(w))


def write_all(folder):
    os.makedirs(folder, exist_ok=True)
    for name, m in models():
        onnx.save(m, os.path.join(folder, name + ".onnx"))
    first = dict(models())["gemm"]
    path = os.path.join(folder, "external.onnx")
    for file in (path, path + ".data"):
        if os.path.exists(file):  # onnx appends to a data file that is there
            os.remove(file)
    onnx.save_model(first, path, save_as_external_data=True, location="external.onnx.data", size_threshold=0)
    first = dict(models())["gemm"]
    path = os.path.join(folder, "external_lost.onnx")
    onnx.save_model(first, path, save_as_external_data=True, location="lost.data", size_threshold=0)
    os.remove(os.path.join(folder, "lost.data"))
    with open(os.path.join(folder, "gemm.onnx"), "rb") as f:
        whole = f.read()
    for name, content in {"cut.onnx": whole[:len(whole) // 2], "empty.onnx": b"", "noise.onnx": bytes(range(255, 0, -1)) * 9,
                          "text.txt": b"this is no model\n", "zip.onnx": b"PK\x03\x04 torch", "page.onnx": b"<html></html>",
                          "pointer.onnx": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"}.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(content)


if __name__ == "__main__":
    write_all(sys.argv[1])
