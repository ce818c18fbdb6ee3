"""The noise verdict at the command line: hard pictures get a verdict or a reason, verdicts depend on pixels alone, options do what they
say, and detector files that are none are refused in a sentence."""
import csv
import functools
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
from PIL import Image

import tap

SOURCE = os.environ.get("PARDON_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(SOURCE, "bench"))
import noise_sets  # noqa: E402

PARDON = os.path.join(tap.BUILD, "pardon")
SCRATCH = tempfile.TemporaryDirectory()
KINDS = {*noise_sets.KINDS, "unknown"}
FIXED = ["file", "score", "noise", "noisy", "kind", "severity", "unlike"]


def place(*parts):
    return os.path.join(SCRATCH.name, *parts)


def pardon(*arguments):
    done = subprocess.run([PARDON, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=250)
    assert done.returncode in (0, 1, 2), (arguments, done)
    return done


def is_refusal(done):
    """One sentence, at most with a hint at the usage, and exit code 2."""
    lines = done.stderr.splitlines()
    hint = lines[1:] and re.fullmatch(r" +'pardon help \w+' shows how it is used", lines[1])
    return done.returncode == 2 and lines and lines[0].startswith("pardon: ") and len(lines) == (2 if hint else 1)


def refused(*arguments):
    done = pardon(*arguments)
    assert is_refusal(done), (arguments, done)
    return done.stderr


def table(path):
    with open(path, newline="", encoding="utf-8") as f:
        return {row["file"]: row for row in csv.DictReader(f)}


def scan(folder, out, *more):
    done = pardon("scan", folder, "-o", out, "--k", 1, "--pca", 0, *more)
    assert done.returncode == 0, done
    with open(os.path.join(out, "report.json"), encoding="utf-8") as f:
        said = json.load(f)["noise"]
    return table(os.path.join(out, "noise.csv")), table(os.path.join(out, "images.csv")), said


def png_16(path, rgb):
    """16 bits a sample, which Pillow does not write in colour."""
    h, w = rgb.shape[:2]
    rows = b"".join(b"\0" + rgb[y].astype(">u2").tobytes() for y in range(h))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 16, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@functools.lru_cache(None)
def hard():
    folder = place("hard")
    os.makedirs(folder)
    rng = np.random.default_rng(0)

    def keep(name, pixels, mode=None, **more):
        picture = Image.fromarray(np.asarray(pixels, np.uint8), "L" if np.ndim(pixels) == 2 else None)
        (picture.convert(mode) if mode else picture).save(os.path.join(folder, name), **more)

    for w, h in ((1, 1), (2, 1), (3, 3), (7, 8), (1, 500), (20000, 3), (3, 20000), (4097, 5), (223, 225)):
        keep(f"size {w} x {h}.png", rng.integers(0, 256, (h, w, 3)))
        keep(f"flat {w} x {h}.png", np.full((h, w, 3), 77))
    for level in (0, 1, 128, 254, 255):
        keep(f"level {level}.png", np.full((240, 320, 3), level))
    keep("red.png", np.full((240, 320, 3), (255, 0, 0)))
    keep("pure noise.png", rng.integers(0, 256, (240, 320, 3)))
    keep("black and white noise.png", np.repeat(rng.integers(0, 2, (240, 320, 1)) * 255, 3, 2))
    keep("one bit.png", rng.integers(0, 2, (240, 320)) * 255, "1")
    keep("one bit, flat.png", np.zeros((240, 320)), "1")
    keep("grey.png", np.tile(np.arange(320) % 256, (240, 1)))
    keep("grey.jpg", np.tile(np.arange(320) % 256, (240, 1)))
    keep("checks.png", np.repeat(((np.indices((240, 320)).sum(0) % 2) * 255)[..., None], 3, 2))
    keep("columns.png", np.repeat(np.tile((np.arange(320) % 2) * 255, (240, 1))[..., None], 3, 2))
    keep("palette.png", rng.integers(0, 256, (240, 320, 3)), "P")
    keep("transparent.png", np.zeros((240, 320, 4)))
    keep("noise in transparency.png", np.dstack([np.full((240, 320, 3), 99), rng.integers(0, 256, (240, 320))]))
    keep("one point.png", np.where(np.indices((240, 320)).sum(0)[..., None] == 5, 255, np.zeros((240, 320, 3))))
    keep("cmyk.jpg", rng.integers(0, 256, (240, 320, 3)), "CMYK")
    keep("quality 1.jpg", rng.integers(0, 256, (240, 320, 3)), quality=1)
    Image.fromarray(rng.integers(0, 65536, (240, 320)).astype(np.uint16)).save(os.path.join(folder, "grey 16.png"))
    png_16(os.path.join(folder, "colour 16.png"), rng.integers(0, 65536, (240, 320, 3)))
    png_16(os.path.join(folder, "colour 16, flat.png"), np.full((240, 320, 3), 65535))
    return folder


@functools.lru_cache(None)
def fine(count=24):
    """Drawn scenes, all clean: what pardon demo draws, without those it spoils."""
    folder = place("fine")
    done = pardon("demo", "-o", folder, "--count", 2 * count)
    assert done.returncode == 0, done
    kept = 0
    for file, row in table(os.path.join(folder, "truth.csv")).items():
        if row["corruption"] != "clean" or kept == count:
            os.remove(os.path.join(folder, file))
        else:
            kept += 1
    os.remove(os.path.join(folder, "truth.csv"))
    assert kept == count, kept
    return folder


def renamed():
    """New name -> name in fine(), of every fifth picture."""
    found = sorted(os.path.relpath(os.path.join(top, f), fine()) for top, _, files in os.walk(fine()) for f in files)
    return {f"blurred/noisy-{i}{os.path.splitext(f)[1]}": f for i, f in enumerate(found[::5])}


@functools.lru_cache(None)
def few():
    """Five pictures of fine() under other names."""
    os.makedirs(place("few", "blurred"))
    for name, file in renamed().items():
        os.link(os.path.join(fine(), file), place("few", name))
    return place("few")


def sound(noise, images, kinds=KINDS):
    """The promises of every row. `kinds`: what they may be called, or None where a table may call them anything."""
    assert noise, "nothing was judged"
    for file, row in noise.items():
        own = list(row)[len(FIXED):]
        assert list(row)[:len(FIXED)] == FIXED and (kinds is None or ("unknown" in own and set(own) <= kinds)), list(row)
        numbers = [float(row[c]) for c in ("score", "noise", "unlike", *own)]
        assert np.isfinite(numbers).all() and 0 <= float(row["noise"]) <= 1 and float(row["unlike"]) >= 0, (file, row)
        if row["noisy"] == "1":
            assert row["kind"] in {*own, "cut-off"}, (file, row)
            assert row["severity"] == "" if row["kind"] == "unknown" else 1 <= float(row["severity"]) <= 5, (file, row)
        else:
            assert (row["noisy"], row["kind"], row["severity"]) == ("0", "", ""), (file, row)
        for column in ("noise", "noisy", "kind", "severity"):
            assert images[file][column] == row[column], (file, column)
    for file, row in images.items():
        assert (file in noise) or row["reason"], (file, "neither a verdict nor a reason")
        assert (file in noise) or not (row["noise"] or row["noisy"] or row["kind"]), (file, row)


def test_hard_pictures():
    noise, images, said = scan(hard(), place("hard-out"))
    sound(noise, images)
    unjudged = sorted(set(os.listdir(hard())) - set(noise))
    assert not unjudged, unjudged
    assert said["judged"] == len(noise) and said["noisy"] == sum(r["noisy"] == "1" for r in noise.values())
    for file in ("pure noise.png", "quality 1.jpg"):
        assert noise[file]["noisy"] == "1", noise[file]


def test_odd_files():
    folder = tap.shared("data", "odd")
    noise, images, _ = scan(folder, place("odd-out"))
    sound(noise, images)


def test_the_same_bytes_whatever_the_threads():
    for threads in (1, 4):
        scan(hard(), place(f"hard-{threads}"), "--threads", threads)
    with open(place("hard-1", "noise.csv"), "rb") as one, open(place("hard-4", "noise.csv"), "rb") as four:
        assert one.read() == four.read()


def test_names_and_neighbours_mean_nothing():
    """The same pixels under another name, in another company: the same verdict."""
    noise, images, _ = scan(fine(), place("fine-out"))
    sound(noise, images)
    alone, _, _ = scan(few(), place("few-out"))
    for name, file in renamed().items():
        row = alone[name]
        assert {k: v for k, v in row.items() if k != "file"} == {k: v for k, v in noise[file].items() if k != "file"}, (row, noise[file])


def test_threshold():
    """noisy is score above the threshold stated; more false alarms allowed, more found; noise rises with the score."""
    found = {}
    for alarms in ("0.001", "0.05", "0.3", "0.9"):
        noise, _, said = scan(hard(), place("hard-out"), "--false-alarms", alarms)
        assert said["false_alarms"] == float(alarms)
        for file, row in noise.items():
            near = abs(float(row["score"]) - said["threshold"]) < 1e-5 * (1 + abs(said["threshold"]))
            assert near or (row["noisy"] == "1") == (float(row["score"]) > said["threshold"]), (file, row, said["threshold"])
        found[alarms] = {f for f, row in noise.items() if row["noisy"] == "1"}
        ranked = sorted(noise.values(), key=lambda r: float(r["score"]))
        assert (np.diff([float(r["noise"]) for r in ranked]) >= -1e-6).all()
    shares = list(found.values())
    assert all(a <= b for a, b in zip(shares, shares[1:])) and len(shares[0]) < len(shares[-1]), [len(s) for s in shares]
    for wrong in ("0", "1", "-0.1", "much", "nan"):
        refused("scan", hard(), "-o", place("x"), "--false-alarms", wrong)


def test_a_corrupted_copy_scores_worse():
    clean, _, _ = scan(fine(), place("fine-out"))
    for kind in ("gaussian-blur", "gaussian-noise", "jpeg", "pixelate", "fog"):
        done = pardon("corrupt", fine(), "-o", place(kind), "--kind", kind, "--severity", 5)
        assert done.returncode == 0, done
        spoilt, _, _ = scan(place(kind), place(kind + "-out"))
        worse = [float(spoilt[f][kind]) > float(clean[f][kind]) for f in clean if f in spoilt]
        assert len(worse) == 24 and np.mean(worse) >= 0.9, (kind, np.mean(worse))


def test_calibrate():
    noise, _, said = scan(fine(), place("own-out"), "--calibrate", fine(), "--false-alarms", "0.25")
    share = np.mean([row["noisy"] == "1" for row in noise.values()])
    assert said["calibrated_on"] == 24 and abs(share - 0.25) < 0.13, (share, said)
    assert "20" in refused("scan", fine(), "-o", place("x"), "--calibrate", few())
    refused("scan", fine(), "-o", place("x"), "--calibrate", place("nowhere"))


# --- detector files ------------------------------------------------------------------------


@functools.lru_cache(None)
def shipped():
    """The table that comes with pardon."""
    with open(os.path.join(SOURCE, "src", "noise", "weights.detector"), "rb") as f:
        return f.read()


def with_detector(data, name="bad.detector"):
    with open(place(name), "wb") as f:
        f.write(data)
    return pardon("scan", few(), "-o", place("detector-out"), "-k", 1, "--detector", place(name))


def refuses(data, what):
    done = with_detector(data)
    assert is_refusal(done) and "bad.detector" in done.stderr, (what, done)


def test_a_table_is_read_again():
    """The shipped one as a file of its own judges as it does from within."""
    done = with_detector(shipped(), "good.detector")
    assert done.returncode == 0, done
    assert table(place("detector-out", "noise.csv")) == scan(few(), place("few-out"))[0]


def test_files_that_are_no_table():
    whole = shipped()
    refuses(b"", "empty")
    for share in (0.001, 0.01, 0.1, 0.3, 0.5, 0.75, 0.9, 0.99):
        refuses(whole[:int(share * len(whole))], f"cut off at {share}")
    refuses(whole[:-1], "one byte short")
    refuses(b"\0" * len(whole), "zeros")
    refuses(np.random.default_rng(0).integers(0, 256, len(whole), np.uint8).tobytes(), "random bytes")
    scan(few(), place("any-out"))
    for other in (PARDON, os.path.join(hard(), "grey.jpg"), place("any-out", "report.json"), place("any-out", "pardon.db")):
        with open(other, "rb") as f:
            refuses(f.read(), other)
    refused("scan", few(), "-o", place("x"), "--detector", place("nowhere.detector"))
    refused("scan", few(), "-o", place("x"), "--detector", few())


WEIGHTS = b"\n[weights]\n"


def test_tables_with_numbers_that_are_none():
    whole = shipped()
    start = whole.index(WEIGHTS) + len(WEIGHTS)
    head = whole[:start].decode()
    numbers = list(re.finditer(r"^([\w-]+)=(-?\d[\d.e+-]*)$", head, re.M))
    assert {m[1] for m in numbers} >= {"version", "measures", "slope", "offset"}, head
    for m in numbers:
        for word in ("nan", "-inf", "1e999", "x", "", "-1" if m[1] in ("version", "measures") else "x"):
            refuses((head[:m.start(2)] + word + head[m.end(2):]).encode() + whole[start:], (m[1], word))
    count = (len(whole) - start) // 4
    assert count > 1000 and (len(whole) - start) % 4 == 0
    for i in {0, 1, count - 1, *range(0, count, count // 40)}:
        for word in (0x7FC00000, 0x7F800001, 0xFF800000):
            refuses(whole[:start + 4 * i] + struct.pack("<I", word) + whole[start + 4 * i + 4:], (i, hex(word)))
    refuses(whole + b"\0\0\0\0", "a number too many")


def sound_or_refused(data, what):
    done = with_detector(data)
    if done.returncode == 0:
        try:
            sound(table(place("detector-out", "noise.csv")), table(place("detector-out", "images.csv")), None)
        except (AssertionError, ValueError) as why:
            raise AssertionError(f"{what}: {why}") from why
    else:
        assert is_refusal(done), (what, done)


def test_wild_numbers_never_crash():
    """Either refused in a sentence or read as a table: then with sound verdicts."""
    whole = shipped()
    start = whole.index(WEIGHTS) + len(WEIGHTS)
    rng = np.random.default_rng(1)
    for at in (*range(0, 64, 3), *rng.integers(0, start, 12), *rng.integers(start, len(whole), 12)):
        data = bytearray(whole)
        data[at] ^= 1 << int(rng.integers(8))
        sound_or_refused(bytes(data), at)
    for value in (0.0, 1e-38, 3e38, -3e38):
        sound_or_refused(whole[:start] + struct.pack("<f", value) * ((len(whole) - start) // 4), value)
        for i in rng.integers(0, (len(whole) - start) // 4, 4):
            sound_or_refused(whole[:start + 4 * i] + struct.pack("<f", value) + whole[start + 4 * i + 4:], (value, i))


def test_training_refuses():
    assert "20" in refused("train", few(), "-o", place("x.detector"))
    refused("train", place("nowhere"), "-o", place("x.detector"))
    refused("train", fine())
    refused("train", "-o", place("x.detector"))
    assert "fogg" in refused("train", fine(), "-o", place("x.detector"), "--leave-out", "fogg")
    refused("train", fine(), "-o", place("nowhere", "x.detector"))
    assert not os.path.exists(place("x.detector"))


tap.main()
