"""Slices, groups and suspected labels (src/judge/slices.h, groups.h, labels.h): every number against SciPy or a few lines of NumPy, and
simulations with planted slices, none at all, and planted label flips. PARDON_LONG=1: all 20 settings and 100 null runs. By hand,
with the tables alone: PARDON_LONG=1 tests/oracle/slices.py | grep '^# '"""
import csv
import functools
import json
import os
import subprocess
import tempfile

import numpy as np
import scipy.stats
from PIL import Image
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score

import tap

TOOL = os.path.join(tap.BUILD, "tests", "tools", "tool_slices")
LONG = os.environ.get("PARDON_LONG") == "1"
SETS = ("imagenette", "noise-nette", "photos")


def no_constants(word):
    raise AssertionError("a number that is none: " + word)


def call(what, n, classes, *arguments, **arrays):
    """Runs the tool on the arrays (names as it wants them, '.' before the type written '_')."""
    with tempfile.TemporaryDirectory() as d:
        for name, a in arrays.items():
            path = os.path.join(d, name.replace("_", "."))
            if isinstance(a, str):
                with open(path, "w") as f:
                    f.write(a)
            else:
                kind = {"f32": "f4", "i32": "i4", "u32": "u4", "i8": "i1"}[name.split("_")[1]]
                np.ascontiguousarray(a, dtype="<" + kind).tofile(path)
        out = subprocess.run([TOOL, what, d, str(n), str(classes), *arguments], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    return [json.loads(line, parse_constant=no_constants) for line in out.stdout.splitlines()]


# --- pictures --------------------------------------------------------------------------------------------------------

def features(name, folder, *options):
    program = os.path.join(tap.BUILD, "pardon")
    data = tap.shared("data", name)
    out = os.path.join(folder, "out")
    npy = os.path.join(folder, "features.npy")
    for command in ([program, "scan", data, "-o", out, "-k", "2", "-j", "1", *options], [program, "export", out, "--npy", npy]):
        done = subprocess.run(command, capture_output=True, text=True)
        if "model" in done.stderr and "ONNX Runtime" in done.stderr and done.returncode != 0:
            raise tap.Skip("no ONNX Runtime")
        assert done.returncode == 0, done.stderr
    with open(npy[:-4] + ".csv", newline="") as f:
        return np.load(npy), [row["file"] for row in csv.DictReader(f)]


def model_options(name, layer=None):
    view = "none" if name == "noise-nette" else "short256-centre224-bilinear"
    return ["-m", tap.shared("models", "mobilenetv2.onnx"), "--view", view, "--scale", "tf"] + (["--layer", layer] if layer else [])


def wnids():
    with open(tap.shared("models", "imagenet_wnids.txt")) as f:
        return f.read().split()


def true_class(name, file, tables):
    if name == "imagenette":
        return file.split("/")[0]
    label = tables[name][file]
    return label if name == "noise-nette" else wnids()[int(label)]


class Pictures:
    """The 1,900: classifier's features and look descriptor (50 components each), class, brightness, contrast, origin."""

    def __init__(self):
        tables = {}
        for name in SETS[1:]:
            with open(tap.shared("data", name + ".csv"), newline="") as f:
                tables[name] = {row["file"]: row["label"] for row in csv.DictReader(f)}
        layers, looks, classes, light, origin = [], [], [], [], []
        for number, name in enumerate(SETS):
            with tempfile.TemporaryDirectory() as d:
                look, files = features(name, d)
            with tempfile.TemporaryDirectory() as d:
                layer, same = features(name, d, *model_options(name))
            assert files == same
            looks.append(look)
            layers.append(layer)
            classes += [true_class(name, f, tables) for f in files]
            origin += [number + 1] * len(files)
            for f in files:
                grey = np.asarray(Image.open(tap.shared("data", name, f)).convert("L").resize((64, 64)), float)
                light.append((grey.mean(), grey.std()))
        self.names, self.truth = np.unique(classes, return_inverse=True)
        self.n, self.classes = len(self.truth), len(self.names)
        self.layer = PCA(50, random_state=0).fit_transform(np.concatenate(layers)).astype("f4")
        self.look = PCA(50, random_state=0).fit_transform(np.concatenate(looks)).astype("f4")
        self.light, self.contrast = np.array(light, "f4").T.copy()
        self.origin = np.array(origin)
        self.share = np.bincount(self.truth, minlength=self.classes) / self.n

    def predict(self, rng, wrong, members=None, called=-1):
        """Mistakes fall on other classes as often as these stand there; four of five of a planted pair's on `called`."""
        predicted = self.truth.copy()
        for i in np.flatnonzero(wrong):
            if called >= 0 and members[i] and rng.random() < .8:
                predicted[i] = called
            while predicted[i] == self.truth[i]:
                predicted[i] = rng.choice(self.classes, p=self.share)
        return predicted

    def slices(self, correct, predicted, spaces, seed, threads=1):
        arrays = {f"space{i}_f32": s for i, s in enumerate(spaces)}
        return call("slices", self.n, self.classes, f"seed={seed}", f"threads={threads}", correct_i8=correct, predicted_i32=predicted,
                    truth_i32=self.truth, column0_f32=self.light, column1_f32=self.contrast, column2_u32=self.origin,
                    column2_txt="\nimagenette\nnoise-nette\nphotos", **arrays)

    @functools.cached_property
    def settings(self):
        """(name, members, class the mistakes are called or -1): regions of the look descriptor and of the layer at numbers of clusters
        that slices do not use, classes, values of columns, class pairs."""
        rng = np.random.default_rng(5)
        often = np.argsort(-self.share, kind="stable")[:10]
        look = KMeans(12, n_init=3, random_state=1).fit_predict(self.look)
        layer = KMeans(15, n_init=3, random_state=2).fit_predict(self.layer)
        some = [c for c in range(12) if 60 <= (look == c).sum() <= 400]
        found = [("region of the look", look == c, -1) for c in rng.choice(some, 5, replace=False)]
        found += [("region of the layer", layer == c, -1) for c in rng.choice(15, 3, replace=False)]
        found += [("class", self.truth == c, -1) for c in rng.choice(often, 4, replace=False)]
        third = np.quantile(self.light, [1 / 3, 2 / 3])
        found += [("dark", self.light < third[0], -1), ("bright", self.light > third[1], -1)]
        found += [("low contrast", self.contrast < np.quantile(self.contrast, 1 / 3), -1), ("from photos", self.origin == 3, -1)]
        for c in rng.choice(often, 4, replace=False):
            found.append(("class pair", self.truth == c, int(rng.choice(often[often != c]))))
        return found


@functools.lru_cache(maxsize=1)
def pictures():
    return Pictures()


# --- planted slices --------------------------------------------------------------------------------------------------

def recover(p, numbers, spaces, title):
    """How often one of the five first slices has 8 of its 10 first members in the planted subgroup; mean precision at 10 of the best."""
    found, precision, significant = 0, [], 0
    for i in numbers:
        name, members, called = p.settings[i]
        rng = np.random.default_rng(100 + i)
        base = rng.uniform(.1, .25)
        wrong = rng.random(p.n) < base + .4 * members
        slices = p.slices(~wrong, p.predict(rng, wrong, members, called), spaces, seed=i)[:5]
        each = []
        for rank, s in enumerate(slices, 1):
            m = np.array(s["members"])
            each.append((members[m[:10]].mean(), members[m].mean(), members[m].sum() / members.sum(), s["kind"], rank, s["significant"]))
        best = max(each, key=lambda e: (e[0] >= .8, e[2] if e[0] >= .8 else e[0]), default=(0, 0, 0, "none", 0, False))
        found += best[0] >= .8
        significant += best[5] and best[0] >= .8
        precision.append(best[0])
        print(f"# {title}: {name:20} {members.sum():4} pictures, base error {base:.2f}: {best[3]:9} at rank {best[4]}, "
              f"precision at 10 {best[0]:.1f}, of all {best[1]:.2f}, recall {best[2]:.2f}")
    print(f"# {title}: {found} of {len(precision)} in the top 5 ({significant} significant), precision at 10 {np.mean(precision):.3f}")
    return found, np.mean(precision)


def test_planted_slices_by_the_classifiers_features():
    p = pictures()
    numbers = range(20) if LONG else (5, 8, 12, 16)
    found, precision = recover(p, numbers, [p.layer], "layer alone")
    assert found >= .75 * len(numbers) and precision >= .8


def test_planted_slices_by_features_and_look():
    p = pictures()
    numbers = range(20) if LONG else (0, 4, 6, 15)
    found, precision = recover(p, numbers, [p.layer, p.look], "layer and look")
    assert found >= .9 * len(numbers) and precision >= .9


def nulls(p, runs, first=10000):
    correct, predicted = [], []
    for i in range(runs):
        rng = np.random.default_rng(first + i)
        wrong = rng.random(p.n) < rng.uniform(.1, .25)
        correct.append(~wrong)
        predicted.append(p.predict(rng, wrong))
    return np.array(correct), np.array(predicted)


def test_nothing_planted_nothing_significant():
    p = pictures()
    runs = 100 if LONG else 6
    slices = p.slices(*nulls(p, runs), [p.layer], seed=0)
    called = {s["set"] for s in slices if s["significant"]}
    p_values = np.array([s["p"] for s in slices])
    print(f"# nothing planted: a significant slice in {len(called)} of {runs} runs; {len(slices) / runs:.1f} tested a run, "
          f"{np.mean(p_values <= .05):.3f} of p at or below .05")
    assert len(called) <= (5 if LONG else 1)
    assert len(slices) >= runs and np.mean(p_values <= .05) < .08


def test_numbers_of_slices():
    """Halves, rates, lift, p and q by SciPy; members by what the slice says it is."""
    p = pictures()
    correct, predicted = nulls(p, 1, first=3)
    hard = (p.truth == p.truth[0]) & (np.arange(p.n) % 2 == 0)
    correct[0, hard] = False
    predicted[0, hard] = (p.truth[hard] + 1 + np.flatnonzero(hard) % 5) % p.classes
    correct = correct.astype("i1")
    correct[0, 5::50] = -1
    slices = p.slices(correct, predicted, [p.layer, p.look], seed=3)
    correct, predicted = correct[0], predicted[0]
    kinds = set()
    for s in slices:
        members = np.zeros(p.n, bool)
        members[s["members"]] = True
        kinds.add(s["kind"])
        if s["kind"] in ("truth", "pair"):
            assert np.array_equal(members, p.truth == s["truth"])
        elif s["kind"] == "predicted":
            assert np.array_equal(members, predicted == s["predicted"])
        elif s["kind"] == "value":
            assert np.array_equal(members, p.origin == s["value"])
        elif s["kind"] == "range":
            x = (p.light, p.contrast)[s["column"]]
            assert np.array_equal(members, (x >= np.float32(s["low"])) & (x <= np.float32(s["high"])))
        wrong = members & (correct == 0)
        if s["kind"] == "pair":
            wrong &= predicted == s["predicted"]
        assert s["n"] == (members & (correct >= 0)).sum() and s["wrong"] == wrong.sum() and wrong[s["members"][:s["wrong"]]].all()
        (k, n), (k0, n0) = [(round(v * m), m) for v, m in (s["tested"], s["rest"])]
        assert s["tested"][1] + s["found"][1] == s["n"] and abs(s["tested"][1] - s["found"][1]) < 6 * np.sqrt(s["n"]) / 2
        assert round(s["found"][0] * s["found"][1]) + k == s["wrong"]
        exact = scipy.stats.fisher_exact([[k, n - k], [k0, n0 - k0]], alternative="greater")[1]
        assert abs(s["p"] - exact) <= 1e-9 * max(exact, 1e-6)
        if s["kind"] != "pair":
            assert abs(s["lift"] - (k / n) / ((k + k0) / (n + n0))) < 1e-9
    values = np.array([s["p"] for s in slices])
    q = np.minimum.accumulate((values * len(values) / np.arange(1, len(values) + 1))[::-1])[::-1]
    assert np.allclose([s["q"] for s in slices], np.minimum(q, 1), rtol=1e-9, atol=0) and np.array_equal(values, np.sort(values))
    assert all(s["significant"] == (s["q"] <= .02) for s in slices)
    assert "truth" in kinds and "region" in kinds, kinds
    assert slices == p.slices(np.r_[[correct]], np.r_[[predicted]], [p.layer, p.look], seed=3, threads=3)


# --- groups ----------------------------------------------------------------------------------------------------------

def test_groups_of_mistakes():
    p = pictures()
    rng = np.random.default_rng(8)
    wrong = rng.random(p.n) < np.where(np.isin(p.truth, p.truth[[0, 300]]), .5, .03)
    predicted = p.predict(rng, wrong)
    arrays = dict(correct_i8=~wrong, predicted_i32=predicted, truth_i32=p.truth, space0_f32=p.look, column0_f32=p.light,
                  column1_u32=p.origin, column1_txt="\nimagenette\nnoise-nette\nphotos")
    groups = call("groups", p.n, p.classes, "seed=1", **arrays)
    labels = np.full(p.n, -1)
    for i, g in enumerate(groups):
        labels[g["members"]] = i
        assert g["n"] == len(g["members"]) and g["distances"] == sorted(g["distances"]) and wrong[g["members"]].all()
        assert (i == 0 or g["n"] <= groups[i - 1]["n"]) and g["words"].startswith(f"{g['alike']} picture")
        pairs, counts = np.unique(np.stack([p.truth, predicted], 1)[g["members"]], axis=0, return_counts=True)
        assert [c[2] for c in g["confusions"]] == sorted(counts, reverse=True)
        assert {tuple(c) for c in g["confusions"]} == {(*pair, n) for pair, n in zip(pairs.tolist(), counts)}
    assert np.array_equal(labels >= 0, wrong)
    x = p.look[wrong].astype(float)
    assert abs(groups[0]["silhouette"] - silhouette_score(x, labels[wrong])) < .005
    centres = np.array([x[labels[wrong] == i].mean(0) for i in range(len(groups))])
    away = np.sqrt(((p.look[:, None] - centres) ** 2).sum(2))
    for i, g in enumerate(groups):
        reach = away[labels == i, i].max()
        alike = ((away.argmin(1) == i) & (away[:, i] <= reach)).sum()
        assert abs(alike - g["alike"]) <= 2, (alike, g["alike"])
    assert groups == call("groups", p.n, p.classes, "seed=1", "threads=3", **arrays)
    three = call("groups", p.n, p.classes, "seed=1", "k=3", **arrays)
    assert len(three) == 3 and sum(g["n"] for g in three) == wrong.sum()
    print("# groups: " + "; ".join(g["words"] for g in groups[:3]))


# --- labels ----------------------------------------------------------------------------------------------------------

def confident_learning(p, label, classes):
    """Northcutt et al. 2021, as the paper's equations say it. p: n x classes, float64; rows with nan and labels of -1 are left out."""
    rows = np.flatnonzero((label >= 0) & np.isfinite(p).all(1))
    p, label = p[rows], label[rows]
    size = np.bincount(label, minlength=classes)
    threshold = np.array([p[label == j, j].mean() if size[j] else np.inf for j in range(classes)])
    passing = np.where(p >= threshold, p, -1)
    likely = np.where(passing.max(1) >= 0, passing.argmax(1), -1)
    joint = np.zeros((classes, classes))
    np.add.at(joint, (label[likely >= 0], likely[likely >= 0]), 1)
    sums = joint.sum(1, keepdims=True)
    calibrated = np.divide(joint, sums, out=np.zeros_like(joint), where=sums > 0) * size[:, None]
    off = (likely >= 0) & (likely != label)
    own = p[np.arange(len(label)), label]
    rest = p.copy()
    rest[np.arange(len(label)), label] = -1
    return rows, threshold, joint, calibrated, off, own, own - rest.max(1)


def check_labels(p, label, classes, order):
    o, = call("labels", len(label), classes, "order=" + order, label_i32=label, probabilities_f32=p)
    rows, threshold, joint, calibrated, off, own, margin = confident_learning(p.astype("f8"), label, classes)
    assert o["n"] == len(rows) and o["counted"] == joint.sum()
    assert np.allclose(o["threshold"], np.where(np.isfinite(threshold), threshold, 0), rtol=0, atol=1e-9)
    assert [tuple(c[:3]) for c in o["cells"]] == [(i, j, joint[i, j]) for i, j in zip(*np.nonzero(joint))]
    assert np.allclose([c[3] for c in o["cells"]], calibrated[np.nonzero(joint)], rtol=0, atol=1e-9)
    key = margin if order == "margin" else own
    ranked = np.flatnonzero(off)[np.lexsort((rows[off], key[off]))]
    assert [s[0] for s in o["suspects"]] == rows[ranked].tolist()
    assert np.allclose(np.array([s[3:] for s in o["suspects"]]).reshape(-1, 2), np.stack([own, margin], 1)[ranked], rtol=0, atol=1e-9)
    sums = joint.sum(1)
    pool = off.sum() / max(joint.sum(), 1)
    share = np.where(sums > 0, 1 - np.divide(np.diag(joint), sums, out=np.zeros(classes), where=sums > 0), pool)
    value = (share * np.bincount(label[rows], minlength=classes)).sum() / len(rows)
    low, high = o["wrong"][1:]
    assert abs(o["wrong"][0] - value) < 1e-9 and 0 <= low <= value + 1e-12 and value - 1e-12 <= high <= 1
    return o


def random_probabilities(rng, n, classes, sharp):
    truth = rng.integers(0, classes, n)
    x = rng.normal(size=(n, classes))
    x[np.arange(n), truth] += sharp
    e = np.exp(x - x.max(1, keepdims=True))
    return (e / e.sum(1, keepdims=True)).astype("f4"), truth


def test_confident_learning_by_numpy():
    rng = np.random.default_rng(4)
    for n, classes, sharp in ((5, 2, 1), (40, 3, 1), (300, 10, 3), (2000, 1000, 8), (700, 1000, 6)):
        p, label = random_probabilities(rng, n, classes, sharp)
        flipped = rng.random(n) < .1
        label = np.where(flipped, rng.integers(0, classes, n), label)
        if n > 100:
            label[label == 1] = 0  # a class that no label bears
            label[::17] = -1
            p[::13] = np.nan
            p[5, classes - 1] = np.inf
        for order in ("margin", "self"):
            check_labels(p, label, classes, order)


@functools.lru_cache(maxsize=1)
def imagenette():
    """Probabilities among the ten classes, and the true class."""
    with tempfile.TemporaryDirectory() as d:
        logits, files = features("imagenette", d, *model_options("imagenette", "logits"))
    names = sorted({f.split("/")[0] for f in files})
    all_names = wnids()
    x = logits[:, [all_names.index(n) for n in names]].astype(float)
    e = np.exp(x - x.max(1, keepdims=True))
    return (e / e.sum(1, keepdims=True)).astype("f4"), np.array([names.index(f.split("/")[0]) for f in files])


def average_precision(suspects, flipped):
    """Of the list as it stands: a flip that is not on it is never found."""
    hit = flipped[suspects]
    return (np.cumsum(hit) / np.arange(1, len(hit) + 1))[hit].sum() / flipped.sum()


def test_planted_label_flips():
    p, truth = imagenette()
    results = []
    for seed in range(20 if LONG else 8):
        rng = np.random.default_rng(seed)
        flipped = np.zeros(len(truth), bool)
        flipped[rng.choice(len(truth), len(truth) // 20, replace=False)] = True
        label = np.where(flipped, (truth + rng.integers(1, 10, len(truth))) % 10, truth)
        full = check_labels(p, label, 10, "margin")
        top, = call("labels", len(label), 10, label_i32=label, predicted_i32=p.argmax(1), confidence_f32=p.max(1))
        results.append([average_precision([s[0] for s in o["suspects"]], flipped) for o in (full, top)] + full["wrong"])
    results = np.array(results)
    covered = np.mean((results[:, 3] <= .05) & (results[:, 4] >= .05))
    print(f"# 5 % of labels flipped, {len(results)} times: average precision {results[:, 0].mean():.3f} (least {results[:, 0].min():.3f}); knowing the top alone "
          f"{results[:, 1].mean():.3f} (least {results[:, 1].min():.3f}); estimated share {results[:, 2].mean():.4f}, in the interval {covered:.2f}")
    assert results[:, 0].min() >= .8 and results[:, 1].min() >= .8 and covered >= .9


if __name__ == "__main__":
    tap.main()
