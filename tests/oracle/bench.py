"""The benches' own arithmetic: against scikit-learn, published examples and counts by hand; their names of corruptions; and whole
runs on results written here."""
import csv
import json
import math
import os
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image
from sklearn import calibration, metrics

import tap

SOURCE = os.environ.get("PARDON_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BENCH = os.path.join(SOURCE, "bench")
sys.path.insert(0, BENCH)
import bench_accuracy  # noqa: E402
import bench_noise  # noqa: E402
import bench_pairs  # noqa: E402
import bench_sources  # noqa: E402
import bench_unseen  # noqa: E402
import figures  # noqa: E402
import noise_sets  # noqa: E402

SCRATCH = tempfile.TemporaryDirectory()


def drawn(m, n, apart, seed, digits=None):
    rng = np.random.default_rng(seed)
    bad, good = rng.normal(apart, 1.3, m), rng.normal(0, 1, n)
    return (bad, good) if digits is None else (np.round(bad, digits), np.round(good, digits))


def both(bad, good):
    return np.r_[np.ones(len(bad)), np.zeros(len(good))], np.r_[bad, good]


def test_auroc():
    for seed, (m, n, digits) in enumerate([(40, 60, None), (500, 30, 0), (1, 1, None), (7, 200, 1)]):
        bad, good = drawn(m, n, 1.0, seed, digits)
        assert abs(figures.auroc(bad, good) - metrics.roc_auc_score(*both(bad, good))) < 1e-12
    assert figures.auroc(np.array([2.0]), np.array([1.0])) == 1 and figures.auroc(np.array([1.0]), np.array([1.0])) == 0.5
    assert math.isnan(figures.auroc(np.array([]), np.array([1.0])))


def test_wilson():
    """Newcombe 1998, Statistics in Medicine 17, table I, method 3."""
    published = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611), (1, 29): (0.0061, 0.1718)}
    for (found, of), wanted in published.items():
        got = figures.wilson(found, of)
        assert max(abs(g - w) for g, w in zip(got, wanted)) < 5.1e-5, (found, of, got)
    assert figures.wilson(20, 20)[1] == 1 and all(map(math.isnan, figures.wilson(0, 0)))


def test_accuracy_over_sets():
    """Counts by hand; the interval of a mean by SciPy; the 15 kinds."""
    from scipy import stats
    sets = [{"gap": g, "kept": k, "n_clean": 150} for g, k in ((-0.01, 141), (-0.04, 144), (0.005, 135), (-0.02, 150))]
    s, gaps = bench_accuracy.summarise(sets), [x["gap"] for x in sets]
    assert abs(s["gap"] + 0.01625) < 1e-12 and s["gap_largest"] == -0.04 and s["reached_gap"] and abs(s["kept"] - 0.95) < 1e-12 and s["reached_kept"]
    wanted = stats.t.interval(0.95, 3, loc=np.mean(gaps), scale=stats.sem(gaps))
    assert max(abs(a - b) for a, b in zip(s["gap_interval"], wanted)) < 1e-12
    assert not bench_accuracy.summarise(sets[1:2])["reached_gap"] and math.isnan(bench_accuracy.summarise(sets[1:2])["gap_interval"][0])
    assert not bench_accuracy.summarise([dict(x, kept=120) for x in sets])["reached_kept"]
    assert len(bench_accuracy.KINDS) == 15 and set(bench_accuracy.KINDS) <= set(noise_sets.KINDS) and "elastic" in bench_accuracy.KINDS


def test_delong():
    """Each picture's share of wins, pair by pair."""
    bad, good = drawn(35, 50, 0.8, 3, 1)
    wins = (bad[:, None] > good).astype(float) + 0.5 * (bad[:, None] == good)
    wanted = math.sqrt(wins.mean(1).var(ddof=1) / 35 + wins.mean(0).var(ddof=1) / 50)
    assert abs(figures.delong(bad, good) - wanted) < 1e-12
    # and what drawing anew says
    low, high = figures.bootstrap(figures.auroc, (bad, good), seed=1)
    assert abs((high - low) / (2 * figures.Z) / wanted - 1) < 0.12, (low, high, wanted)


