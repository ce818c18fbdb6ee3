"""The quality measures against a second implementation, by formula, in NumPy and SciPy: every theme, on drawn pictures
of odd and even sizes and on photographs. Bound: 2e-3 of (1 + |value|), for float sums; pixels at a threshold may fall on
either side."""
import os
import subprocess
import tempfile

import numpy as np
from PIL import Image
from scipy import fft, ndimage, special

import tap

TOOL = os.path.join(tap.BUILD, "tests", "tools", "tool_quality")
FOLDER = tempfile.TemporaryDirectory()
BOUND = 2e-3


def names():
    run = subprocess.run([TOOL, "--names"], capture_output=True, text=True, check=True)
    return [line.split("\t")[0] for line in run.stdout.splitlines()]


def measured(rgb, cpu=None):
    path, out = os.path.join(FOLDER.name, "in"), os.path.join(FOLDER.name, "out")
    np.ascontiguousarray(rgb, np.uint8).tofile(path)
    environment = dict(os.environ, **({"PARDON_CPU": cpu} if cpu else {}))
    subprocess.run([TOOL, "--raw", path, str(rgb.shape[1]), str(rgb.shape[0]), out], check=True, env=environment)
    return dict(zip(names(), np.fromfile(out, np.float32).astype(float)))


def drawn(height, width, seed):
    rng = np.random.default_rng(seed)
    base = ndimage.gaussian_filter(rng.normal(size=(height, width, 3)), (6, 6, 0.5)) * 900
    edges = ndimage.gaussian_filter((ndimage.gaussian_filter(rng.normal(size=(height, width)), 9) > 0) * 90.0, 0.7)
    fine = ndimage.gaussian_filter(rng.normal(size=(height, width, 3)), (0.6, 0.6, 0)) * rng.uniform(2, 12)
    picture = 110 + base + edges[..., None] + fine * (np.linspace(0, 1, width)[None, :, None])
    picture[: height // 9, : width // 5] = (200, 40, 90)
    picture[rng.random((height, width)) < 0.002] = 255
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def pictures():
    yield "drawn 91 x 201", drawn(91, 201, 1)
    yield "drawn 256 x 341", drawn(256, 341, 2)
    yield "drawn 322 x 257", drawn(322, 257, 3)
    folder = os.path.join(tap.SHARED, "data", "photos")
    for name in sorted(os.listdir(folder))[:3] if os.path.isdir(folder) else []:
        picture = Image.open(os.path.join(folder, name)).convert("RGB")
        scale = 256 / min(picture.size)
        picture = picture.resize([round(s * scale) for s in picture.size], Image.BOX)
        yield name, np.asarray(picture)


PICTURES = list(pictures())


def compare(theme):
    for name, rgb in PICTURES:
        got, wanted = measured(rgb), theme(Planes(rgb))
        for key, value in wanted.items():
            assert abs(got[key] - value) <= BOUND * (1 + abs(value)), f"{name}: {key} is {got[key]}, should be {value}"


class Planes:
    def __init__(self, rgb):
        self.rgb = rgb.astype(float)
        r, g, b = np.moveaxis(rgb.astype(int), 2, 0)
        self.y4 = (77 * r + 150 * g + 29 * b + 32) >> 6
        self.y8 = (self.y4 + 2) >> 2
        self.y = [self.y4 / 4]
        for _ in range(3):
            a = self.y[-1][: self.y[-1].shape[0] // 2 * 2, : self.y[-1].shape[1] // 2 * 2]
            self.y.append((a[::2, ::2] + a[1::2, ::2] + a[::2, 1::2] + a[1::2, 1::2]) / 4)
        self.y8s = [self.y8, np.floor(self.y[1] + 0.5).astype(int)]
        self.many = rgb.shape[0] >= 96
        self.tiles = rgb.shape[0] // 16, rgb.shape[1] // 16
        self.mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
        self.residual = ndimage.correlate(self.y4, self.mask, mode="nearest")

    def haar(self, level):
        a = self.y[level]
        h, w = a.shape[0] // 2 * 2, a.shape[1] // 2 * 2
        p, q, s, t = a[:h:2, :w:2], a[:h:2, 1:w:2], a[1:h:2, :w:2], a[1:h:2, 1:w:2]
        return (p - q - s + t) / 2, (p + q - s - t) / 2, (p - q + s - t) / 2

    def tile(self, plane, side, how):
        ty, tx = plane.shape[0] // side, plane.shape[1] // side
        cut = plane[: ty * side, : tx * side].reshape(ty, side, tx, side)
        return how(how(cut, axis=3), axis=1)


def binned(values, step, q, bins=1024):
    """The quantile of a histogram, interpolated inside its bin."""
    index = np.minimum(np.floor(np.abs(values).ravel() / step), bins - 1).astype(int)
    count = np.bincount(index, minlength=bins)
    below = np.concatenate([[0], np.cumsum(count)])
    i = int(np.flatnonzero((below[1:] >= q * index.size) & (count > 0))[0])
    return step * (i + (q * index.size - below[i]) / count[i])


def nearest(values, q):
    return np.sort(np.ravel(values))[int(q * (np.size(values) - 1) + 0.5)]


def kurtosis(m4, m2):
    return np.log2((m4 + 3e-3) / (m2 * m2 + 1e-3))


SHAPES = np.exp(np.linspace(np.log(0.2), np.log(10), 200001))
RATIOS = np.exp(2 * special.gammaln(2 / SHAPES) - special.gammaln(1 / SHAPES) - special.gammaln(3 / SHAPES))


def shape(ratio):
    return np.interp(ratio, RATIOS, SHAPES)


def symmetric(m):
    return shape(np.mean(np.abs(m)) ** 2 / np.mean(m * m)), np.sqrt(np.mean(m * m))


def asymmetric(p):
    left, right = np.sqrt(np.mean(p[p < 0] ** 2)), np.sqrt(np.mean(p[p >= 0] ** 2))
    g = left / right
    a = shape(np.mean(np.abs(p)) ** 2 / np.mean(p * p) * (g**3 + 1) * (g + 1) / (g * g + 1) ** 2)
    eta = (right - left) * np.exp(special.gammaln(2 / a) - 0.5 * (special.gammaln(1 / a) + special.gammaln(3 / a)))
    return a, eta, left, right


def mscn(p):
    out = {}
    kernel = np.exp(-np.arange(-3, 4) ** 2 / (2 * (7 / 6) ** 2))
    kernel /= kernel.sum()

    def blur(a):
        return ndimage.correlate1d(ndimage.correlate1d(a, kernel, 0, mode="nearest"), kernel, 1, mode="nearest")

    for s in range(3):
        y = p.y[s]
        mu = blur(y)
        deviation = np.sqrt(np.maximum(blur(y * y) - mu * mu, 0))
        m = (y - mu) / (deviation + 1)
        rows = np.arange(y.shape[0])
        used = rows % 4 < 2 if y.shape[0] >= 96 else rows >= 0
        lower = rows[(rows > 0) & used & ((rows % 2 == 1) | (y.shape[0] < 96))]
        upper = lower - 1
        u, d = m[used], deviation[used]
        out[f"mscn{s}-alpha"], out[f"mscn{s}-sigma"] = symmetric(u)
        out[f"mscn{s}-busy-alpha"], out[f"mscn{s}-busy-sigma"] = symmetric(u[d >= 2])
        products = {"across": u[:, :-1] * u[:, 1:], "down": m[upper] * m[lower]}
        products |= {"falling": m[upper, :-1] * m[lower, 1:], "rising": m[upper, 1:] * m[lower, :-1]}
        for way, values in products.items():
            for key, value in zip(("alpha", "eta", "left", "right"), asymmetric(values)):
                out[f"mscn{s}-{way}-{key}"] = value
        counted = deviation[rows % 4 == 0] if y.shape[0] >= 96 else deviation
        for q in (5, 25, 50, 75, 95):
            out[f"deviation{s}-q{q:02d}"] = np.log2(np.quantile(counted, q / 100) + 0.25)
    return out


def test_mscn():
    # quantiles from bins of 1/8 grey level are compared with exact ones, so flat ones get a wider bound
    for name, rgb in PICTURES:
        got, wanted = measured(rgb), mscn(Planes(rgb))
        for key, value in wanted.items():
            bound = 0.25 / 2**value if key.startswith("deviation") else 0.005 * (1 + abs(value))
            assert abs(got[key] - value) <= bound, f"{name}: {key} is {got[key]}, should be {value}"


def gradients(p):
    out = {}
    for s in range(3):
        y = p.y[s]
        step = 2 if y.shape[0] >= 96 else 1
        gx, gy = np.diff(y, axis=1)[::step], np.diff(y, axis=0)[::step]
        lap = ndimage.laplace(y)[1:-1, 1:-1]
        energy = np.mean(lap**2)
        counted = lap[step - 1 :: step]
        out[f"gradient{s}-across"] = np.log2(np.mean(gx**2) + 1 / 16)
        out[f"gradient{s}-down"] = np.log2(np.mean(gy**2) + 1 / 16)
        out[f"laplacian{s}-energy"] = np.log2(energy + 1 / 16)
        out[f"laplacian{s}-median"] = np.log2(binned(counted, 0.25, 0.5) + 0.25)
        out[f"gradient{s}-kurtosis"] = kurtosis(np.mean(gx**4), np.mean(gx**2))
        out[f"laplacian{s}-kurtosis"] = kurtosis(np.mean(lap**4), energy)
        out[f"laplacian{s}-skewness"] = np.arcsinh(np.mean(lap**3) / (energy**1.5 + 1e-3))
    return out


def test_gradients():
    compare(gradients)


def level(deviation):
    return np.log2(deviation + 1 / 16)


def correlation(ab, aa, bb, floor):
    return ab / (np.sqrt(aa * bb) + floor)


def flat_tiles(p):
    ty, tx = p.y4.shape[0] // 8, p.y4.shape[1] // 8
    blocks = lambda a, side: a[: ty * side, : tx * side].reshape(ty, side, tx, side).swapaxes(1, 2).reshape(ty * tx, side, side)
    scale1 = blocks(p.y[1], 4)
    mean, structure = scale1.mean((1, 2)), scale1.var((1, 2))
    used = (mean >= 6) & (mean <= 249)
    n = blocks(p.residual, 8) / 4
    inner = np.zeros((ty, tx), bool)
    inner[1:, 1:] = np.add.outer(np.arange(1, ty), np.arange(1, tx)) % 2 == 0
    inner[:, -1] &= tx * 8 < p.y4.shape[1]
    inner[-1] &= ty * 8 < p.y4.shape[0]
    choose = {q: used & (structure <= nearest(structure[used], q) + 1e-6) for q in (0.1, 0.25, 0.5)}
    out = {f"flat{int(100 * q)}-noise": level(np.sqrt(np.mean(n[c] ** 2)) / 6) for q, c in choose.items()}
    x, y = mean[choose[0.5]] / 255, level(np.sqrt(np.mean(n[choose[0.5]] ** 2, axis=(1, 2))) / 6)
    out["flat-slope"] = np.mean((x - x.mean()) * (y - y.mean())) / (x.var() + 0.01)
    f = n[choose[0.25]]
    floor, pairs = f.size * 0.01, np.sum(f * f) * 7 / 8
    out["flat-across"] = correlation(np.sum(f[:, :, :-1] * f[:, :, 1:]), pairs, pairs, floor)
    out["flat-down"] = correlation(np.sum(f[:, :-1] * f[:, 1:]), pairs, pairs, floor)
    r, g, b = (blocks(ndimage.correlate(p.rgb[..., c], p.mask, mode="nearest"), 8)[choose[0.25] & inner.ravel()] for c in range(3))
    out["flat-red-green"] = correlation(np.sum(r * g), np.sum(r * r), np.sum(g * g), floor)
    out["flat-green-blue"] = correlation(np.sum(g * b), np.sum(g * g), np.sum(b * b), floor)
    out["flat-kurtosis"] = kurtosis(np.mean(f**4), np.mean(f**2))
    return out


def noise(p):
    step = 2 if p.many else 1
    luma = p.residual[::step] / 4
    channels = [ndimage.correlate(p.rgb[..., c], p.mask, mode="nearest")[:: step * step] for c in range(3)]
    mean, median = np.sqrt(np.pi / 2) / 6, 1 / 0.6744898 / 6
    out = {"noise-mean": level(np.mean(np.abs(luma)) * mean), "noise-median": level(binned(luma * 4, 1, 0.5) / 4 * median)}
    for key, n in zip(("red", "green", "blue"), channels):
        out["noise-" + key] = level(binned(n, 1, 0.5) * median)
    out["noise-cb"] = level(0.564 * np.mean(np.abs(channels[2] - luma[::step])) * mean)
    out["noise-cr"] = level(0.713 * np.mean(np.abs(channels[0] - luma[::step])) * mean)
    ring = np.ones((3, 3), bool)
    ring[1, 1] = False

    def out_by(a, every):
        up = a - ndimage.maximum_filter(a, footprint=ring)
        down = ndimage.minimum_filter(a, footprint=ring) - a
        return up[1:-1:every, 1:-1], down[1:-1:every, 1:-1]

    share = lambda s: np.log2(s + 2.0**-12)
    up, down = out_by(p.y8, 1)
    for t in (8, 24, 64):
        out[f"specks-{t}"] = share(np.mean((up > t) | (down > t)))
    out["specks-bright"], out["specks-dark"] = share(np.mean(up > 24)), share(np.mean(down > 24))
    colour = [out_by(p.rgb[..., c], step * step) for c in range(3)]
    out["specks-colour"] = share(np.mean([np.mean((u > 24) | (d > 24)) for u, d in colour]))
    a = np.clip(p.residual, -2047, 2047).astype(float)
    rows = np.arange(0, a.shape[0] - 2, 2)
    square, w = np.sum(a[rows] ** 2), a.shape[1]
    for dx, dy in ((1, 0), (0, 1), (1, 1), (2, 0), (0, 2)):
        out[f"residual-{dx}-{dy}"] = correlation(np.sum(a[rows, : w - dx] * a[rows + dy, dx:]), square, square, rows.size * w * 0.2)
    return out


def test_noise():
    compare(noise)


def test_flat_tiles():
    compare(flat_tiles)


def blocks(p):
    out = {}
    phases = []
    for way, profile in (("across", np.abs(np.diff(p.y4 / 4, axis=1)).mean(0)), ("down", np.abs(np.diff(p.y4 / 4, axis=0)).mean(1))):
        mean = np.array([profile[k::8].mean() for k in range(8)])
        others = lambda k: np.log2((mean[k] + 0.1) / (np.delete(mean, k).mean() + 0.1))
        best = int(np.argmax(mean))
        phases.append(best)
        out[f"blocks-{way}-best"], out[f"blocks-{way}-grid"] = others(best), others(7)
        high = profile[1:-1] - (profile[:-2] + profile[2:]) / 2
        bound = 4 * np.mean(np.abs(high))
        high = np.clip(high, -bound, bound)
        n, square = profile.size, np.sum(high**2)
        c = [np.sum(high[:-lag] * high[lag:]) * (n - 2) / (n - 2 - lag) / (square + n * 0.0025) for lag in range(2, 17)]
        out[f"blocks-{way}-recurrence"], out[f"blocks-{way}-period"] = min(max(c), 1), 2 + int(np.argmax(np.array(c) >= max(c) - 0.05))
    y = p.y8
    same, busy = y[4:-4:2, 4:-4] == y[4:-4:2, 5:-3], np.abs(y[4:-4:2, :-8] - y[4:-4:2, 8:]) >= 16
    out["equal-across"], out["equal-across-busy"] = np.mean(same), (np.sum(same & busy) + 1) / (np.sum(busy) + 8)
    same, busy = y[4:-4:2] == y[5:-3:2], np.abs(y[:-8:2] - y[8::2]) >= 16
    out["equal-down"], out["equal-down-busy"] = np.mean(same), (np.sum(same & busy) + 1) / (np.sum(busy) + 8)
    u, v = np.meshgrid(np.arange(8), np.arange(8))
    low, middle, high = (u + v > 0) & (u + v < 4), (u + v >= 4) & (u + v < 7), u + v >= 7

    def grid(x0, y0):
        h, w = y.shape
        parts = [p.y[0][j : j + 8, i : i + 8] for j in range(y0, h - 7, 16) for i in range(x0, w - 7, 16)]
        return np.abs(fft.dctn(np.array(parts), axes=(1, 2), norm="ortho"))

    x0, y0 = (phases[0] + 1) % 8, (phases[1] + 1) % 8
    c, moved = grid(x0, y0), grid((x0 + 4) % 8, (y0 + 4) % 8)
    for key, group in (("low", low), ("middle", middle), ("high", high)):
        out["zeros-" + key] = np.mean(c[:, group] < 1)
    active = c[:, low].sum(1) >= 16
    out["zeros-busy"] = (np.sum(c[active][:, high] < 1) + 18) / (np.sum(active) * 36 + 36)
    energy = lambda a: np.mean(np.sum(a[:, high] ** 2, axis=1)) + 1
    out["blocks-shifted"] = np.log2(energy(c) / energy(moved))
    return out


def test_blocks():
    compare(blocks)


def tone(p):
    out = {}
    step = 4 if p.many else 1
    y = p.y8[::step]
    for q in (1, 5, 25, 50, 75, 95, 99):
        out[f"luma-q{q:02d}"] = binned(y, 1, q / 100, 256) / 256
    out["luma-deviation"], out["luma-dark"], out["luma-white"] = y.std() / 128, np.mean(y < 5), np.mean(y > 250)
    d = y - y.mean()
    out["luma-skewness"] = np.arcsinh(np.mean(d**3) / (np.mean(d**2) ** 1.5 + 1))
    rgb = p.rgb[::step]
    r, g, b = np.moveaxis(rgb, 2, 0)
    most, least, luma = rgb.max(2), rgb.min(2), p.y[0][::step]
    for q in (1, 5, 50):
        out[f"value-q{q:02d}"] = binned(most, 1, q / 100, 256) / 256
    out["value-clipped"] = np.mean(most >= 254)
    count = np.bincount(g.astype(int).ravel(), minlength=256)
    lo, hi = max(int(binned(g, 1, 0.01, 256)), 2), min(int(binned(g, 1, 0.99, 256)), 253)
    out["tone-gaps"] = np.mean([count[i] * 16 < count[i - 2] + count[i - 1] + count[i + 1] + count[i + 2] for i in range(lo, hi + 1)])
    s = (most - least) / (most + 1)
    out["saturation-mean"], out["saturation-deviation"], out["saturation-q95"] = s.mean(), s.std(), binned(s, 1 / 256, 0.95, 256)
    cb, cr = 0.564 * (b - luma), 0.713 * (r - luma)
    out["cb-mean"], out["cr-mean"] = cb.mean() / 128, cr.mean() / 128
    out["cb-deviation"], out["cr-deviation"] = np.log2(cb.std() + 0.25), np.log2(cr.std() + 0.25)
    rg, yb = r - g, (r + g) / 2 - b
    out["colourfulness"] = np.log2(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()) + 1)
    out["luma-saturation"] = np.mean((s - s.mean()) * (luma - luma.mean())) / (s.std() * luma.std() + 0.05)
    dark = p.tile(p.rgb.min(2), 16, np.min)
    out["dark-mean"], out["dark-q05"] = dark.mean() / 255, nearest(dark, 0.05) / 255
    veil = p.tile(p.y8s[1], 8, np.min)
    out["veil-q05"], out["veil-q50"] = nearest(veil, 0.05) / 255, nearest(veil, 0.5) / 255
    spread = np.sqrt(np.maximum(p.tile(p.y[1] ** 2, 8, np.mean) - p.tile(p.y[1], 8, np.mean) ** 2, 0))
    for q in (10, 50, 90, 99):
        out[f"tile-q{q}"] = np.log2(nearest(spread, q / 100) + 0.25)
    return out


def test_tone():
    compare(tone)


def lags(p):
    out = {}
    y = p.y8
    h, w = y.shape
    step = 2 if p.many else 1
    for way in ("across", "down", "falling", "rising"):
        mean = {}
        for lag in (1, 2, 3, 4, 6, 8, 12):
            dx, dy = (0 if way == "down" else lag), (0 if way == "across" else lag)
            a, b = (y[: h - dy, dx:], y[dy:, : w - dx]) if way == "rising" else (y[: h - dy, : w - dx], y[dy:, dx:])
            mean[lag] = np.mean(np.abs(a - b)[::step]) + 0.25
        for lag in (1, 2, 3, 4, 6, 8):
            out[f"lag{lag}-{way}"] = np.log2(mean[lag] / mean[12])
        out[f"lag12-{way}"] = np.log2(mean[12])
    return out


def test_lags():
    compare(lags)


def edges(p):
    out = {}
    centre, border, tiles = [], [], np.full(p.tiles, np.inf)
    for s in range(2):
        for way in ("across", "down"):
            y = p.y8s[s]
            h, w = y.shape
            axis = 1 if way == "across" else 0
            row_step = 4 if h >= 160 else 2
            view = np.lib.stride_tricks.sliding_window_view(y, 9, axis=axis)[::row_step, ::2]
            ranges, steps = view.max(2) - view.min(2), np.abs(np.diff(view, axis=2)).max(2)
            above = np.cumsum(np.bincount(ranges.ravel(), minlength=256)[::-1])[::-1]
            threshold = max([t for t in range(20, 256) if above[t] * 10 >= ranges.size], default=20)
            jy, jx = np.nonzero(ranges >= threshold)
            width = np.floor(ranges[jy, jx] * 16 / steps[jy, jx]) / 16
            for q in (10, 50, 90):
                out[f"width{s}-{way}-q{q}"] = binned(width, 1 / 16, q / 100, 160)
            out[f"width{s}-{way}-share"] = np.mean(ranges >= 20)
            if s == 0:
                cy, cx = row_step * jy + 4 * (axis == 0), 2 * jx + 4 * (axis == 1)
                my, mx = int(h * 0.1464466), int(w * 0.1464466)
                inside = (cy >= my) & (cy < h - my) & (cx >= mx) & (cx < w - mx)
                centre.append(width[inside])
                border.append(width[~inside])
                ok = (cy // 16 < p.tiles[0]) & (cx // 16 < p.tiles[1])
                np.minimum.at(tiles, (cy[ok] // 16, cx[ok] // 16), width[ok])
    out["width-centre"], out["width-border"] = (binned(np.concatenate(a), 1 / 16, 0.5, 160) for a in (centre, border))
    out["width-zoom"] = np.log2((out["width-border"] + 0.1) / (out["width-centre"] + 0.1))
    busy = tiles[np.isfinite(tiles)]
    out["width-tile-q10"], out["width-tile-q50"] = nearest(busy, 0.1), nearest(busy, 0.5)
    return out


def test_edge_widths():
    compare(edges)


def reblur(p):
    """Crete et al. by the book: a blurred picture, differences of both, what is lost between them."""
    out = {}
    for s in range(2):
        y = p.y8s[s].astype(float)
        for way, axis in (("across", 1), ("down", 0)):
            soft = ndimage.uniform_filter1d(y, 9, axis=axis)
            a, b = np.abs(np.diff(y, axis=axis)), np.abs(np.diff(soft, axis=axis))
            cut = (slice(None), slice(4, -4)) if axis == 1 else (slice(4, -4), slice(None))
            a, b = a[cut], b[cut]
            if y.shape[0] >= 96:
                rows = slice(0, None, 2) if axis == 1 else slice(1, None, 2)
                a, b = a[rows], b[rows]
            total = 9 * a.sum()
            lost = 9 * np.maximum(a - b, 0).sum()
            out[f"reblur{s}-{way}"] = (total - lost + 1) / (total + 1)
    return out


def test_reblur():
    compare(reblur)


class Contours:
    """Walks along strong edges, pixel by pixel."""

    def __init__(self, p):
        y = p.y8
        self.h, self.w = y.shape
        self.gx, self.gy, self.strength = (np.zeros(y.shape, int) for _ in range(3))
        inner = slice(1, -1), slice(1, -1)
        self.gx[inner] = ndimage.sobel(y, 1)[inner]
        self.gy[inner] = ndimage.sobel(y, 0)[inner]
        self.strength = self.gx**2 // 64 + self.gy**2 // 64

    def upright(self, at):
        return abs(self.gx[at]) > abs(self.gy[at])

    def beside(self, at, upright):
        (y, x), s = at, self.strength
        return (s[y, x - 1], s[y, x + 1]) if upright else (s[y - 1, x], s[y + 1, x])

    def inside(self, at):
        return 2 <= at[0] < self.h - 2 and 2 <= at[1] < self.w - 2

    def seeds(self):
        s = self.strength
        least = int(max(4 * s[2:-2:4, 1:-1].mean(), 16))
        found = []
        for y in range(2, self.h - 2, 4):
            for x in np.flatnonzero(s[y, 2:-2] > least) + 2:
                before, after = self.beside((y, x), self.upright((y, x)))
                if before <= s[y, x] and after < s[y, x]:
                    found.append((y, int(x)))
        n = min(len(found), 96)
        return [found[i * len(found) // n] for i in range(n)]

    def top(self, at):
        upright = self.upright(at)
        before, after = self.beside(at, upright)
        curve = before - 2 * self.strength[at] + after
        off = min(max((before - after) / curve / 2, -0.5), 0.5) if curve < 0 else 0
        return np.array(at) + ((0, off) if upright else (off, 0))

    def walk(self, start, way):
        at, direction = start, way * np.array([self.gx[start], -self.gy[start]])
        points = []
        while len(points) < 7:
            tangent = np.array([self.gx[at], -self.gy[at]])
            if tangent @ direction < 0:
                tangent = -tangent
            direction = tangent
            if self.upright(at):
                y = at[0] + (1 if tangent[0] > 0 else -1)
                three = [(y, at[1]), (y, at[1] - 1), (y, at[1] + 1)]
            else:
                x = at[1] + (1 if tangent[1] > 0 else -1)
                three = [(at[0], x), (at[0] - 1, x), (at[0] + 1, x)]
            if not self.inside(three[0]):
                break
            at = max(three, key=lambda one: self.strength[one])
            if not self.inside(at) or self.strength[at] < self.strength[start] // 8:
                break
            points.append(self.top(at))
        return points


def bend(points):
    chord = points[-1] - points[0]
    length = np.hypot(*chord)
    if length < (len(points) - 1) / 2 - 1e-6:
        return 3.0
    off = [(q - points[0]) @ (chord[1], -chord[0]) / length for q in points[1:-1]]
    return min(np.sqrt(np.mean(np.square(off))), 3.0)


def contours(p):
    field = Contours(p)
    walks = [(field.walk(seed, -1), field.top(seed), field.walk(seed, 1)) for seed in field.seeds()]
    out = {}
    for reach, shares in ((4, (5, 25)), (7, (5, 10, 25, 50))):
        bends = [bend(a[reach - 1 :: -1] + [middle] + b[:reach]) for a, middle, b in walks if min(len(a), len(b)) >= reach]
        for q in shares:
            out[f"bend{reach}-q{q:02}"] = nearest(bends, q / 100) if len(bends) >= 8 else 0.3
    out["bend-share"] = len(bends) / len(walks) if walks else 0
    return out


def test_contours():
    compare(contours)


def detail(p):
    out, mean = {}, []
    tiles = []
    for k in range(3):
        bands = p.haar(k)
        mean.append([np.mean(np.abs(b)) for b in bands])
        for key, value in zip(("hh", "hl", "lh"), mean[-1]):
            out[f"haar{k + 1}-{key}"] = level(value)
        tiles.append(p.tile(sum(b * b for b in bands), 8 >> k, np.mean)[: p.tiles[0], : p.tiles[1]].ravel())
    hh = p.haar(0)[0]
    out["haar1-median"] = level(binned(hh, 1 / 8, 0.5) / 0.6745)
    out["haar1-kurtosis"] = kurtosis(np.mean(hh**4), np.mean(hh**2))
    ratio = lambda a, b: np.log2((a + 1 / 16) / (b + 1 / 16))
    out["haar1-haar2"], out["haar2-haar3"] = ratio(mean[0][0], mean[1][0]), ratio(mean[1][0], mean[2][0])
    busy = tiles[2] >= nearest(tiles[2], 0.5)
    flat, full = tiles[0][~busy].mean(), tiles[0][busy].mean()
    out["fine-flat"], out["fine-busy"], out["fine-flat-busy"] = level(flat), level(full), ratio(flat, full)
    for k, key in ((0, "fine12"), (1, "fine23")):
        some = tiles[k + 1] >= 16
        for q in (50, 90, 99):
            out[f"{key}-q{q}"] = np.log2(nearest(tiles[k][some] / tiles[k + 1][some], q / 100) + 2.0**-10)
    return out


def test_detail():
    compare(detail)


def broken(p):
    a = p.rgb
    h, w = a.shape[:2]
    grey = np.all(a == 128, axis=2)
    run = lambda flags: int(np.argmin(np.append(flags[::-1], False)))
    corner = np.all(a == a[-1, -1], axis=2)
    out = {"broken-bottom": run(np.all(np.all(a == a[-1, 0], axis=2), axis=1)) / h, "broken-grey": run(grey.all(1)) / h}
    out["broken-right"] = run(corner.all(0)) / w
    out["broken-rows"] = np.sum(np.all(a[1:] == a[:-1], axis=(1, 2))) / h
    out["broken-columns"] = np.sum(np.all(a[:, 1:] == a[:, :-1], axis=(0, 2))) / w
    tiles = p.tile(p.y8, 8, np.max) == p.tile(p.y8, 8, np.min)
    out["broken-tiles"], out["broken-128"] = tiles.mean(), grey.mean()
    return out


def test_broken():
    compare(broken)
    cut = PICTURES[1][1].copy()
    cut[180:] = 128
    cut[:, 300:] = 128
    got, wanted = measured(cut), broken(Planes(cut))
    for key, value in wanted.items():
        assert abs(got[key] - value) < 1e-5, (key, got[key], value)
    assert wanted["broken-grey"] > 0.29 and wanted["broken-right"] > 0.1


def test_every_measure_has_an_oracle():
    p = Planes(PICTURES[0][1])
    known = set()
    for theme in (mscn, gradients, noise, flat_tiles, blocks, tone, lags, edges, reblur, contours, detail, broken):
        known |= set(theme(p))
    assert known == set(names()), known ^ set(names())


def test_instruction_sets_agree():
    for name, rgb in PICTURES:
        a, b = measured(rgb, "scalar"), measured(rgb, "avx2")
        for key in a:
            assert abs(a[key] - b[key]) <= 1e-4 * (1 + abs(a[key])), (name, key, a[key], b[key])


tap.main()
