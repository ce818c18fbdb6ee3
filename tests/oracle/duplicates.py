"""Signatures and duplicates against Pillow and SciPy: hashes of the same pixels in other files, cells against Pillow's box
filter, likeness against SciPy's DCT, and what of re-saved, resized, cropped... copies is found, with nothing else."""
import glob
import io
import os
import subprocess
import tempfile

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from scipy.fft import dctn

import tap

TOOL = os.path.join(tap.BUILD, "tests", "tools", "tool_duplicate")
SIZE, SIDE = 158, 20


def sign(files):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/list", "w", encoding="utf-8") as f:
            f.write("\n".join(files) + "\n")
        subprocess.run([TOOL, "sign", f"{folder}/list", f"{folder}/rows"], check=True)
        return np.fromfile(f"{folder}/rows", np.float32).reshape(-1, SIZE)


def on_rows(rows, command, *args):
    with tempfile.TemporaryDirectory() as folder:
        rows.astype(np.float32).tofile(f"{folder}/rows")
        if command == "pairs":
            subprocess.run([TOOL, "pairs", *args, f"{folder}/rows", f"{folder}/out"], check=True)
            return np.fromfile(f"{folder}/out", np.float32).reshape(len(rows), len(rows))
        out = subprocess.run([TOOL, "group", f"{folder}/rows", *args], check=True, capture_output=True, text=True).stdout
        return [line.split() for line in out.splitlines()]


def cells(rows):
    packed = rows[:, 8:].astype(np.uint32)
    return np.stack([packed & 255, packed >> 8 & 255, packed >> 16], 2).reshape(len(rows), -1).astype(float)


