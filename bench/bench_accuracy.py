"""Is the accuracy on fit pictures that of the clean ones? Sets drawn from photographs, half of each corrupted, and the noise sets.
Run: ./dev bench accuracy [--sets N --detector FILE --false-alarms SHARE]. Each set is the 300 photographs at 224 x 224,
a random half of them corrupted with one of ImageNet-C's 15 kinds, as pardon makes them, at severity 1 to 5. A scan judges them blind and classifies them (MobileNetV2); the
accuracy on what it calls fit is set against that on what is truly clean. The sets share their photographs, so the interval of their mean
is over drawings, not over photographs."""
import argparse
import csv
import json
import os
import subprocess
import tempfile

import numpy as np
from scipy import stats

import figures
import noise_sets
from figures import counted, share, table

TOOL = os.path.join(os.path.dirname(noise_sets.PARDON), "tests", "tools", "tool_corrupt")
MODELS = os.path.join(os.path.dirname(noise_sets.DATA), "models")
KINDS = sorted(kind for name, (kind, _) in noise_sets.IMAGENET_C.items()
               if name not in ("speckle_noise", "gaussian_blur", "spatter", "saturate"))
LARGEST_GAP, LEAST_KEPT = 0.02, 0.93


def draw(photos, folder, truth, seed):
    """A set's pictures and its truth file."""
    rng = np.random.default_rng(seed)
    corrupted = set(rng.permutation(len(photos))[: len(photos) // 2].tolist())
    orders, rows = [], []
    for i, (file, label) in enumerate(photos):
        kind, severity = (rng.choice(KINDS), int(rng.integers(1, 6))) if i in corrupted else ("clean", 0)
        name = os.path.splitext(file)[0] + ".jpg"
        orders.append([os.path.join(noise_sets.DATA, "photos", file), name, kind, max(severity, 1), int(rng.integers(2**31)), "crop224"])
        rows.append([name, label, kind, severity])
    for path, head, lines in ((folder + ".orders.csv", ["in", "out", "kind", "severity", "seed", "prepare"], orders),
                              (truth, ["file", "label", "corruption", "severity"], rows)):
        with open(path, "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows([head, *lines])
    done = subprocess.run([TOOL, folder + ".orders.csv", folder], capture_output=True, text=True)
    if done.returncode != 0:
        noise_sets.stop(f"cannot draw a set: {done.stderr}")


def judge(folder, out, truth, *more):
    """What the scan says, counted against the truth by hand: images.csv alone is believed."""
    model = ["--classifier", os.path.join(MODELS, "mobilenetv2.onnx"), "--classes", os.path.join(MODELS, "imagenet_classes.txt"),
             "--class-ids", os.path.join(MODELS, "imagenet_wnids.txt"), "--view", "none", "--scale", "tf"]
    noise_sets.run("scan", folder, "-o", out, "--k", "1", "--pca", "0", "--labels", truth, *model, *more)
    told = noise_sets.read_truth(truth)
    clean, fit, right = [], [], []
    for row in noise_sets.read_csv(os.path.join(out, "images.csv"))[1]:
        if row["correct"]:
            clean.append(told[row["file"]][0] == "clean")
            fit.append(row["noisy"] == "0")
            right.append(row["correct"] == "1")
    clean, fit, right = np.array(clean), np.array(fit), np.array(right)
    with open(os.path.join(out, "summary.json"), encoding="utf-8") as f:
        said = json.load(f)
    if abs(said["accuracy"]["fit"]["value"] - right[fit].mean()) > 1e-6:  # it is written with seven digits
        noise_sets.stop("summary.json and images.csv are at odds")
    return {"pictures": len(right), "raw": right.mean(), "clean": right[clean].mean(), "fit": right[fit].mean(),
            "gap": right[fit].mean() - right[clean].mean(), "n_fit": int(fit.sum()), "right_fit": int(right[fit].sum()),
            "n_clean": int(clean.sum()), "kept": int((clean & fit).sum()), "found": int((~clean & ~fit).sum()),
            "n_noisy": int((~clean).sum())}


def mean_interval(values):
    """Student's, of the mean; a single value has none."""
    values = np.asarray(values, float)
    if len(values) < 2:
        return float("nan"), float("nan")
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def points(value):
    return f"{100 * value:+.2f}"


def show(results):
    print(table(["", "pictures", "raw", "truly clean", "fit", "fit less clean", "clean kept", "share", "95 %", "noisy found"],
                [[name, r["pictures"], *(share(r[k]) for k in ("raw", "clean", "fit")), points(r["gap"]), *counted(r["kept"], r["n_clean"]),
                  share(r["found"] / r["n_noisy"])] for name, r in results.items()]))


def summarise(sets):
    gaps, kept = [r["gap"] for r in sets], [r["kept"] / r["n_clean"] for r in sets]
    return {"sets": len(sets), "gap": np.mean(gaps), "gap_interval": mean_interval(gaps), "gap_largest": max(gaps, key=abs),
            "kept": np.mean(kept), "kept_interval": mean_interval(kept), "reached_gap": abs(np.mean(gaps)) <= LARGEST_GAP,
            "reached_kept": np.mean(kept) >= LEAST_KEPT}


def show_summary(s):
    def yes(x):
        return "yes" if x else "no"
    print(f"the mean over {s['sets']} sets drawn from photos:")
    print(table(["", "mean", "95 %", "to reach", "reached"], [
        ["fit less truly clean, points", points(s["gap"]), " to ".join(points(x) for x in s["gap_interval"]), f"within {100 * LARGEST_GAP:g}",
         yes(s["reached_gap"])],
        ["clean pictures kept", share(s["kept"]), figures.interval(s["kept_interval"]), f"{LEAST_KEPT:g}", yes(s["reached_kept"])]]))
    print(f"  the set furthest off: {points(s['gap_largest'])} points")


def main():
    p = argparse.ArgumentParser(prog="./dev bench accuracy", description=__doc__)
    p.add_argument("--sets", type=int, default=20, metavar="N", help="drawn from photos; default %(default)s")
    p.add_argument("--first", type=int, default=0, metavar="SEED", help="of the first set; default %(default)s")
    p.add_argument("--detector", metavar="FILE")
    p.add_argument("--false-alarms", metavar="SHARE", help="as the scan takes it; default: the scan's")
    p.add_argument("--json", metavar="FILE")
    a = p.parse_args()
    how = [*(["--detector", a.detector] if a.detector else []), *(["--false-alarms", a.false_alarms] if a.false_alarms else [])]
    photos = [(r["file"], r["label"]) for r in noise_sets.read_csv(os.path.join(noise_sets.DATA, "photos.csv"))[1]]
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        dev, nette = noise_sets.shared_set("noise-dev"), noise_sets.shared_set("noise-nette")
        for name, (truth, folder), more in (("noise-dev", dev, []), ("noise-nette", nette, []),
                                            ("noise-nette, ten classes", nette, ["--restrict-classes"])):
            noise_sets.progress(name)
            results[name] = judge(folder, os.path.join(scratch, os.path.basename(folder)), truth, *how, *more)
        sets = []
        for i in range(a.first, a.first + a.sets):
            noise_sets.progress(f"set {i}")
            folder = os.path.join(scratch, "set")
            draw(photos, folder, folder + ".csv", i)
            # one place for all results: the clean pictures are the same content in every set, and looked at once
            sets.append(judge(folder, os.path.join(scratch, "results"), folder + ".csv", *how))
            results[f"set {i}"] = sets[-1]
        show(results)
        if sets:
            show_summary(summarise(sets))
    if a.json:
        noise_sets.write_json(a.json, {"detector": a.detector or "shipped", "false_alarms": a.false_alarms, "results": results,
                                       "drawn": summarise(sets) if sets else None})


if __name__ == "__main__":
    noise_sets.begin()
    main()
