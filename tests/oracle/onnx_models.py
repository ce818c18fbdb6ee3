"""ONNX models against PyTorch's features (shared material) and against the operators written out in NumPy (small models)."""
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper
from PIL import Image

import tap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import make_onnx  # noqa: E402

TOOL = os.path.join(tap.BUILD, "tests/tools/tool_onnx")
FOLDER = tempfile.TemporaryDirectory()
make_onnx.write_all(FOLDER.name)


def small(name):
    return os.path.join(FOLDER.name, name)


def tool(*arguments, code=0, **environment):
    done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    assert done.stderr == "", done.stderr
    return done.stdout


def have_runtime():
    said = subprocess.run([TOOL, "info", small("gemm.onnx"), "8", "8", "-"], capture_output=True, text=True).stdout
    if said.startswith("error 3"):
        raise tap.Skip("no ONNX Runtime: " + said.strip())


def run(path, tensors, pictures, batch=4):
    """`pictures`: n x ... float32 in the graph's own layout."""
    width, height = (pictures.shape[3], pictures.shape[2]) if pictures.shape[1] == 3 else pictures.shape[2:0:-1]
    given, got = small("in.raw"), small("out.raw")
    pictures.astype("f4").tofile(given)
    tool("run", path, width, height, batch, given, got, tensors)
    return np.fromfile(got, "f4").reshape(len(pictures), -1)


def relative(a, b):
    """Relative L2 by row."""
    a, b = a.astype("f8"), b.astype("f8")
    return np.max(np.linalg.norm(a - b, axis=1) / np.linalg.norm(b, axis=1))


# What the oracle's .json files say, with Pillow and NumPy.

def caffe104(im):
    return (np.asarray(im, "f4")[:, :, ::-1] - np.float32([104, 117, 123])).transpose(2, 0, 1)


def short_and_centre(im, short, side):
    w, h = im.size
    size = (short, int(short * h / w)) if w < h else (int(short * w / h), short)
    im = im.resize(size, Image.BILINEAR)
    left, top = int(round((size[0] - side) / 2)), int(round((size[1] - side) / 2))
    return im.crop((left, top, left + side, top + side))


def oracle(name):
    import json
    with open(tap.shared("oracle", name + ".json")) as f:
        return json.load(f)


def test_squeezenet_photos():
    have_runtime()
    files = oracle("photos")["files"]
    x = np.stack([caffe104(short_and_centre(Image.open(tap.shared("data/photos", f)).convert("RGB"), 256, 227)) for f in files])
    model = tap.shared("models/squeezenet1.1.onnx")
    features, logits = (np.load(tap.shared("oracle/photos_%s.npy" % t)) for t in ("features", "logits"))
    error = relative(run(model, "features", x, 8), features)
    assert error < 1e-4, error
    ours = run(model, "logits", x, 8)
    assert relative(ours, logits) < 1e-4
    assert np.mean(ours.argmax(1) == logits.argmax(1)) > 0.996
    print("# squeezenet, 300 photographs: features differ by at most %.2g (relative L2 of a row)" % error)


def test_squeezenet_penultimate_is_features():
    """The penultimate tensor stands before the pooling, and we pool it ourselves."""
    have_runtime()
    files = oracle("seed")["files"]
    x = np.stack([caffe104(Image.open(tap.shared("data/seed", f)).convert("RGB").resize((227, 227), Image.NEAREST))
                  for f in files])
    features = np.load(tap.shared("oracle/seed_features.npy"))
    for tensor in ("-", "fire9_concat", "features"):
        error = relative(run(tap.shared("models/squeezenet1.1.onnx"), tensor, x), features)
        assert error < 1e-4, (tensor, error)


def test_mobilenetv2_photos():
    have_runtime()
    files = oracle("photos_mobilenetv2")["files"]
    x = np.stack([np.asarray(short_and_centre(Image.open(tap.shared("data/photos", f)).convert("RGB"), 256, 224), "f4")
                  .transpose(2, 0, 1) / np.float32(127.5) - 1 for f in files])
    ours = run(tap.shared("models/mobilenetv2.onnx"), "logits", x, 8)
    logits = np.load(tap.shared("oracle/photos_mobilenetv2_logits.npy"))
    assert relative(ours, logits) < 1e-3, relative(ours, logits)
    assert np.mean(ours.argmax(1) == logits.argmax(1)) > 0.996


def test_penultimate_of_shared_models():
    have_runtime()
    for name, side, tensor, width, pooled in (("squeezenet1.1", 227, "fire9_concat", 512, "pooled"),
                                              ("mobilenetv2", 224, "pool", 1280, "whole"),
                                              ("mobilenetv1_0.25_128", 128, "pool", 256, "whole")):
        said = tool("info", tap.shared("models", name + ".onnx"), side, side, "-").splitlines()
        assert said == [f"{side}x{side} planar batch 0", f"{tensor} {width} {pooled}"], said