def pictures(folder, most):
    found = sorted(f for f in glob.glob(tap.shared("data", folder) + "/**/*", recursive=True)
                   if f.lower().endswith((".jpg", ".jpeg")))
    return found[::max(1, len(found) // most)][:most]


def test_same_pixels_other_files():
    source = Image.open(pictures("imagenette", 1)[0]).convert("RGB")
    with tempfile.TemporaryDirectory() as folder:
        def put(name, image=source, **how):
            image.save(f"{folder}/{name}", **how)
            return f"{folder}/{name}"
        same = [put("a.png"), put("b.png", compress_level=0), put("c.bmp"), put("d.tif", compression="tiff_lzw"),
                put("e.webp", lossless=True), put("f.ppm")]
        opaque = source.copy()
        opaque.putalpha(255)
        same += [put("g.png", opaque), put("h.webp", opaque, lossless=True)]
        rows = sign(same)
        assert (rows == rows[0]).all()
        glass = opaque.copy()
        glass.putpixel((3, 3), (*source.getpixel((3, 3)), 250))
        other = source.copy()
        other.putpixel((0, 0), tuple((v + 1) % 256 for v in source.getpixel((0, 0))))
        rows = sign([same[0], put("i.png", glass), put("j.png", other)])
        assert len({tuple(r[:8]) for r in rows}) == 3
        assert np.abs(cells(rows) - cells(rows[:1])).max() <= 1


def test_orientation_counts_as_the_eye_sees_it():
    source = Image.open(pictures("photos", 1)[0]).convert("RGB").crop((0, 0, 201, 143))
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for turn in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = turn
            source.save(f"{folder}/{turn}.jpg", exif=exif, quality=90)
            ImageOps.exif_transpose(Image.open(f"{folder}/{turn}.jpg")).save(f"{folder}/{turn}.png")
            files += [f"{folder}/{turn}.jpg", f"{folder}/{turn}.png"]
        rows = sign(files)
        assert (rows[0::2] == rows[1::2]).all()
        assert len({tuple(r[:8]) for r in rows}) == 8


def test_cells_are_pillows_box_filter():
    files = pictures("imagenette", 40)
    ours = cells(sign(files))
    for file, row in zip(files, ours):
        planes = np.asarray(Image.open(file).convert("RGB"), np.float32)
        box = np.stack([np.asarray(Image.fromarray(planes[..., c]).resize((SIDE, SIDE), Image.BOX)) for c in range(3)], 2)
        light = box @ np.array([.299, .587, .114])
        # Pillow gives pixels on an edge to one side or the other, ours shares them out
        assert np.abs(row[:400].reshape(SIDE, SIDE) - light).mean() < 1.5
        coarse = box.reshape(5, 4, 5, 4, 3).mean((1, 3))
        y = coarse @ np.array([.299, .587, .114])
        blue, red = 128 + (coarse[..., 2] - y) / 1.772, 128 + (coarse[..., 0] - y) / 1.402
        assert np.abs(row[400:425].reshape(5, 5) - blue).max() < 2
        assert np.abs(row[425:].reshape(5, 5) - red).max() < 2


def scipy_likeness(rows):
    values = cells(rows)
    f = np.arange(SIDE)
    waves = dctn(values[:, :400].reshape(-1, SIDE, SIDE), axes=(1, 2), norm="ortho") * (f[:, None] ** 2 + f ** 2) ** .25
    waves = waves.reshape(len(rows), -1)
    length = np.linalg.norm(waves, axis=1)
    plain = (length / SIDE < 5) | (length ** 4 < 4 * (waves ** 4).sum(1))
    waves = waves / length[:, None]
    colour = np.sqrt(((values[:, None, 400:] - values[None, :, 400:]) ** 2).mean(2))
    alike = np.clip(waves @ waves.T - np.maximum(colour - 16, 0) / 200, 0, 1)
    alike[plain] = 0
    alike[:, plain] = 0
    return alike, plain


def test_likeness_is_scipys():
    rows = sign(pictures("imagenette", 60) + pictures("photos", 60))
    expected, plain = scipy_likeness(rows)
    assert np.abs(on_rows(rows, "pairs", "lie") - expected).max() < 1e-5
    assert int(on_rows(rows, "group", "0.9", "1")[-1][1]) == plain.sum()


def jpeg(image, quality):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def grain(image, deviation):
    pixels = np.asarray(image).astype(float)
    pixels += np.random.default_rng(1).normal(0, deviation, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def crop(image, left, top, right, bottom):
    w, h = image.size
    return image.crop((round(w * left), round(h * top), round(w * (1 - right)), round(h * (1 - bottom))))


COPIES = {  # name: (what is done, the least share to be found)
    "jpeg 40": (lambda i: jpeg(i, 40), 1),
    "jpeg 10": (lambda i: jpeg(i, 10), 1),
    "half": (lambda i: i.resize((i.width // 2, i.height // 2), Image.BICUBIC), 1),
    "224 x 224": (lambda i: i.resize((224, 224), Image.BILINEAR), 1),
    "brighter": (lambda i: ImageEnhance.Brightness(i).enhance(1.2), 1),
    "darker": (lambda i: ImageEnhance.Brightness(i).enhance(.8), 1),
    "more contrast": (lambda i: ImageEnhance.Contrast(i).enhance(1.3), 1),
    "less contrast": (lambda i: ImageEnhance.Contrast(i).enhance(.7), 1),
    "blur": (lambda i: i.filter(ImageFilter.GaussianBlur(2)), 1),
    "noise": (lambda i: grain(i, 15), 1),
    "crop 2 %": (lambda i: crop(i, .01, .01, .01, .01), 1),
    "crop 5 %": (lambda i: crop(i, .025, .025, .025, .025), .93),
    "crop 5 %, one side": (lambda i: crop(i, 0, 0, .05, .05), .85),
    "half, cropped, brighter, jpeg": (lambda i: jpeg(ImageEnhance.Brightness(
        crop(i.resize((i.width // 2, i.height // 2), Image.BICUBIC), .01, .01, .01, .01)).enhance(1.1), 60), 1),
}


def test_copies_are_found_and_nothing_else():
    files = pictures("train-clean", 60)
    with tempfile.TemporaryDirectory() as folder:
        paths, origins, kinds = [], [], []
        for n, file in enumerate(files):
            image = Image.open(file).convert("RGB")
            image.thumbnail((500, 500), Image.BICUBIC)
            for kind, make in [("", lambda i: i)] + [(k, v[0]) for k, v in COPIES.items()] + [("mirror", ImageOps.mirror)]:
                paths.append(f"{folder}/{len(paths)}.ppm")
                make(image).save(paths[-1])
                origins.append(n)
                kinds.append(kind)
        rows = sign(paths)
    kinds, origins = np.array(kinds), np.array(origins)
    order = np.argsort(kinds != "", kind="stable")  # originals first: the lookup must find copies, not the batch
    lines = on_rows(rows[order], "group", "0.9", "2")
    group = {order[int(line[2])]: line[1] for line in lines if line[0] == "near"}
    members = {}
    for i, g in group.items():
        members.setdefault(g, set()).add((origins[i], kinds[i] == "mirror"))
    assert all(len(m) == 1 for m in members.values()), [m for m in members.values() if len(m) > 1]
    first = {origins[i]: i for i in range(len(kinds)) if kinds[i] == ""}
    for kind, (_, least) in COPIES.items():
        found = np.mean([group.get(i, i) == group.get(first[origins[i]]) for i in np.flatnonzero(kinds == kind)])
        print(f"# {kind}: {found:.3f} found")
        assert found >= least - 1e-9, (kind, found)


def test_no_unlike_pictures_join():
    rows = sign(pictures("photos", 300) + pictures("imagenette", 600))
    lines = on_rows(rows, "group", "0.9", "2")
    print(f"# {len(rows)} different pictures, {len(rows) * (len(rows) - 1) // 2} pairs, {lines[-1][1]} plain")
    assert [line for line in lines if line[0] != "plain"] == []
    assert lines == on_rows(rows, "group", "0.9", "1")


if __name__ == "__main__":
    tap.main()
