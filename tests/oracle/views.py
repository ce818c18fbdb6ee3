"""Views, values and box blur against Pillow: random pictures of random sizes, and the stored oracle."""
import json
import os
import subprocess
import tempfile

import numpy as np
from PIL import Image, ImageFilter

import tap

TOOL = os.path.join(tap.BUILD, "tests/tools/tool_view")
FILTERS = {"nearest": 0, "bilinear": 2, "bicubic": 3, "lanczos": 1}
ROUNDS = 10 if "PARDON_LONG" in os.environ else 1
SCRATCH = tempfile.TemporaryDirectory()


def tool(what, picture, dtype=np.uint8):
    """Runs the tool on an h x w x c array; the flat result and what it printed."""
    source, result = os.path.join(SCRATCH.name, "in"), os.path.join(SCRATCH.name, "out")
    picture.tofile(source)
    h, w, c = picture.shape
    run = subprocess.run([TOOL, *map(str, what), source, str(w), str(h), str(c), result], capture_output=True, text=True)
    assert run.returncode == 0, (what, picture.shape, run.stderr)
    return np.fromfile(result, dtype), run.stdout.split()


def resample(picture, width, height, name):
    return tool(["resample", name, width, height], picture)[0].reshape(height, width, picture.shape[2])


def view(picture, name):
    flat, (w, h, canonical) = tool(["view", name], picture)
    return flat.reshape(int(h), int(w), 3), canonical


def random_picture(rng, w, h, c):
    """Noise, a hard edge, a flat plane or extremes: where rounding and clipping go wrong."""
    kind = rng.integers(4)
    if kind == 0:
        return rng.integers(0, 256, (h, w, c), dtype=np.uint8)
    if kind == 1:
        return (rng.integers(0, 2, (h, w, c)) * 255).astype(np.uint8)
    if kind == 2:
        return np.broadcast_to(rng.integers(0, 256, (1, 1, c)), (h, w, c)).astype(np.uint8)
    return np.clip(np.cumsum(rng.integers(-9, 10, (h, w, c)), axis=1) + 128, 0, 255).astype(np.uint8)


def random_size(rng):
    return int(rng.choice([1, 1, 2, 3, 5, 7, rng.integers(1, 40), rng.integers(1, 400)]))


def pillow_resize(picture, width, height, name):
    bands = [Image.fromarray(np.ascontiguousarray(picture[..., i])) for i in range(picture.shape[2])]
    return np.dstack([np.asarray(b.resize((width, height), FILTERS[name], reducing_gap=None)) for b in bands])


def test_resample_equals_pillow():
    rng = np.random.default_rng(1)
    for _ in range(150 * ROUNDS):
        picture = random_picture(rng, random_size(rng), random_size(rng), int(rng.choice([3, 4])))
        width, height = random_size(rng), random_size(rng)
        if rng.integers(5) == 0:
            width = picture.shape[1]
        if rng.integers(5) == 0:
            height = picture.shape[0]
        for name in FILTERS:
            ours, theirs = resample(picture, width, height, name), pillow_resize(picture, width, height, name)
            assert np.array_equal(ours, theirs), (name, picture.shape, width, height, np.abs(ours.astype(int) - theirs).max())


def test_nearest_equals_pillow_for_every_size():
    for size in range(1, 260):
        ramp = np.zeros((1, size, 3), np.uint8)
        ramp[0, :, 0], ramp[0, :, 1] = np.arange(size) % 256, np.arange(size) // 256
        for width in (1, 2, 3, 7, 100, 224, 227, 299):
            theirs = np.asarray(Image.fromarray(ramp).resize((width, 1), 0))
            assert np.array_equal(resample(ramp, width, 1, "nearest"), theirs), (size, width)


def cover(n_in, n_out):
    """Matrix of exact coverage, n_out x n_in, in double precision."""
    edges_in, edges_out = np.arange(n_in + 1.0), np.arange(n_out + 1) * (n_in / n_out)
    low = np.maximum(edges_out[:-1, None], edges_in[None, :-1])
    high = np.minimum(edges_out[1:, None], edges_in[None, 1:])
    return np.maximum(high - low, 0) * n_out / n_in


def test_area_is_exact_coverage():
    rng = np.random.default_rng(2)
    for _ in range(120 * ROUNDS):
        picture = random_picture(rng, random_size(rng), random_size(rng), int(rng.choice([3, 4])))
        width, height = random_size(rng), random_size(rng)
        ours = resample(picture, width, height, "area")
        exact = np.einsum("yh,hwc,xw->yxc", cover(picture.shape[0], height), picture.astype(float), cover(picture.shape[1], width))
        # two roundings to 8 bits, half a level each, and a trace for the 22-bit weights
        assert np.abs(ours - exact).max() <= 1.001, (picture.shape, width, height, np.abs(ours - exact).max())


def test_area_keeps_a_flat_picture_flat():
    for level in (0, 1, 127, 254, 255):
        assert (resample(np.full((2, 100003, 3), level, np.uint8), 1, 1, "area") == level).all()