# The operators of the small models, written out.

def conv(x, w, b, pads=(0, 0, 0, 0), strides=(1, 1)):
    x = np.pad(x.astype("f8"), ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    kh, kw = w.shape[2:]
    high, wide = (x.shape[2] - kh) // strides[0] + 1, (x.shape[3] - kw) // strides[1] + 1
    y = np.zeros((len(x), len(w), high, wide))
    for i in range(high):
        for j in range(wide):
            patch = x[:, :, i * strides[0]:i * strides[0] + kh, j * strides[1]:j * strides[1] + kw]
            y[:, :, i, j] = np.einsum("ncij,ocij->no", patch, w.astype("f8"))
    return y + (0 if b is None else b.astype("f8").reshape(1, -1, 1, 1))


def quantise(x, scale, zero):
    info = np.iinfo(zero.dtype)
    return np.clip(np.rint(x / scale) + zero, info.min, info.max).astype(zero.dtype)


def evaluate(m, pictures, wanted):
    """The graph in float64, integers exact."""
    values = {i.name: numpy_helper.to_array(i) for i in m.graph.initializer}
    values[m.graph.input[0].name] = pictures
    for n in m.graph.node:
        a = {k.name: onnx.helper.get_attribute_value(k) for k in n.attribute}
        v = [values[i] for i in n.input]
        x = v[0]
        values[n.output[0]] = {
            "Conv": lambda: conv(x, v[1], v[2] if len(v) > 2 else None, a.get("pads", (0,) * 4), a.get("strides", (1, 1))),
            "Relu": lambda: np.maximum(x, 0),
            "GlobalAveragePool": lambda: x.mean((2, 3), keepdims=True),
            "Flatten": lambda: x.reshape(len(x), -1),
            "Gemm": lambda: x @ v[1].T.astype("f8") + v[2],
            "MatMul": lambda: x.astype("f8") @ v[1].astype("f8"),
            "Add": lambda: x + v[1], "Mul": lambda: x * v[1].astype("f8"),
            "Softmax": lambda: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
            "Sigmoid": lambda: 1 / (1 + np.exp(-x)), "Sqrt": lambda: np.sqrt(x),
            "Dropout": lambda: x, "Identity": lambda: x, "Cast": lambda: x.astype("f8"),
            "Transpose": lambda: x.transpose(a["perm"]),
            "Reshape": lambda: x.reshape(-1) if list(v[1]) == [-1] else x.reshape(len(x), *v[1][1:]),
            "ReduceMean": lambda: x.mean(tuple(a["axes"]), keepdims=bool(a["keepdims"])),
            "QuantizeLinear": lambda: quantise(x, v[1], v[2]),
            "DequantizeLinear": lambda: (x.astype("f8") - v[2]) * v[1],
            "QLinearConv": lambda: quantise(conv((x.astype("f8") - v[2]) * v[1], v[3] * v[4].astype("f8"),
                                                 v[8] * (v[1] * v[4]).astype("f8"), a["pads"]), v[6], v[7]),
            "QLinearMatMul": lambda: quantise(((x.astype("f8") - v[2]) * v[1]) @ (v[3] * v[4].astype("f8")), v[6], v[7]),
            "ArgMax": lambda: x.argmax(a["axis"]),
        }[n.op_type]()
    y = values[wanted]
    if y.ndim == 4:
        return y.mean((1, 2) if wanted.endswith("_nhwc") else (2, 3))
    return y.mean(1) if y.ndim == 3 else y.reshape(len(pictures), -1)


def pictures(n, *shape):
    return np.random.default_rng(n).normal(0.2, 1, (n, *shape)).astype("f4")


def check(name, tensors, x, bound, batches=(1, 3, 7)):
    have_runtime()
    m = onnx.load(small(name + ".onnx"))
    for tensor in tensors:
        for batch in batches:
            ours, right = run(small(name + ".onnx"), tensor, x, batch), evaluate(m, x, tensor)
            assert ours.shape == right.shape, (name, tensor, ours.shape, right.shape)
            assert relative(ours, right) < bound, (name, tensor, batch, relative(ours, right))


def test_float_graphs():
    for name, tensors in {"gemm": ["flat", "relu", "conv", "logits"], "softmax": ["prob", "flat"], "conv_head": ["pool", "logits"],
                          "map_head": ["relu", "head"], "matmul_head": ["flat", "product"], "free_size": ["flat"],
                          "all_free": ["flat"], "vit": ["tokens", "mean", "logits", "patches"], "no_weights": ["logits"],
                          "double": ["flat", "logits"]}.items():
        check(name, tensors, pictures(7, 3, 8, 8), 1e-5)
    check("free_size", ["flat", "relu"], pictures(5, 3, 11, 17), 1e-5)


def test_channels_last():
    for name, tensors in {"nhwc": ["flat", "relu", "logits"], "nhwc_free": ["flat"],
                          "nhwc_tail": ["relu", "relu_nhwc", "soft_nhwc", "logits"]}.items():
        check(name, tensors, pictures(7, 8, 8, 3), 1e-5)


def test_fixed_batches():
    """Padding, several runs, and graphs that only say that their batch is free."""
    for name in ("fixed1", "fixed4"):
        check(name, ["flat", "logits"], pictures(7, 3, 8, 8), 1e-5, (1, 2, 4, 7))
    x = pictures(7, 3, 8, 8)
    gemm = onnx.load(small("gemm.onnx"))
    for name, tensor in (("hidden1", "logits"), ("row", "row")):
        have_runtime()
        assert relative(run(small(name + ".onnx"), tensor, x, 3), evaluate(gemm, x, "logits")) < 1e-5, name
        assert tool("info", small(name + ".onnx"), 8, 8, tensor).splitlines() == ["8x8 planar batch 1", tensor + " 5 whole"]


def test_half_precision():
    have_runtime()
    m = onnx.load(small("half.onnx"))
    x = pictures(7, 3, 8, 8)
    for tensor in ("flat", "relu", "logits"):
        assert relative(run(small("half.onnx"), tensor, x), evaluate(m, x.astype("f2").astype("f8"), tensor)) < 3e-3, tensor


def test_bytes_are_rounded_and_clamped():
    have_runtime()
    x = np.random.default_rng(2).uniform(-40, 300, (5, 3, 8, 8)).astype("f4")
    x[0, 0, 0, :4] = [-1e30, 1e30, 0.49, 254.6]
    m = onnx.load(small("bytes.onnx"))
    assert relative(run(small("bytes.onnx"), "flat", x), evaluate(m, np.clip(np.rint(x), 0, 255), "flat")) < 1e-5


def test_quantised_graphs():
    """The runtime may round a step differently where it fuses: one step in 4 values of about 20."""
    check("qdq", ["flat", "logits"], pictures(7, 3, 8, 8), 2e-2)
    check("qlinear", ["flat", "relu", "logits"], pictures(7, 3, 8, 8), 2e-2)
    check("qlinear", ["relu_q", "fq"], pictures(7, 3, 8, 8), 6e-2)
    have_runtime()
    x = pictures(7, 3, 8, 8)
    right = evaluate(onnx.load(small("gemm.onnx")), x, "logits")
    assert relative(run(small("dynamic.onnx"), "logits", x), right) < 5e-2


def test_external_data_and_defaults():
    check("external", ["flat", "relu", "logits"], pictures(7, 3, 8, 8), 1e-5)
    for name in ("default_input", "ir3"):
        check(name, ["flat", "logits"], pictures(7, 3, 8, 8), 1e-5)


def test_penultimate_of_small_models():
    wanted = {"gemm": "flat", "softmax": "flat", "conv_head": "pool", "map_head": "relu", "matmul_head": "flat", "qdq": "flat",
              "nhwc": "flat", "nhwc_tail": "pool_nhwc", "qlinear": "flat", "dynamic": "flat", "vit": "mean", "half": "flat",
              "label": "flat", "ir3": "flat", "external": "flat", "row": "flat", "root": "root", "no_weights": "-", "table": "-"}
    for name, tensor in wanted.items():
        said = tool("graph", small(name + ".onnx")).splitlines()[0].split()
        assert said[-1] == tensor, (name, said)
        assert said[7] == ("1" if name == "softmax" else "0") and said[9] == ("1" if name == "external" else "0"), said
    said = tool("graph", small("ir3.onnx")).splitlines()
    assert said[0].startswith("ir 3 opset 13 inputs 1 ") and said[1] == "input input inner first -1x3x8x8", said[:2]


def test_shapes_are_inferred():
    have_runtime()
    said = dict(line.split(" ", 1) for line in tool("graph", small("gemm.onnx"), "shapes").splitlines())
    assert said["relu"] == "Relu inner first -1x4x8x8" and said["flat"] == "Flatten inner first -1x4", said
    assert said["logits"] == "Gemm output first -1x5", said


def test_refusals():
    have_runtime()
    for file, tensor, code, words in (
            ("two_inputs.onnx", "-", 2, "wants 2 inputs ('input', 'other')"),
            ("text.onnx", "logits", 2, "does not hold float32, float16, double or uint8"),
            ("grey.onnx", "-", 2, "is ? x 1 x 8 x 8; a picture is"),
            ("table.onnx", "-", 2, "is ? x 4; a picture is"),
            ("no_weights.onnx", "-", 2, "cannot tell the penultimate layer"),
            ("label.onnx", "label", 2, "holds neither floats nor bytes"),
            ("gemm.onnx", "logit", 2, "no tensor 'logit': did you mean 'logits'"),
            ("gemm.onnx", "RELU", 2, "did you mean 'relu'"),
            ("gemm.onnx", "wholly else", 2, "no tensor 'wholly else' ("),
            ("gemm.onnx", "input", 2, "is its input"),
            ("gemm.onnx", "cw", 2, "no tensor 'cw'"),
            ("external_lost.onnx", "-", 2, "lost.data"),
            ("cut.onnx", "-", 2, "is not an ONNX model: the file is damaged"),
            ("empty.onnx", "-", 2, "it is empty"),
            ("noise.onnx", "-", 2, "is not an ONNX model"),
            ("text.txt", "-", 2, "is not an ONNX model"),
            ("zip.onnx", "-", 2, "export it to ONNX first"),
            ("page.onnx", "-", 2, "a download that failed"),
            ("pointer.onnx", "-", 2, "Git LFS pointer"),
            ("", "-", 0, "it is a folder"),
            ("not there.onnx", "-", 0, "No such file"),
    ):
        said = tool("info", small(file), 8, 8, tensor, code=1)
        assert said.startswith(f"error {code}: ") and words in said and said.count("\n") == 1, (file, said)
    said = tool("info", small("gemm.onnx"), 9, 7, "-", code=1)
    assert "takes pictures of 8 x 8 pixels, the view gives 9 x 7" in said, said
    assert "choose one with --view" in tool("info", small("free_size.onnx"), 0, 0, "-", code=1)
    assert tool("info", small("gemm.onnx"), 0, 0, "-").startswith("8x8 ")
    assert tool("info", small("free_size.onnx"), 9, 7, "-").startswith("9x7 ")


def test_undefined_rows_are_told():
    have_runtime()
    x = np.abs(pictures(6, 3, 8, 8))
    x[3] = -x[3]
    x.tofile(small("in.raw"))
    said = tool("run", small("root.onnx"), 8, 8, 6, small("in.raw"), small("out.raw"), "-", code=1)
    assert said.startswith("error 1: ") and "picture 4 of 6" in said and "'root'" in said, said


def test_no_usable_runtime():
    for library, words in (("/nowhere/libonnxruntime.so", "No such file"), (FOLDER.name + "/empty.onnx", "PARDON_ONNXRUNTIME"),
                           ("libm.so.6", "'libm.so.6' is not ONNX Runtime")):
        said = tool("info", small("gemm.onnx"), 8, 8, "-", code=1, PARDON_ONNXRUNTIME=library)
        assert said.startswith("error 3: ") and words in said, said


def test_no_telemetry():
    """A run leaves nothing in the home folder and opens no connection. Some releases of the runtime would do both."""
    have_runtime()
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as aside:
        trace = os.path.join(aside, "trace")
        watch = ["strace", "-f", "-e", "trace=socket,connect,sendto", "-o", trace] if shutil.which("strace") else []
        pictures(1, 3, 8, 8).tofile(small("in.raw"))
        command = [TOOL, "run", small("gemm.onnx"), "8", "8", "1", small("in.raw"), small("out.raw"), "flat"]
        environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
        environment.update(HOME=home, XDG_CACHE_HOME=os.path.join(home, ".cache"))
        done = subprocess.run(watch + command, capture_output=True, text=True, env=environment)
        if watch and "ptrace" in done.stderr.lower():
            print("# connections not looked at: " + done.stderr.strip().splitlines()[-1])
            watch = []
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.returncode == 0 and done.stderr == "", (done.returncode, done.stderr)
        left = [os.path.join(folder, name) for folder, _, names in os.walk(home) for name in names] + os.listdir(home)
        assert not left, left
        if watch:
            with open(trace) as f:
                lines = f.read().splitlines()
            assert any("exited with 0" in line for line in lines), lines[-3:]
            calls = [line for line in lines if "AF_INET" in line]
            assert not calls, calls
        elif not shutil.which("strace"):
            print("# connections not looked at: strace is not on this machine")


def test_same_bytes_twice():
    have_runtime()
    x = pictures(9, 3, 8, 8)
    first = run(small("gemm.onnx"), "flat", x, 9)
    assert np.array_equal(first, run(small("gemm.onnx"), "flat", x, 9))


if __name__ == "__main__":
    tap.main()
