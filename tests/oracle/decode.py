"""Pixels of decode_file and encode_file against Pillow's. Where the two differ by more than nothing, the bound stands here with its
reason."""
import glob
import io
import os
import random
import subprocess
import tempfile
import time
import warnings

import numpy as np
from PIL import Image, ImageFile, ImageOps

import tap

TOOL = os.path.join(tap.BUILD, "tests/tools/tool_decode")
warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = 1 << 25


class Result:
    """One line of the tool: `pixels` is None and `error` the sentence where it refused."""

    def __init__(self, line, raw):
        f = line.split("\t")
        self.error, self.pixels = None, None
        if f[0] != "ok":
            self.error = f[1]
            return
        width, height, channels, self.bits, self.orientation = map(int, f[1:6])
        self.format, self.space, self.damage = f[6:9]
        self.pixels = np.fromfile(raw, np.uint8).reshape(height, width, channels)


def decode(paths):
    with tempfile.TemporaryDirectory() as out:
        p = subprocess.run([TOOL, out], input="\n".join(paths) + "\n", text=True, capture_output=True, errors="replace")
        assert p.returncode == 0 and p.stderr == "", (p.returncode, p.stderr)
        lines = p.stdout.splitlines()
        assert len(lines) == len(paths)
        return [Result(line, f"{out}/{i}.raw") for i, line in enumerate(lines)]


def pillow(path, channels=3):
    im = Image.open(path)
    im.load()
    return np.asarray(ImageOps.exif_transpose(im).convert("RGB" if channels == 3 else "RGBA"))


def worst(a, b):
    assert a.shape == b.shape, (a.shape, b.shape)
    return int(np.abs(a.astype(int) - b).max())


def encoded(im, kind, **options):
    out = io.BytesIO()
    im.save(out, kind, **options)
    return out.getvalue()


