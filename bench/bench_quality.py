"""Quality measures by instruction set, and beside NumPy and SciPy on a tenth of them (BRISQUE's features), in turn,
medians of the least of many. Run: PARDON_BUILD=build /usr/bin/python3 bench/bench_quality.py [PICTURE [runs]]. One core; a picture is
measured, not decoded, by either side; the last table says where the time of a picture goes from its file on."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")})

import numpy as np
from PIL import Image
from scipy import ndimage, special

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("PARDON_BUILD", os.path.join(HERE, "..", "build"))
TOOL = os.path.join(BUILD, "tests", "tools", "tool_quality")
PHOTOS = os.path.join(os.environ.get("PARDON_SHARED", os.path.join(HERE, "..", "..", "shared")), "data", "photos")
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 7
SHAPES = np.exp(np.linspace(np.log(0.2), np.log(10), 1024))
RATIOS = np.exp(2 * special.gammaln(2 / SHAPES) - special.gammaln(1 / SHAPES) - special.gammaln(3 / SHAPES))
KERNEL = np.exp(-np.arange(-3, 4) ** 2 / (2 * (7 / 6) ** 2)).astype(np.float32)
KERNEL /= KERNEL.sum()


def picture(folder):
    if len(sys.argv) > 1:
        return sys.argv[1]
    for name in sorted(os.listdir(PHOTOS)) if os.path.isdir(PHOTOS) else []:
        with Image.open(os.path.join(PHOTOS, name)) as found:
            if found.size == (500, 375):
                return os.path.join(PHOTOS, name)
    rng = np.random.default_rng(0)
    soft = Image.fromarray(rng.integers(0, 256, (30, 40, 3), np.uint8)).resize((500, 375), Image.BICUBIC)
    drawn = np.asarray(soft, np.int16) + rng.integers(-6, 7, (375, 500, 3))
    path = os.path.join(folder, "drawn.jpg")
    Image.fromarray(np.clip(drawn, 0, 255).astype(np.uint8)).save(path, quality=92)
    return path


def blur(a):
    return ndimage.correlate1d(ndimage.correlate1d(a, KERNEL, 0, mode="nearest"), KERNEL, 1, mode="nearest")


def asymmetric(p):
    negative = p < 0
    square = p * p
    left = np.sqrt(square[negative].mean())
    right = np.sqrt(square[~negative].mean())
    g = left / right
    shape = np.interp(np.abs(p).mean() ** 2 / square.mean() * (g**3 + 1) * (g + 1) / (g * g + 1) ** 2, RATIOS, SHAPES)
    eta = (right - left) * np.exp(special.gammaln(2 / shape) - 0.5 * (special.gammaln(1 / shape) + special.gammaln(3 / shape)))
    return shape, eta, left, right


def brisque(rgb):
    """18 features at each of two scales (Mittal, Moorthy, Bovik 2012), as fast as NumPy and SciPy go without tricks."""
    y = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
    out = []
    for _ in range(2):
        mu = blur(y)
        m = (y - mu) / (np.sqrt(np.maximum(blur(y * y) - mu * mu, 0)) + 1)
        square = np.mean(m * m)
        out += [np.interp(np.mean(np.abs(m)) ** 2 / square, RATIOS, SHAPES), square]
        for a, b in ((m[:, :-1], m[:, 1:]), (m[:-1], m[1:]), (m[:-1, :-1], m[1:, 1:]), (m[:-1, 1:], m[1:, :-1])):
            out += asymmetric(a * b)
        h, w = y.shape[0] // 2 * 2, y.shape[1] // 2 * 2
        y = y[:h, :w].reshape(h // 2, 2, w // 2, 2).mean((1, 3))
    return out


def ours(path):
    """Lines of the tool's table: instruction set -> (name -> microseconds)."""
    lines = subprocess.run([TOOL, "--bench", path], capture_output=True, text=True, check=True).stdout.splitlines()
    table = {}
    for line in lines:
        name, _, rest = line.partition(",")
        words = rest.replace("=", "").replace(":", "").replace(" us", "").split()
        table[name] = {"size": " x ".join((words[0], words[2])), "all": float(words[3])}
        table[name].update({key: float(value) for key, value in zip(words[4::2], words[5::2])})
    return table


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = picture(folder)
        with Image.open(path) as opened:
            rgb = opened.convert("RGB")
        scale = min(1, 256 / min(rgb.size))
        seen = np.asarray(rgb.resize([round(side * scale) for side in rgb.size], Image.BOX), np.float32)
        mine, other = [], []
        for _ in range(RUNS):
            mine.append(ours(path))
            times = []
            for _ in range(10):
                start = time.perf_counter()
                features = brisque(seen)
                times.append((time.perf_counter() - start) * 1e6)
            other.append(min(times))  # as the tool says the least of its runs
    sets = [name for name in mine[0] if name != "chain"]
    keys = [key for key in mine[0][sets[0]] if key != "size"]
    middle = {s: {k: statistics.median(run[s][k] for run in mine) for k in keys} for s in sets}
    print(f"{os.path.basename(path)} seen at {mine[0][sets[0]]['size']}, one core, microseconds, medians of {RUNS}")
    print(f"{'':12s}" + "".join(f"{s:>10s}" for s in sets) + "".join(f"{s + ' x':>10s}" for s in sets[1:]))
    for key in keys:
        row = "".join(f"{middle[s][key]:10.0f}" for s in sets)
        row += "".join(f"{middle[sets[0]][key] / max(middle[s][key], 1):10.2f}" for s in sets[1:])
        print(f"{key:12s}{row}")
    theirs = statistics.median(other)
    best = min(middle[s]["all"] for s in sets)
    print(f"\nNumPy and SciPy, {len(features)} features of BRISQUE: {theirs:.0f} us; ours, all 258: {best:.0f} us, ratio {theirs / best:.1f}")
    if "chain" in mine[0]:
        chain = {k: statistics.median(run["chain"][k] for run in mine) for k in mine[0]["chain"] if k not in ("size", "all")}
        print("From the file on: " + ", ".join(f"{k} {v:.0f} us" for k, v in chain.items()))
        print(f"measures within 600 us: {'yes' if best <= 600 else 'no'} again and again ({best:.0f} us), "
              f"{'yes' if chain['measures'] <= 600 else 'no'} with caches full of a decoded picture ({chain['measures']:.0f} us)")


if __name__ == "__main__":
    main()