def torchvision(im, short, size, resample_filter):
    """Resize and CenterCrop as torchvision words them, on a Pillow picture."""
    w, h = im.size
    w, h = (short, int(short * h / w)) if w <= h else (int(short * w / h), short)
    im = im.resize((w, h), resample_filter)
    if size is None:
        return im
    left, top = max((size - w) // 2, 0), max((size - h) // 2, 0)
    padded = Image.new("RGB", (max(w, size), max(h, size)))
    padded.paste(im, (left, top))
    w, h = padded.size
    left, top = int(round((w - size) / 2.0)), int(round((h - size) / 2.0))
    return padded.crop((left, top, left + size, top + size))


def test_short_side_and_centre_crop():
    rng = np.random.default_rng(3)
    for _ in range(150 * ROUNDS):
        picture = random_picture(rng, int(rng.integers(1, 300)), int(rng.integers(1, 300)), 3)
        if max(picture.shape[:2]) > 40 * min(picture.shape[:2]):
            continue
        short, size = (int(n) for n in rng.integers(1, 120, 2))
        name = str(rng.choice(list(FILTERS)))
        im = Image.fromarray(picture)
        ours, canonical = view(picture, f"short{short}-center{size}-{name}")
        assert canonical == f"short{short}-centre{size}-{name}"
        assert np.array_equal(ours, np.asarray(torchvision(im, short, size, FILTERS[name]))), (picture.shape, canonical)
        ours, canonical = view(picture, f"short{short}-{name}")
        assert np.array_equal(ours, np.asarray(torchvision(im, short, None, FILTERS[name]))), (picture.shape, canonical)


def test_alpha():
    rng = np.random.default_rng(4)
    picture = rng.integers(0, 256, (33, 41, 4), dtype=np.uint8)
    picture[:5, :, 3], picture[5:9, :, 3] = 0, 255
    im = Image.fromarray(picture)
    dropped, _ = view(picture, "stretch-bicubic-20")
    assert np.array_equal(dropped, np.asarray(im.convert("RGB").resize((20, 20), 3)))
    for colour, rgb in {"white": (255, 255, 255), "black": (0, 0, 0), "80c0ff": (128, 192, 255)}.items():
        laid = Image.new("RGB", im.size, rgb)
        laid.paste(im, mask=im.getchannel("A"))
        ours, canonical = view(picture, "stretch-bicubic-20-" + colour)
        assert canonical == "stretch-bicubic-20-" + colour
        assert np.array_equal(ours, np.asarray(laid.resize((20, 20), 3))), colour


RECIPES = {
    "keras-vgg16": ("stretch-nearest-224", "caffe", 0),
    "torchvision": ("short256-centre224-bilinear", "torch", 1),
    "torchvision-bicubic": ("short256-centre224-bicubic", "torch", 1),
    "mobilenet-tf": ("short256-centre224-bilinear", "tf", 1),
}


def test_recipes():
    with open(tap.shared("oracle/views/index.json")) as f:
        index = json.load(f)
    assert len(index) >= 24
    for entry in index:
        name, values, bound = RECIPES[entry["view"]]
        picture = np.asarray(Image.open(tap.shared(entry["picture"])).convert("RGB"))
        pixels = np.asarray(Image.open(tap.shared("oracle/views", entry["pixels"])))
        tensor = np.load(tap.shared("oracle/views", entry["tensor"]))
        ours, canonical = view(picture, name)
        assert canonical == name
        assert np.abs(ours.astype(int) - pixels).max() <= bound, entry
        flat, (scale,) = tool(["tensor", name, values, "planar"], picture, np.float32)
        assert scale == values and np.abs(flat.reshape(tensor.shape) - tensor).max() <= 1e-5, entry
        flat, _ = tool(["tensor", name, values, "interleaved"], picture, np.float32)
        assert np.abs(flat.reshape(224, 224, 3).transpose(2, 0, 1) - tensor).max() <= 1e-5, entry


def pillow_blur(picture, radius):
    # one band at a time: a picture of four bands is the same to Pillow, which is what the last assertion of the seed test shows
    bands = [Image.fromarray(np.ascontiguousarray(picture[..., i])).filter(ImageFilter.BoxBlur(radius)) for i in range(picture.shape[2])]
    return np.dstack([np.asarray(b) for b in bands])


def test_box_blur_equals_pillow():
    rng = np.random.default_rng(5)
    for _ in range(250 * ROUNDS):
        picture = random_picture(rng, random_size(rng), random_size(rng), int(rng.choice([3, 4])))
        radius = rng.choice([0, 0.25, 0.5, 1, 2, 4, 4.999999, 10, rng.uniform(0, 6), rng.uniform(0, 500), rng.uniform(0, 100000)])
        ours = tool(["blur", repr(float(radius))], picture)[0].reshape(picture.shape)
        assert np.array_equal(ours, pillow_blur(picture, float(radius))), (picture.shape, radius)


def test_box_blur_of_the_article():
    for number in range(155, 171):
        picture = np.asarray(Image.open(tap.shared(f"data/seed/0{number}.png")))
        blurred = np.asarray(Image.open(tap.shared(f"data/seed/blur_0{number}.png.png")))
        assert picture.shape[2] == 4
        assert np.array_equal(tool(["blur", 4], picture)[0].reshape(picture.shape), blurred), number


tap.main()