def written(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def photo():
    return Image.open(tap.shared("data/photos/n01443537_goldfish.JPEG")).convert("RGB")


def test_photographs_equal():
    paths = sorted(glob.glob(tap.shared("data/photos") + "/*.JPEG"))[::15]
    assert len(paths) == 20
    for path, r in zip(paths, decode(paths)):
        assert worst(r.pixels, pillow(path)) == 0, path
        assert r.damage == "", (path, r.damage)


def test_orientations_equal():
    paths = sorted(glob.glob(tap.shared("data/odd/exif") + "/*.jpg"))
    for path, r in zip(paths, decode(paths)):
        assert r.orientation == max(1, int(path[-5])), path
        assert worst(r.pixels, pillow(path)) == 0, path


# Files that both read and read differently, with who is right.
DIFFERENT = {
    "pal4rle.bmp": "Pillow 9 unpacks 4-bit runs as 8-bit ones",
    "pal4rlecut.bmp": "the same",
    "pal4rletrns.bmp": "the same",
    "pal8badindex.bmp": "indices past the palette have no colour",
    "badrle.bmp": "runs past the end of the picture have no place",
    "V5_A1_R5_G5_B5.bmp": "Pillow leaves the alpha bit out",
    "Bad_smile-incorrect-image-length.ico": "Pillow takes 4-bit icons of a wrong stated length for 1-bit ones",
    "border_touching_layers.gif": "a first frame smaller than the picture: Pillow paints the background colour, browsers do not",
    "issue_1455_undersized.gif": "the same",
    "tbbn0g04.png": "Pillow compares 8-bit pixels with a 4-bit transparent value",
    "missing_plte.png": "Pillow invents a palette",
    "huge_IDAT.png": "Pillow goes on past the end of the file",
    "badcrc.png": "Pillow does not look at the pixel data's checksum",
    "xcsn0g01.png": "the same",
    "badplanes.bmp": "Pillow does not look at the planes",
}
# 5- and 6-bit samples spread to 8 bits by shifts or by division; un-premultiplied alpha rounds.
ROUNDED = {"V4_R5_G6_B5.bmp", "rgb16-565.bmp", "rgb16.bmp", "hpredict.tiff", "hpredict_packbits.tiff"}


def test_odd_files():
    root = tap.shared("data/odd")
    paths = [os.path.join(b, f) for b, _, fs in sorted(os.walk(root)) for f in sorted(fs)]
    compared = 0
    for path, r in zip(paths, decode(paths)):
        name = os.path.basename(path)
        try:
            im = Image.open(path)
            im.load()
        except Exception:
            continue
        if im.mode.startswith("I") or name in DIFFERENT:  # 16-bit grey: see below
            continue
        assert r.error is None, (path, r.error)
        assert r.damage == "", (path, r.damage)
        ref = pillow(path, r.pixels.shape[2])
        got = r.pixels
        if got.shape[2] == 4:  # colours under full transparency are nobody's
            both = (got[..., 3] == 0) & (ref[..., 3] == 0)
            got, ref = np.where(both[..., None], 0, got), np.where(both[..., None], 0, ref)
        assert worst(got, ref) <= (1 if name in ROUNDED else 0), (path, worst(got, ref))
        compared += 1
    assert compared >= 240, compared


def test_refusals_are_sentences():
    root = tap.shared("data/odd")
    paths = glob.glob(root + "/png/x*.png") + glob.glob(root + "/bad/bmp/*.bmp")
    for path, r in zip(paths, decode(paths)):
        assert r.error is not None and r.error.startswith(f"cannot decode '{path}': "), path
        assert len(r.error) - len(path) > 30 and not r.error.endswith("."), r.error


def test_sixteen_bits():
    """Pillow clips 16-bit grey on the way to RGB; its 16-bit values, rounded down by 8 bits, are the reference."""
    paths = sorted(glob.glob(tap.shared("data/odd/png") + "/*0g16.png"))
    for path, r in zip(paths, decode(paths)):
        ref = np.asarray(Image.open(path)).astype(int) >> 8
        for c in range(3):
            assert worst(r.pixels[..., c], ref) == 0, path
        assert r.bits == 16 and r.space == "grey"


def test_made_files():
    rgb = photo()
    rgba = rgb.copy()
    rgba.putalpha(Image.linear_gradient("L").resize(rgb.size))
    kinds = [
        ("a.jpg", encoded(rgb, "JPEG", progressive=True), "rgb", 8), ("b.jpg", encoded(rgb.convert("L"), "JPEG"), "grey", 8),
        ("c.jpg", encoded(rgb.convert("CMYK"), "JPEG"), "cmyk", 8), ("d.jpg", encoded(rgb, "JPEG", subsampling=1), "rgb", 8),
        ("e.png", encoded(rgba, "PNG"), "rgb", 8), ("f.png", encoded(rgb.quantize(13), "PNG"), "palette", 4),
        ("g.tif", encoded(rgb.convert("CMYK"), "TIFF"), "cmyk", 8), ("h.tif", encoded(rgb.convert("1"), "TIFF"), "grey", 1),
        ("i.tif", encoded(rgb, "TIFF", compression="tiff_lzw"), "rgb", 8), ("j.bmp", encoded(rgb, "BMP"), "rgb", 8),
        ("k.webp", encoded(rgb, "WEBP", quality=80), "rgb", 8), ("l.webp", encoded(rgba, "WEBP", lossless=True), "rgb", 8),
        ("m.gif", encoded(rgb, "GIF"), "palette", 8), ("n.ppm", encoded(rgb, "PPM"), "rgb", 8),
        ("o.pgm", encoded(rgb.convert("L"), "PPM"), "grey", 8), ("p.pbm", encoded(rgb.convert("1"), "PPM"), "grey", 1),
        ("q.jpg", encoded(rgb.crop((0, 0, 1, 1)), "JPEG"), "rgb", 8), ("r.jpg", encoded(rgb.resize((20000, 3)), "JPEG"), "rgb", 8),
        ("s.ico", encoded(rgba.resize((48, 48)), "ICO"), "rgb", 8), ("t.jpg", encoded(rgb.crop((0, 0, 3, 301)), "JPEG"), "rgb", 8),
    ]
    with tempfile.TemporaryDirectory() as d:
        paths = [written(d, name, data) for name, data, _, _ in kinds]
        for path, kind, r in zip(paths, kinds, decode(paths)):
            assert r.error is None and r.damage == "", (path, r.error)
            assert worst(r.pixels, pillow(path, r.pixels.shape[2])) == 0, (path, worst(r.pixels, pillow(path, r.pixels.shape[2])))
            assert (r.space, r.bits) == kind[2:], (path, r.space, r.bits)


def test_truncated_jpeg_equals():
    """With LOAD_TRUNCATED_IMAGES Pillow decodes as far as it goes, too."""
    whole = encoded(photo(), "JPEG", quality=90)
    progressive = encoded(photo(), "JPEG", progressive=True)
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        with tempfile.TemporaryDirectory() as d:
            cuts = [(k, int(len(b) * part), b) for k, b in enumerate((whole, progressive)) for part in (0.1, 0.37, 0.8, 0.97)]
            paths = [written(d, f"{k}-{n}.jpg", b[:n]) for k, n, b in cuts]
            for path, (_, n, _), r in zip(paths, cuts, decode(paths)):
                assert worst(r.pixels, pillow(path)) == 0, path
                assert r.damage.startswith(f"truncated after {n} bytes"), r.damage
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def test_changed_jpeg_is_told():
    """A byte changed in the pixel data usually shows. Of the pictures where it does, about half must carry a note (JPEG has no checksum)."""
    rng = random.Random(7)
    paths = sorted(glob.glob(tap.shared("data/photos") + "/*.JPEG"))
    with tempfile.TemporaryDirectory() as d:
        changed, refs = [], []
        for i in range(60):
            ref = rng.choice(paths)
            data = bytearray(open(ref, "rb").read())
            at = rng.randrange(data.rfind(b"\xff\xda") + 20, len(data) - 4)
            data[at] = rng.randrange(255)
            changed.append(written(d, f"{i}.jpg", bytes(data)))
            refs.append(ref)
        shown = told = 0
        for r, ref in zip(decode(changed), refs):
            if r.pixels is None or r.pixels.shape != pillow(ref).shape:
                continue
            if (np.abs(r.pixels.astype(int) - pillow(ref)).max(2) > 24).mean() > 0.01:
                shown += 1
                told += r.damage != ""
        print(f"# {shown} of 60 show it, {told} of them are told")
        assert shown >= 20 and told >= 0.4 * shown, (shown, told)


def test_many_passes_end():
    """A progressive JPEG with thousands of passes over a large picture is cut off, and soon."""
    data = encoded(Image.new("L", (4000, 4000), 90), "JPEG", progressive=True, quality=50)
    last = data.rfind(b"\xff\xda")
    bomb = data[:last] + data[last:-2] * 8000 + data[-2:]
    with tempfile.TemporaryDirectory() as d:
        begin = time.monotonic()
        r, = decode([written(d, "bomb.jpg", bomb)])
        seconds = time.monotonic() - begin
    assert "passes" in r.damage, r.damage
    assert abs(int(r.pixels.mean()) - 90) <= 1
    print(f"# {seconds:.1f} s")
    assert seconds < 40


def test_encoded_files():
    rgba = photo()
    rgba.putalpha(Image.linear_gradient("L").resize(rgba.size))
    with tempfile.TemporaryDirectory() as d:
        source = written(d, "in.png", encoded(rgba, "PNG"))
        for name in ("out.png", "out.tif"):
            subprocess.run([TOOL, "--encode", source, os.path.join(d, name)], check=True)
        assert worst(np.asarray(Image.open(d + "/out.png")), np.asarray(rgba)) == 0
        assert worst(np.asarray(Image.open(d + "/out.tif")), np.asarray(rgba)) == 0
        white = Image.new("RGBA", rgba.size, "white")
        white.alpha_composite(rgba)
        reference = Image.open(io.BytesIO(encoded(white.convert("RGB"), "JPEG", quality=95, subsampling=0)))
        subprocess.run([TOOL, "--encode", source, d + "/out.jpg"], check=True)
        ours = Image.open(d + "/out.jpg")
        assert ours.quantization == reference.quantization
        assert ours.layer[0][1:3] == (1, 1) and ours.layer[1][1:3] == (1, 1), ours.layer
        # The ground may round differently by 1, which moves a coefficient now and then.
        assert np.abs(np.asarray(ours).astype(int) - np.asarray(reference)).mean() < 0.5
        subprocess.run([TOOL, "--encode", source, d + "/small.jpg", "60"], check=True)
        small = Image.open(d + "/small.jpg")
        assert small.layer[0][1:3] == (2, 2) and small.quantization != reference.quantization


tap.main()