def test_auroc_interval():
    def variance(t, m, n):
        """Hanley and McNeil 1982, with Newcombe's mean size in both places."""
        both_sizes = (m + n) / 2
        q1, q2 = t / (2 - t), 2 * t * t / (1 + t)
        return (t * (1 - t) + (both_sizes - 1) * (q1 - t * t) + (both_sizes - 1) * (q2 - t * t)) / (m * n)

    for value, m, n in [(0.93, 20, 150), (0.5, 30, 30), (0.999, 434, 500)]:
        for bound in figures.auroc_interval(value, m, n):
            assert abs(abs(value - bound) - figures.Z * math.sqrt(variance(bound, m, n))) < 1e-6, (value, bound)
    low, high = figures.auroc_interval(1.0, 10, 150)
    assert high == 1 and 0.8 < low < 0.97, (low, high)
    assert figures.auroc_interval(1.0, 100, 150)[0] > low
    low, high = figures.auroc_interval(0.0, 10, 10)
    assert low == 0 and 0.05 < high < 0.5


def test_auroc_interval_holds_the_truth():
    """95 % of samples of 10 beside 150, whose true AUROC is Phi(2 / sqrt 2)."""
    truth, inside = 0.9213503964748574, 0
    rng = np.random.default_rng(0)
    for _ in range(600):
        value = figures.auroc(rng.normal(2, 1, 10), rng.normal(0, 1, 150))
        low, high = figures.auroc_interval(value, 10, 150)
        inside += low <= truth <= high
    assert 0.92 < inside / 600 <= 1, inside


def test_recall():
    for seed, digits in enumerate([None, 1]):
        bad, good = drawn(300, 171, 1.5, seed, digits)
        for alarms in (0.01, 0.05, 0.1, 0.5):
            limit = figures.threshold_at(good, alarms)
            assert np.mean(good > limit) <= alarms
            assert np.mean(good >= limit) > alarms, "a lower threshold would do"
            fpr, tpr, _ = metrics.roc_curve(*both(bad, good), drop_intermediate=False)
            assert abs(figures.found_at(bad, good, alarms) - tpr[fpr <= alarms + 1e-12].max()) < 1e-12
    assert figures.threshold_at(np.arange(100.0), 0.05) == 94  # 95 to 99 lie above


def test_bootstrap():
    x = np.random.default_rng(1).normal(5, 2, 400)
    low, high = figures.bootstrap(np.mean, (x,), seed=2)
    half = figures.Z * x.std() / 20
    assert abs(low - (x.mean() - half)) < 0.03 and abs(high - (x.mean() + half)) < 0.03
    assert (low, high) == figures.bootstrap(np.mean, (x,), seed=2) != figures.bootstrap(np.mean, (x,), seed=3)
    # choosing the threshold on few clean pictures costs more than Wilson's interval knows
    bad, good = drawn(2000, 40, 2.0, 5)
    low, high = figures.bootstrap(lambda b, g: figures.found_at(b, g, 0.05), (bad, good), 400)
    known = figures.wilson(round(2000 * figures.found_at(bad, good, 0.05)), 2000)
    assert high - low > 2 * (known[1] - known[0])


def test_reliability():
    rng = np.random.default_rng(4)
    p = rng.random(3000)
    truth = rng.random(3000) < p ** 1.5
    got = figures.reliability(p, truth)
    degraded, said = calibration.calibration_curve(truth, p, n_bins=10)
    assert np.allclose([b["said"] for b in got["bins"]], said) and np.allclose([b["degraded"] for b in got["bins"]], degraded)
    assert abs(got["brier"] - metrics.brier_score_loss(truth, p)) < 1e-12
    assert sum(b["pictures"] for b in got["bins"]) == 3000
    wanted = sum(b["pictures"] / 3000 * abs(b["said"] - b["degraded"]) for b in got["bins"])
    assert abs(got["ece"] - wanted) < 1e-12
    weights = figures.reweighted(truth, 0.5)
    assert abs(weights[truth].sum() - 0.5) < 1e-12 and abs(weights.sum() - 1) < 1e-12
    half = figures.reliability(p, truth, weights)
    assert abs(half["brier"] - metrics.brier_score_loss(truth, p, sample_weight=weights)) < 1e-12
    ends = figures.reliability([0.0, 1.0], [False, True])
    assert ends["brier"] == 0 and ends["ece"] == 0 and ends["bins"][9]["pictures"] == 1 and math.isnan(ends["bins"][4]["said"])


