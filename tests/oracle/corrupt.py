"""Corruptions against NumPy, SciPy and Pillow, from the published formulas; noise by its moments and distribution."""
import csv
import hashlib
import io
import os
import subprocess
import tempfile

import numpy as np
from PIL import Image
from scipy import ndimage, stats

import tap

TOOL = os.path.join(tap.BUILD, "tests/tools/tool_corrupt")
SCRATCH = tempfile.TemporaryDirectory()


def corrupt(picture, kind, severity, seed=1):
    source, result = os.path.join(SCRATCH.name, "in"), os.path.join(SCRATCH.name, "out")
    picture.tofile(source)
    h, w, c = picture.shape
    run = subprocess.run([TOOL, "raw", kind, str(severity), str(seed), source, str(w), str(h), str(c), result],
                         capture_output=True, text=True)
    assert run.returncode == 0, (kind, severity, run.stderr)
    return np.fromfile(result, np.uint8).reshape(picture.shape)


def numbers(what, n, mean=1.0):
    run = subprocess.run([TOOL, "numbers", what, str(n), "3", repr(mean)], capture_output=True, check=True)
    return np.frombuffer(run.stdout)


def picture(w=224, h=224, seed=1):
    """Smooth shapes, an edge and some texture in three unlike channels."""
    rng = np.random.default_rng(seed)
    v = ndimage.gaussian_filter(rng.normal(size=(h, w, 3)), (5, 5, 0))
    v = v / v.std() * 45 + 128 + rng.normal(size=(h, w, 3)) * 4
    v[h // 3:, w // 2:] += 40
    return np.clip(v, 0, 255).astype(np.uint8)


def flat(level, w=400, h=250):
    return np.full((h, w, 3), level, np.uint8)


def to_bytes(v):
    return np.floor(np.clip(v, 0, 255) + 0.5)


def near(ours, theirs, most=1, mean=0.02):
    """Levels apart at worst; and on average, for what rounding alone leaves."""
    d = np.abs(ours.astype(float) - theirs)
    assert d.max() <= most and d.mean() <= mean, (d.max(), d.mean())


def scales():
    """A size where a pixel is a pixel, and one where lengths double."""
    return [(224, 224, 1.0), (256, 300, 1.0), (512, 530, 2.0), (112, 90, 90 / 224)]


# ---- numbers

def test_steady_functions_equal_numpys():
    for what, function in [("exp", np.exp), ("log", np.log), ("sin", np.sin), ("cos", np.cos)]:
        x, y = numbers(what, 100000).reshape(-1, 2).T
        true = function(x)
        error = np.abs(y / true - 1) if what == "exp" else np.abs(y - true) / np.maximum(np.abs(true), 1)
        assert error.max() < 1e-14, (what, error.max(), x[error.argmax()])


def test_uniform_and_normal():
    assert stats.kstest(numbers("uniform", 200000), "uniform").pvalue > 1e-4
    z = numbers("normal", 400000)
    assert stats.kstest(z, "norm").pvalue > 1e-4
    assert abs(z.mean()) < 0.007 and abs(z.var() - 1) < 0.01 and abs(stats.kurtosis(z)) < 0.04
    assert np.abs(z).max() > 4.2
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < 0.007


def test_poisson():
    for mean in (0.01, 0.5, 3, 12, 60, 400):
        k = numbers("poisson", 200000, mean).astype(int)
        assert abs(k.mean() - mean) < 5 * np.sqrt(mean / k.size), (mean, k.mean())
        assert abs(k.var() / mean - 1) < 0.03 + 5 / np.sqrt(mean * k.size), (mean, k.var())
        seen = np.bincount(k)
        expected = stats.poisson.pmf(np.arange(seen.size), mean) * k.size
        big = expected > 10
        rest = k.size - expected[big].sum()
        o, e = np.append(seen[big], k.size - seen[big].sum()), np.append(expected[big], rest)
        if big.sum() > 1 and rest > 0:
            assert stats.chisquare(o, e * o.sum() / e.sum()).pvalue > 1e-4, mean


# ---- blur

def test_gaussian_blur_equals_scipys():
    for w, h, scale in scales():
        p = picture(w, h)
        for severity, sigma in enumerate((1, 2, 3, 4, 6), 1):
            theirs = ndimage.gaussian_filter(p.astype(float), (sigma * scale, sigma * scale, 0), mode="nearest", truncate=4)
            near(corrupt(p, "gaussian-blur", severity), to_bytes(theirs))
    p = picture()
    theirs = ndimage.gaussian_filter(p.astype(float), (2.5, 2.5, 0), mode="nearest", truncate=4)
    near(corrupt(p, "gaussian-blur", 2.5), to_bytes(theirs))


def gauss(sigma, reach):
    k = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return k / k.sum()


def test_defocus_kernel():
    """Away from the borders, where only the kernel counts: a disc of whole pixels, softened by a small gaussian."""
    p = picture()
    for severity, (radius, sigma) in enumerate([(3, .1), (4, .5), (6, .5), (8, .5), (10, .5)], 1):
        reach = 1 if radius <= 8 else 2
        grid = np.arange(-radius, radius + 1)
        disc = (grid[:, None] ** 2 + grid ** 2 <= radius ** 2).astype(float)
        disc /= disc.sum()
        soft = np.outer(gauss(sigma, reach), gauss(sigma, reach))
        theirs = np.dstack([ndimage.convolve(ndimage.convolve(p[..., c].astype(float), disc, mode="mirror"), soft, mode="nearest")
                            for c in range(3)])
        near(corrupt(p, "defocus-blur", severity), to_bytes(theirs))


def test_defocus_of_one_point():
    p = np.zeros((301, 1024, 3), np.uint8)
    p[150, 500] = 255
    out = corrupt(p, "defocus-blur", 1)[..., 0] > 0
    assert 27 <= out.sum() <= 60, out.sum()


def test_motion_kernel():
    """The picture of one bright point is the kernel: half a gaussian along a line, of the published length and weight."""
    for severity, (radius, sigma) in enumerate([(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)], 1):
        for seed in range(5):
            p = np.zeros((225, 225, 3), np.uint8)
            p[112, 112] = 255
            out = corrupt(p, "motion-blur", severity, seed)[..., 1].astype(float)
            k = np.exp(-0.5 * (np.arange(2 * radius + 1) / sigma) ** 2)
            k /= k.sum()
            y, x = np.nonzero(out)
            weights = out[y, x] / 255
            y, x = y - 112, x - 112
            far = np.argmax(x * x + y * y)
            along, unit = np.hypot(x, y), np.array([y[far], x[far]]) / np.hypot(x[far], y[far])
            across = np.abs(x * unit[0] - y * unit[1])
            seen = np.floor(k * 255 + 0.5) > 0
            assert abs(weights.sum() - k[seen].sum()) < 0.06
            assert abs((weights * along).sum() - (k * np.arange(k.size))[seen].sum()) < 0.05 * sigma + 0.15, (severity, seed)
            assert abs(along.max() - np.flatnonzero(seen).max()) < 1.0
            assert out[112, 112] > 0 and across.max() < 1.0, (severity, seed, across.max())


def test_motion_goes_every_way():
    angles = []
    for seed in range(60):
        p = np.zeros((225, 225, 3), np.uint8)
        p[112, 112] = 255
        y, x = np.nonzero(corrupt(p, "motion-blur", 5, seed)[..., 0])
        far = np.argmax((x - 112) ** 2 + (y - 112) ** 2)
        angles.append(np.arctan2(y[far] - 112, x[far] - 112) % np.pi)
    assert np.histogram(angles, 4, (0, np.pi))[0].min() >= 5, angles


def clipped_zoom(v, zoom):
    """Crop of the middle, enlarged by linear interpolation between its corners, trimmed to size."""
    h, w = v.shape[:2]
    ch, cw = int(np.ceil(h / zoom)), int(np.ceil(w / zoom))
    top, left = (h - ch) // 2, (w - cw) // 2
    out = ndimage.zoom(v[top:top + ch, left:left + cw], (zoom, zoom, 1), order=1)
    ty, tx = (out.shape[0] - h) // 2, (out.shape[1] - w) // 2
    return out[ty:ty + h, tx:tx + w]


def test_zoom_blur():
    for p in (picture(), picture(240, 226)):
        for severity, (end, step) in enumerate([(1.11, .01), (1.16, .01), (1.21, .02), (1.26, .02), (1.31, .03)], 1):
            zooms = np.arange(1, end, step)
            total = p.astype(float)
            for zoom in zooms:
                total = total + clipped_zoom(p.astype(float), zoom)
            near(corrupt(p, "zoom-blur", severity), to_bytes(total / (len(zooms) + 1)), 2, 0.05)


def test_glass_blur_keeps_mean_and_blurs_as_it_says():
    p = picture()
    for severity, (sigma, reach) in enumerate([(.7, 1), (.9, 2), (1, 2), (1.1, 3), (1.5, 4)], 1):
        out = corrupt(p, "glass-blur", severity)
        assert abs(out.mean() - p.mean()) < 1.5
        gradient = lambda a: np.diff(a.astype(float), axis=1).var()
        plain = ndimage.gaussian_filter(p.astype(float), (sigma * 2 ** .5,) * 2 + (0,))
        assert gradient(plain) * 0.6 < gradient(out) < gradient(plain) * 8, (severity, gradient(out), gradient(plain))


# ---- noise

def test_gaussian_noise():
    for severity, sigma in enumerate((.08, .12, .18, .26, .38), 1):
        d = corrupt(flat(128), "gaussian-noise", severity).astype(float)
        inside = (d > 0) & (d < 255)
        share = stats.norm.cdf(127 / 255 / sigma) - stats.norm.cdf(-128 / 255 / sigma)
        assert abs(inside.mean() - share) < 0.005
        z = stats.norm.cdf((d[inside] - 128) / 255, scale=sigma)
        assert abs(d.mean() - 128) < 1
        clipped = np.clip(128 / 255 + sigma * np.random.default_rng(1).normal(size=d.size), 0, 1) * 255
        assert abs(d.std() / clipped.std() - 1) < 0.01, (severity, d.std(), clipped.std())
        assert stats.kstest(z[::7], stats.uniform(z.min(), z.max() - z.min()).cdf).statistic < 0.03
        channels = np.corrcoef(d.reshape(-1, 3).T)
        assert np.abs(channels - np.eye(3)).max() < 0.02
        assert abs(np.corrcoef(d[:, :-1].ravel(), d[:, 1:].ravel())[0, 1]) < 0.015


def test_shot_noise_is_poisson():
    for severity, photons in enumerate((60, 25, 12, 5, 3), 1):
        for level in (20, 128, 200):
            d = corrupt(flat(level), "shot-noise", severity).astype(float)
            k = np.rint(d / 255 * photons).astype(int)  # photons above white are clipped
            mean = level / 255 * photons
            expected = stats.poisson.pmf(np.arange(photons), mean)
            seen = np.bincount(k.ravel(), minlength=photons + 1) / k.size
            assert np.abs(seen[:photons] - expected).max() < 0.006, (severity, level)
            assert abs(seen[photons] - stats.poisson.sf(photons - 1, mean)) < 0.006
    assert corrupt(flat(0), "shot-noise", 5).max() == 0


def test_impulse_noise():
    for severity, share in enumerate((.03, .06, .09, .17, .27), 1):
        d = corrupt(flat(100), "impulse-noise", severity)
        assert set(np.unique(d)) == {0, 100, 255}
        n = d.size
        for value in (0, 255):
            assert abs((d == value).mean() - share / 2) < 5 * np.sqrt(share / 2 / n), (severity, value)
        assert abs(((d != 100).all(axis=2)).mean() - share ** 3) < 0.003  # each channel by itself


def test_speckle_noise():
    for severity, sigma in enumerate((.15, .2, .35, .45, .6), 1):
        for level in (30, 90):
            d = corrupt(flat(level), "speckle-noise", severity).astype(float)
            clipped = np.clip(level * (1 + sigma * np.random.default_rng(1).normal(size=d.size)), 0, 255)
            assert abs(d.std() / clipped.std() - 1) < 0.015 and abs(d.mean() - clipped.mean()) < 0.4, (severity, level)


def test_sensor_noise():
    """Coarser than a pixel, stronger in the dark once seen as sRGB, weakest in green, and unbiased in linear light."""
    deviations = {}
    for level in (40, 120, 200):
        d = corrupt(flat(level), "sensor-noise", 1, 4).astype(float)
        deviations[level] = d[..., 1].std()
        assert abs(np.corrcoef(d[:, :-1, 0].ravel(), d[:, 1:, 0].ravel())[0, 1]) > 0.2
        assert d[..., 0].std() > d[..., 1].std() < d[..., 2].std()
        linear = np.where(d / 255 <= .04045, d / 255 / 12.92, ((d / 255 + .055) / 1.055) ** 2.4)
        true = ((level / 255 + .055) / 1.055) ** 2.4
        if level < 200:
            assert abs(linear[..., 1].mean() / true - 1) < 0.05, (level, linear[..., 1].mean(), true)
    assert deviations[40] > deviations[120] > 0, deviations


# ---- resolution

def test_jpeg_equals_pillows():
    p = picture(230, 250)
    for severity, quality in enumerate((25, 18, 15, 10, 7), 1):
        theirs = []
        for subsampling in (2, 0):
            stream = io.BytesIO()
            Image.fromarray(p).save(stream, "JPEG", quality=quality, subsampling=subsampling)
            theirs.append(np.asarray(Image.open(stream)))
        seen = set()
        for seed in range(12):
            ours = corrupt(p, "jpeg", severity, seed)
            seen.add([np.array_equal(ours, t) for t in theirs].index(True))
        assert seen == {0, 1}, seen


def test_pixelate_equals_pillows():
    for w, h in ((224, 224), (256, 300), (230, 227)):
        p = picture(w, h)
        for severity, share in enumerate((.6, .5, .4, .3, .25), 1):
            small = Image.fromarray(p).resize((int(w * share), int(h * share)), Image.BOX)
            near(corrupt(p, "pixelate", severity), np.asarray(small.resize((w, h), Image.BOX)).astype(float), 1, 0.01)


def test_low_resolution_loses_what_it_says():
    p = picture()
    for severity, share in enumerate((.6, .5, .4, .3, .25), 1):
        for seed in range(6):
            out = corrupt(p, "low-resolution", severity, seed).astype(float).mean(axis=2)
            spectrum = np.abs(np.fft.fft2((out - out.mean()) * np.outer(np.hanning(224), np.hanning(224)))) ** 2
            f = np.hypot(*np.meshgrid(np.fft.fftfreq(224), np.fft.fftfreq(224)))
            was = p.astype(float).mean(axis=2)
            before = np.abs(np.fft.fft2((was - was.mean()) * np.outer(np.hanning(224), np.hanning(224)))) ** 2
            lost = spectrum[f > share * 0.75].sum() / before[f > share * 0.75].sum()
            assert lost < 0.25, (severity, seed, lost)


# ---- tone

def hsv(p):
    high, low = p.max(axis=2), p.min(axis=2)
    return high, np.where(high > 0, (high - low) / np.maximum(high, 1), 0)


def test_bright_adds_to_value():
    p = picture()
    for severity, more in enumerate((.1, .2, .3, .4, .5), 1):
        v = p.max(axis=2, keepdims=True) / 255
        near(corrupt(p, "bright", severity), to_bytes(p / np.maximum(v, 1e-9) * np.minimum(v + more, 1)), 1, 0.1)
    assert (corrupt(flat(0), "bright", 2) == 51).all()


def test_low_contrast():
    p = picture()
    for severity, share in enumerate((.4, .3, .2, .1, .05), 1):
        mean = p.mean(axis=(0, 1))
        near(corrupt(p, "low-contrast", severity), to_bytes((p - mean) * share + mean))


def test_dark_is_stops_of_linear_light():
    p = picture()
    linear = np.where(p / 255 <= .04045, p / 255 / 12.92, ((p / 255 + .055) / 1.055) ** 2.4)
    for severity in range(1, 6):
        v = linear / 2 ** severity
        near(corrupt(p, "dark", severity), to_bytes(255 * np.where(v <= .0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - .055)))


def test_saturation():
    p = picture()
    high, before = hsv(p.astype(float))
    for severity, (factor, more) in enumerate([(2, 0), (3, 0), (5, .05), (10, .1), (20, .2)], 1):
        ways = set()
        for seed in range(8):
            out = corrupt(p, "saturation", severity, seed).astype(float)
            value, after = hsv(out)
            assert np.array_equal(value, high)
            ok = (before > 0) & (high > 60)
            over, under = np.minimum(before * factor + more, 1), before / factor
            way = 1 if np.abs(after - over)[ok].max() < 0.01 else 0
            assert np.abs(after - (over if way else under))[ok].max() < 0.01, (severity, seed)
            ways.add(way)
        assert ways == {0, 1}
    assert (corrupt(flat(77), "saturation", 5, 1) == 77).all()


def test_colour_cast():
    for severity, share in enumerate((.2, .3, .42, .55, .7), 1):
        keep = (1 - share) * ((200 / 255 + .055) / 1.055) ** 2.4
        lowest = 255 * (1.055 * keep ** (1 / 2.4) - .055)
        casts = np.array([corrupt(flat(200, 8, 8), "colour-cast", severity, s)[0, 0] for s in range(30)]).astype(float)
        assert (casts.max(axis=1) == 200).all()
        assert (casts.min(axis=1) >= lowest - 1).all() and abs(casts.min() - lowest) < 2, (severity, casts.min(), lowest)
        assert all((casts.argmin(axis=1) == c).sum() >= 3 for c in range(3))


# ---- weather, geometry, broken

def plasma(decay, rng, size=256):
    """The diamond-square algorithm on a torus, as the published program runs it, normalised to 0..1."""
    m, step, wobble = np.zeros((size, size)), size, 1.0
    while step >= 2:
        half = step // 2
        corner = m[::step, ::step]
        s = corner + np.roll(corner, -1, 0)
        s = s + np.roll(s, -1, 1)
        m[half::step, half::step] = s / 4 + rng.uniform(-wobble, wobble, s.shape)
        middle = m[half::step, half::step]
        corner = m[::step, ::step]
        across = middle + np.roll(middle, 1, 0) + corner + np.roll(corner, -1, 1)
        m[::step, half::step] = across / 4 + rng.uniform(-wobble, wobble, s.shape)
        down = middle + np.roll(middle, 1, 1) + corner + np.roll(corner, -1, 0)
        m[half::step, ::step] = down / 4 + rng.uniform(-wobble, wobble, s.shape)
        step, wobble = half, wobble / decay ** 2
    m -= m.min()
    return m / m.max()


def test_fog_has_the_published_statistics():
    black_and_white = flat(0, 224, 224)
    black_and_white[0, 0] = 255  # white somewhere, which the formula scales by
    for severity, (thick, decay) in enumerate([(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)], 1):
        rng, n = np.random.default_rng(severity), 60
        mine, theirs = [], []
        for seed in range(n):
            ours = corrupt(black_and_white, "fog", severity, seed)[1:, :, 0] / 255
            true = to_bytes(255 * plasma(decay, rng)[1:224, :224] * thick / (1 + thick)) / 255
            for out, v in ((mine, ours), (theirs, true)):
                out.append([v.mean(), v.std(), np.log(np.diff(v, axis=1).std()), np.log(np.diff(v[::8], axis=0).std())])
        mine, theirs = np.array(mine), np.array(theirs)
        apart = np.abs(mine.mean(0) - theirs.mean(0)) / np.sqrt((mine.var(0) + theirs.var(0)) / n)
        assert apart.max() < 4.5, (severity, apart)


def test_snow_formula():
    """Where no flake falls: the picture blended with its whitened grey."""
    p = picture()
    for severity, keep in enumerate((.8, .7, .7, .65, .55), 1):
        v = p / 255.0
        white = (v @ [.299, .587, .114])[..., None] * 1.5 + .5
        low = to_bytes(255 * (keep * v + (1 - keep) * np.maximum(v, white)))
        d = corrupt(p, "snow", severity, 3) - low
        assert d.min() >= -1 and (d > 2).mean() > 0.02, (severity, d.min(), (d > 2).mean())


def test_frost_and_haze_blend():
    """A linear blend with a layer that does not depend on the picture: black and white differ by what is kept."""
    for severity, keep in enumerate((1, .8, .7, .65, .6), 1):
        dark, grey = (corrupt(flat(v, 224, 224), "frost", severity, 5).astype(float) for v in (0, 60))
        inside = grey < 255
        assert np.abs((grey - dark)[inside] - 60 * keep).max() <= 1.01, severity
    for severity, through in enumerate((.7, .58, .46, .36, .26), 1):
        shares = []
        for seed in range(8):
            dark, light = (corrupt(flat(v, 224, 224), "haze", severity, seed).astype(float) for v in (0, 255))
            shares.append((light - dark).mean() / 255)
        assert abs(np.mean(shares) - through) < 0.05, (severity, shares)


def test_elastic():
    """A flat colour stays; a ramp comes back displaced: by up to the published shake, and crumpled as published."""
    ramp = np.repeat(np.repeat(np.linspace(40, 215, 224).astype(np.uint8)[None, :, None], 224, 0), 3, 2)
    for severity, (strength, sigma) in ((3, (12.2, 2.44)), (4, (17.08, 2.44)), (5, (29.28, 2.44))):
        rough = []
        for seed in range(6):
            out = corrupt(ramp, "elastic", severity, seed).astype(float)[40:184, 40:184, 0]
            moved = (out - np.polynomial.polynomial.polyval2d(*np.meshgrid(np.arange(144), np.arange(144)), fit(out))) / (175 / 223)
            rough.append(moved.std())
        rng = np.random.default_rng(1)
        field = ndimage.gaussian_filter(rng.uniform(-1, 1, (400, 400)), sigma, truncate=3) * strength
        assert abs(np.mean(rough) / field.std() - 1) < 0.15, (severity, np.mean(rough), field.std())


def fit(v):
    """The plane through v, as polyval2d takes it (first variable: column)."""
    y, x = np.mgrid[:v.shape[0], :v.shape[1]]
    c, *_ = np.linalg.lstsq(np.stack([np.ones(v.size), x.ravel(), y.ravel()], 1), v.ravel(), rcond=None)
    return np.array([[c[0], c[2]], [c[1], 0]])


def test_cut_off():
    p = picture(300, 400)
    for severity, share in enumerate((.1, .2, .35, .5, .7), 1):
        for seed in range(6):
            out = corrupt(p, "cut-off", severity, seed)
            gone = (out == 128).all(axis=2)
            first = np.argmax(gone.any(axis=1) & (out != p).any(axis=(1, 2)))
            whole = np.argmax(gone.all(axis=1))
            assert np.array_equal(out[:first], p[:first]) and gone[whole:].all() and whole - first <= 16
            assert abs(whole - 400 * (1 - share)) <= 17, (severity, seed, whole)


# ---- the list

def test_the_document_has_the_table():
    run = subprocess.run([TOOL, "kinds"], capture_output=True, text=True, check=True)
    document = open(os.path.join(os.path.dirname(__file__), "..", "..", "docs", "corruptions.md")).read()
    rows = list(csv.reader(io.StringIO(run.stdout)))
    assert len(rows) >= 25
    for name, *rest in rows:
        assert "| " + " | ".join([f"`{name}`"] + rest) + " |" in document, name


def test_list_makes_the_same_pictures():
    p = picture()
    source = os.path.join(SCRATCH.name, "p.png")
    Image.fromarray(p).save(source)
    rows = [("a.png", "fog", 2, 9, "none"), ("sub/b.jpg", "clean", 0, 0, "none"), ("c.jpg@40", "dark", 3, 1, "crop224"),
            ("d.png", "clean", 0, 0, "measure")]
    listing, folder = os.path.join(SCRATCH.name, "list.csv"), os.path.join(SCRATCH.name, "made")
    with open(listing, "w", newline="") as f:
        csv.writer(f).writerows([("in", "out", "kind", "severity", "seed", "prepare")] + [(source,) + r for r in rows])
    sums = []
    for _ in range(2):
        subprocess.run([TOOL, listing, folder], check=True)
        names = ("a.png", "sub/b.jpg", "c.jpg", "d.png")
        sums.append([hashlib.sha256(open(os.path.join(folder, n), "rb").read()).hexdigest() for n in names])
    assert sums[0] == sums[1]
    assert np.array_equal(np.asarray(Image.open(os.path.join(folder, "a.png"))), corrupt(p, "fog", 2, 9))
    assert np.array_equal(np.asarray(Image.open(os.path.join(folder, "d.png"))), p)
    stream = io.BytesIO()
    Image.fromarray(p).save(stream, "JPEG", quality=85)
    assert np.array_equal(np.asarray(Image.open(os.path.join(folder, "sub/b.jpg"))), np.asarray(Image.open(stream)))
    bad = subprocess.run([TOOL, source, folder], capture_output=True)
    assert bad.returncode != 0


def test_statistics_of_the_published_pictures():
    """The published program's own pictures: the same photographs, corrupted here, are alike in energy of gradients, fine
    residual, brightness and contrast, on average over ten pictures and four seeds of each kind."""
    photos, made = tap.shared("data", "photos"), tap.shared("data", "noise-dev")
    names = dict(contrast="low-contrast", defocus_blur="defocus-blur", brightness="bright", gaussian_noise="gaussian-noise",
                 glass_blur="glass-blur", impulse_noise="impulse-noise", jpeg_compression="jpeg", motion_blur="motion-blur",
                 pixelate="pixelate", shot_noise="shot-noise", zoom_blur="zoom-blur", snow="snow", fog="fog", frost="frost",
                 elastic_transform="elastic")
    loose = dict(fog=(.1, .1, 25, 9), frost=(.6, .6, 30, 9), elastic_transform=(.25, .2, 9, 6), snow=(.15, .5, 3, 2),
                 motion_blur=(.3, .25, 2.5, 2))
    listing, folder = os.path.join(SCRATCH.name, "dev.csv"), os.path.join(SCRATCH.name, "dev")
    rows = [r for r in csv.DictReader(open(tap.shared("data", "noise-dev.csv"))) if r["corruption"] in names]
    with open(listing, "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(("in", "out", "kind", "severity", "seed", "prepare"))
        for r in rows:
            base = os.path.splitext(r["file"])[0]
            for seed in range(4):
                out.writerow((os.path.join(photos, base + ".JPEG"), f"{base}-{seed}.jpg", names[r["corruption"]],
                              r["severity"], seed, "crop224"))
    subprocess.run([TOOL, listing, folder], check=True)

    def measures(path):
        y = np.asarray(Image.open(path).convert("RGB"), float) @ [.299, .587, .114]
        fine = ndimage.convolve(y, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], float))
        return np.array([np.log(np.diff(y, axis=0).var() + np.diff(y, axis=1).var() + .1), np.log(np.abs(fine).mean() + .1),
                         y.mean(), y.std()])

    apart = {}
    for r in rows:
        theirs = measures(os.path.join(made, r["file"]))
        for seed in range(4):
            ours = measures(os.path.join(folder, f"{os.path.splitext(r['file'])[0]}-{seed}.jpg"))
            apart.setdefault(r["corruption"], []).append(ours - theirs)
    assert len(apart) == 15
    for kind, d in apart.items():
        assert (np.abs(np.mean(d, axis=0)) < loose.get(kind, (.03, .03, 1.2, .4))).all(), (kind, np.mean(d, axis=0))


tap.main()