def test_prevalence():
    """Probabilities that are right for one half, met at other shares."""
    rng = np.random.default_rng(6)
    for true in (0.02, 0.3, 0.5, 0.9):
        degraded = rng.random(20000) < true
        x = rng.normal(np.where(degraded, 1.0, -1.0), 1.0)
        assert abs(figures.prevalence(1 / (1 + np.exp(-2 * x))) - true) < 0.012, true


def test_every_corruption_has_a_place():
    """ImageNet-C's fifteen and its four extra ones, by the names its folders have."""
    names = ("gaussian_noise shot_noise impulse_noise defocus_blur glass_blur motion_blur zoom_blur snow frost fog brightness contrast "
             "elastic_transform pixelate jpeg_compression speckle_noise gaussian_blur spatter saturate").split()
    assert sorted(names) == sorted(noise_sets.IMAGENET_C)
    for name in names:
        kind, family = noise_sets.corruption(name)
        assert kind in noise_sets.acceptable(kind)
        if name != "spatter":
            assert noise_sets.KINDS[kind] == family, name
        for near in noise_sets.acceptable(kind) - {"spatter"}:
            assert noise_sets.KINDS[near] == family, (name, near)
    assert len(noise_sets.KINDS) == 25 and set(bench_unseen.FAMILIES) <= set(noise_sets.KINDS.values())
    for kind in noise_sets.KINDS:
        assert noise_sets.corruption(kind) == (kind, noise_sets.KINDS[kind]) == noise_sets.corruption(kind.replace("-", "_").upper())
    assert noise_sets.corruption("clean") is noise_sets.corruption("") is None
    assert noise_sets.acceptable("fog") == {"fog", "haze"} and noise_sets.acceptable("motion-blur") == {"motion-blur"}


def written(name, heads, rows):
    path = os.path.join(SCRATCH.name, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="") as f:
        csv.writer(f).writerows([heads, *rows])
    return path


def refused(*arguments):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    assert done.returncode != 0 and "Traceback" not in done.stderr, done
    return done.stderr


def test_truth_files():
    truth = noise_sets.read_truth(written("a.csv", ["file", "label", "corruption", "severity"],
                                          [["x.jpg", 1, "clean", 0], ["y.jpg", 1, "shot_noise", 2], ["z.jpg", 1, "", ""]]))
    assert truth["y.jpg"] == ("shot_noise", 2) and truth["x.jpg"][0] == truth["z.jpg"][0] == "clean" and math.isnan(truth["x.jpg"][1])
    truth = noise_sets.read_truth(written("corruptions.csv", ["file", "kind", "family", "severity", "parameter", "seed"],
                                          [["x.jpg", "fog", "weather", 3, 2.5, 0], ["x.jpg", "box-blur", "blur", "", 4, 0]]))
    assert truth["x.jpg"][0] == "box-blur" and math.isnan(truth["x.jpg"][1])
    program = os.path.join(BENCH, "bench_noise.py")
    for name, heads, rows, words in (("b.csv", ["file", "corruption"], [["x", "clean"], ["y", "fogg"]], "line 3: no corruption is called 'fogg'"),
                                     ("c.csv", ["file", "corruption", "severity"], [["x", "fog", "much"]], "the severity is 'much'"),
                                     ("d.csv", ["name"], [["x"]], "needs the columns"), ("e.csv", ["file", "kind"], [], "names no picture")):
        said = refused(program, "--truth", written(name, heads, rows), "--scan", SCRATCH.name)
        assert words in said, said
    assert "cannot read" in refused(program, "--truth", "/nowhere/at.csv", "--scan", SCRATCH.name)
    assert "belong together" in refused(program, "--truth", "/nowhere/at.csv")
    assert "no corruption is called 'fogg'" in refused(program, "--without", "fogg")


HEADS = ["file", "score", "noise", "noisy", "kind", "severity", "unlike", *noise_sets.KINDS, "unknown"]


def verdict(file, score, noisy, kind, severity, **own):
    own = {k.replace("_", "-"): v for k, v in own.items()}
    return [file, score, 1 / (1 + math.exp(-score)), noisy, kind, severity, 0.1, *(own.get(k, -5.0) for k in HEADS[7:])]


def measured(*arguments):
    out = os.path.join(SCRATCH.name, "out.json")
    done = subprocess.run([sys.executable, *arguments, "--json", out], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with open(out) as f:
        return json.load(f), done.stdout


def test_noise_counted_by_hand():
    truth = [[f"c{i}.jpg", "clean", 0] for i in range(20)] + [
        ["d0.jpg", "defocus_blur", 1], ["d1.jpg", "defocus_blur", 5], ["s0.jpg", "shot_noise", 3], ["f0.jpg", "fog", 2], ["f1.jpg", "fog", 4],
        ["b0.jpg", "brightness", 5], ["gone.jpg", "snow", 1]]
    rows = [verdict(f"c{i}.jpg", -3 + i / 10, int(i == 19), "fog", 1) for i in range(20)]  # the best threshold at 5 %: -1.2
    rows += [verdict("d0.jpg", -2.0, 0, "gaussian-blur", 1), verdict("d1.jpg", 5, 1, "gaussian-blur", 4), verdict("s0.jpg", 4, 1, "shot-noise", 3),
             verdict("f0.jpg", -1.15, 1, "low-contrast", 3), verdict("f1.jpg", 2, 1, "haze", 4), verdict("b0.jpg", 9, 1, "bright", 5),
             verdict("extra.jpg", 9, 1, "dark", 5), ["broken.jpg", *[""] * (len(HEADS) - 1)]]
    out = os.path.dirname(written("scan/noise.csv", HEADS, rows))
    with open(os.path.join(out, "report.json"), "w") as f:
        json.dump({"noise": {"detector": "x", "prevalence": {"share": 0.25, "low": 0.1, "high": 0.4}, "expected_wrong": 0.125}}, f)
    got, text = measured(os.path.join(BENCH, "bench_noise.py"), "--truth", written("t.csv", ["file", "corruption", "severity"], truth), "--scan", out)
    r = list(got["sets"].values())[0]
    assert (r["pictures"], r["clean"], r["missing"], r["untold"]) == (26, 20, 1, 1)
    assert r["corruptions"] == ["shot_noise", "defocus_blur", "fog"] and r["apart"] == ["brightness"]
    # -2.0 beats ten of twenty and ties with one; -1.15 beats nineteen; the others all twenty
    assert abs(r["headline"]["auroc"] - (10.5 + 19 + 3 * 20) / 100) < 1e-9, r["headline"]["auroc"]
    five = r["recall"][1]
    assert (five["false_alarms"], five["found"], five["of"]) == (0.05, 4, 5) and abs(five["threshold"] + 1.2) < 1e-9
    assert r["recall"][0]["found"] == 3 and r["own_threshold"] == {"found": 4, "of": 5, "false_alarms": 1, "clean": 20}
    assert r["by_corruption"]["fog"]["found"] == 2 and r["by_corruption"]["brightness"]["auroc"] == 1
    assert r["by_severity"]["5"]["pictures"] == 1, "brightness is apart"
    assert r["by_corruption_and_severity"]["defocus_blur"] == {"1": {"pictures": 1, "found": 0, "noisy": 0}, "5": {"pictures": 1, "found": 1, "noisy": 1}}
    c = r["confusion"]
    assert (c["found"], c["kind"], c["near"], c["family"]) == (4, 1, 3, 3), c
    assert c["kinds"]["fog"] == {"low-contrast": 1, "haze": 1} and c["families"]["weather"] == {"tone": 1, "weather": 1}
    assert r["severity"]["found"] == 4 and abs(r["severity"]["mean_absolute_error"] - 0.5) < 1e-9
    cal = r["calibration"]["all"]
    assert (cal["flags"], cal["flags_wrong"]) == (6, 1) and abs(cal["share"] - 6 / 26) < 1e-9
    for words in ("1 of the truth got no verdict", "1 scanned pictures are not in the truth", "fog: haze 1, low-contrast 1",
                  "0.250 (0.100 to 0.400); of its flags it expects wrong: 0.125"):
        assert words in text, (words, text)
    other, _ = measured(os.path.join(BENCH, "bench_noise.py"), "--truth", os.path.join(SCRATCH.name, "t.csv"),
                        "--scan", os.path.join(SCRATCH.name, "scan"), "--without", "fog,contrast")
    assert list(other["sets"].values())[0]["corruptions"] == ["shot_noise", "defocus_blur", "brightness"]


def test_noise_says_what_is_wrong_with_a_scan():
    program, truth = os.path.join(BENCH, "bench_noise.py"), written("u.csv", ["file", "kind"], [["a.jpg", "clean"], ["b.jpg", "fog"]])
    for rows, words in (([verdict("z.jpg", 1, 1, "fog", 1)], "none of the 2 pictures"),
                        ([verdict("a.jpg", 1, 1, "fog", 1)], "needs clean and degraded"),
                        ([["a.jpg", "inf", 1, 1, "fog", 1, 0, *[0] * 26]], "not finite"),
                        ([["a.jpg", "1", 1.5, 1, "fog", 1, 0, *[0] * 26]], "outside 0 to 1")):
        said = refused(program, "--truth", truth, "--scan", os.path.dirname(written("bad/noise.csv", HEADS, rows)))
        assert words in said, said


def test_pairs_counted_by_hand():
    rows = [verdict("in/a_real.JPG", 1, 1, "sensor-noise", 2, sensor_noise=2), verdict("in/a_mean.JPG", 2, 1, "box-blur", 2, sensor_noise=-2),
            verdict("b_real.JPG", 3, 1, "shot-noise", 2, shot_noise=1), verdict("b_mean.JPG", 2, 0, "fog", 2, impulse_noise=0.5),
            verdict("c_real.JPG", 3, 1, "fog", 2), verdict("c_mean.JPG", 2, 0, "fog", 2), verdict("d_real.JPG", 3, 1, "fog", 2)]
    got, text = measured(os.path.join(BENCH, "bench_pairs.py"), "--scan", os.path.dirname(written("pairs/noise.csv", HEADS, rows)))
    assert got["pairs"] == 3 and got["noisy_bad"] == 3 and got["noisy_good"] == 1
    worse = {name: s["worse"] for name, s in got["worse"].items()}
    assert worse["of its kind"] == 2 and worse["jointly"] == 2, "a tie is no win"
    assert worse["sensor-noise alone"] == 1 and worse["shot-noise alone"] == 1 and worse["impulse-noise alone"] == 0
    assert "jointly not worse: in/a_real.JPG" in text
    assert bench_pairs.pairs(["x-blur.png", "x-sharp.jpg", "y-blur.png"], "-blur", "-sharp") == [(0, 1)]
    assert "no picture ends in '_x'" in refused(os.path.join(BENCH, "bench_pairs.py"), "--scan", os.path.join(SCRATCH.name, "pairs"), "--bad", "_x")


def test_unseen_takes_each_kind_and_family():
    tap.shared("data", "noise-dev")
    every = bench_unseen.left_out()
    assert len(every) == 19 and every["blur"] == (["defocus_blur", "glass_blur", "motion_blur", "zoom_blur"], 0.92)
    assert every["jpeg"] == (["jpeg_compression"], 0.92) and every["elastic"] == (["elastic_transform"], None)


STUB = """#!/usr/bin/python3
# Stands in for pardon: every third picture is noisy; writes down how it was called.
import csv, os, sys
call = sys.argv[1:]
out = call[call.index("-o") + 1]
with open(os.environ["STUB_LOG"], "a") as f:
    f.write(" ".join(os.path.basename(c) for c in call) + "\\n")
if call[0] == "train":
    open(out, "w").close()
    sys.exit()
os.makedirs(out, exist_ok=True)
files = sorted(os.path.relpath(os.path.join(top, f), call[1]) for top, _, names in os.walk(call[1]) for f in names)
with open(os.path.join(out, "noise.csv"), "w", newline="") as f:
    w = csv.writer(f)
    w.writerow("file,score,noise,noisy,kind,severity,unlike,fog,unknown".split(","))
    w.writerows([n, i % 3, 0.5, int(i % 3 == 2), "fog", 1, 2 * (i == 0), i % 3, -1] for i, n in enumerate(files))
"""


def stubbed(name, *arguments, **more):
    os.makedirs(os.path.join(SCRATCH.name, "stub"), exist_ok=True)
    with open(os.path.join(SCRATCH.name, "stub", "pardon"), "w") as f:
        f.write(STUB)
    os.chmod(f.name, 0o755)
    out, log = os.path.join(SCRATCH.name, "stub.json"), os.path.join(SCRATCH.name, "stub.log")
    environment = {**os.environ, "PARDON_BUILD": os.path.dirname(f.name), "STUB_LOG": log, **more}
    done = subprocess.run([sys.executable, os.path.join(BENCH, f"bench_{name}.py"), *arguments, "--json", out],
                          capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    with open(out) as f, open(log) as calls:
        result = json.load(f), calls.read().splitlines()
    os.remove(log)
    return result


def test_sources_counted():
    folder = os.path.join(SCRATCH.name, "mine")
    os.makedirs(folder)
    for i in range(8):
        Image.new("RGB", (300 + i, 200)).save(os.path.join(folder, f"{i}.png"))
    got, calls = stubbed("sources", folder, "--detector", "t.detector", PARDON_SHARED="/nowhere")
    r = got["sources"][folder]
    assert (r["pictures"], r["false_alarms"], r["kinds"], r["unlike"]) == (8, 2, {"fog": 2}, 1 / 8), r
    assert r["interval"] == list(figures.wilson(2, 8)) and calls[0].endswith("--detector t.detector") and len(calls) == 1
    for change, size in ((bench_sources.stretched, (227, 227)), (bench_sources.cut, (224, 224)), (bench_sources.shrunk, (192, 128))):
        out = os.path.join(SCRATCH.name, change.__name__)
        bench_sources.made(folder, out, change)
        with Image.open(os.path.join(out, "0.jpg")) as picture:
            assert picture.format == "JPEG" and picture.size == size, picture.size
    assert len(bench_sources.pictures(bench_sources.linked(folder, ["3.png", "5.png"], os.path.join(SCRATCH.name, "links")))) == 2


def test_unseen_trains_without_and_judges_with():
    tap.shared("data", "noise-dev")
    keep = os.path.join(SCRATCH.name, "tables")
    got, calls = stubbed("unseen", "--only", "fog", "--only", "weather", "--seed", "4", "--keep", keep)
    assert calls[0] == "train train-clean -o without-fog-4.detector --leave-out fog --seed 4", calls
    assert [c.split()[0] for c in calls] == ["train", "scan", "scan"] * 2 and "--detector without-weather-4.detector" in calls[5]
    again, calls = stubbed("unseen", "--only", "fog", "--seed", "4", "--keep", keep)
    assert [c.split()[0] for c in calls] == ["scan", "scan"] and again["left_out"]["fog"] == got["left_out"]["fog"]
    weather = got["left_out"]["weather"]["noise-dev"]
    parts = [weather["corruptions"][n]["auroc"] for n in ("snow", "frost", "fog")]
    assert abs(weather["auroc"] - np.mean(parts)) < 1e-12 and weather["clean"] == 150
    assert got["left_out"]["fog"]["noise-dev"]["auroc"] == parts[2]


def test_the_same_seed_gives_the_same_figures():
    bad, good = drawn(50, 60, 1.0, 8)
    one, two = (figures.plain(bench_noise.separation(bad, good, 3)) for _ in range(2))
    assert json.dumps(one) == json.dumps(two) and figures.plain(math.nan) is None


tap.main()
