"""pardon beside two usual rules on the same pictures: CleanVision's and the variance of the Laplacian.
CleanVision's are re-implemented here from its published formulas and thresholds; it is not CleanVision itself that runs.
Run: ./dev bench rivals [--truth FILE.csv DIR]; without arguments noise-dev."""
import argparse
import os
import tempfile

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

import figures
import noise_sets
from figures import counted, interval, share, table

LAPLACIAN = 100.0


def cleanvision(picture):
    """Health (small is bad) by rule, each over the rule's own threshold, so that below 1 is flagged. As of its version 0.3."""
    rgb = np.asarray(picture, float)
    light = np.sqrt(rgb ** 2 @ [0.241, 0.691, 0.068]) / 255
    dark, bright = np.percentile(light, 99), 1 - np.percentile(light, 5)
    small = picture
    if max(picture.size) > 64:
        ratio = max(picture.size) / 64
        small = picture.resize([max(1, int(s // ratio)) for s in picture.size])
    grey = small.convert("L")
    edges = 1 - np.exp(-0.01 * np.asarray(grey.filter(ImageFilter.FIND_EDGES), float).std())
    evenness = 1 - np.exp(-0.01 * np.std(grey.histogram()))
    blur = min(1.0, edges + (evenness if evenness > 0.18 else 0.0))
    return {"dark": dark / 0.32, "light": bright / 0.05, "low information": min(1.0, picture.entropy() / 10) / 0.3, "blurry": blur / 0.29}


def laplacian(picture):
    return ndimage.laplace(np.asarray(picture.convert("L"), float)).var() / LAPLACIAN


def measure(badness, flagged, rows, good):
    value = figures.auroc(badness[rows], badness[good])
    n = int(rows.sum())
    limit = figures.threshold_at(badness[good], 0.05)
    return {"auroc": value, "interval": figures.auroc_interval(value, n, int(good.sum())), "found_at_5": int((badness[rows] > limit).sum()),
            "of": n, "flagged": int(flagged[rows].sum()), "false_alarms": int(flagged[good].sum()), "clean": int(good.sum())}


def main():
    p = argparse.ArgumentParser(prog="./dev bench rivals", description=__doc__)
    p.add_argument("folder", nargs="?", metavar="DIR")
    p.add_argument("--truth", metavar="FILE.csv")
    p.add_argument("--detector", metavar="FILE")
    p.add_argument("--json", metavar="FILE")
    a = p.parse_args()
    if (a.truth is None) != (a.folder is None):
        p.error("--truth FILE.csv and DIR belong together")
    truth_file, folder = (a.truth, a.folder) if a.truth else noise_sets.shared_set("noise-dev")
    with tempfile.TemporaryDirectory() as scratch:
        judged = noise_sets.Judged(noise_sets.scan(folder, scratch, a.detector), noise_sets.read_truth(truth_file))
    away = {noise_sets.corruption(n)[0] for n in noise_sets.APART}
    rows = judged.of(n for n in judged.corruptions() if noise_sets.corruption(n)[0] not in away)
    if not judged.clean.any() or not rows.any():
        noise_sets.stop(f"'{truth_file}' needs clean and degraded pictures")
    health, sharpness = [], []
    for file in judged.files:
        with Image.open(os.path.join(folder, file)) as picture:
            picture = picture.convert("RGB")
        health.append(min(cleanvision(picture).values()))
        sharpness.append(laplacian(picture))
    rules = {"pardon": (judged.score, judged.noisy), "CleanVision's rules, smallest score": (-np.array(health), np.array(health) < 1),
             "variance of the Laplacian below 100": (-np.array(sharpness), np.array(sharpness) < 1)}
    results = {name: measure(badness, flagged, rows, judged.clean) for name, (badness, flagged) in rules.items()}
    ours = results["pardon"]
    print(f"{folder}: {int(judged.clean.sum())} clean, {int(rows.sum())} degraded, without {' and '.join(noise_sets.APART)}")
    lines = []
    for name, r in results.items():
        times = ours["found_at_5"] / r["found_at_5"] if r["found_at_5"] else np.nan
        lines.append([name, share(r["auroc"]), interval(r["interval"]), *counted(r["found_at_5"], r["of"]), share(times, 2)])
    print(table(["ranked by its score", "AUROC", "95 %", "found at 5 %", "share", "95 %", "pardon finds, times"], lines))
    print(table(["at its own threshold", "found", "share", "95 %", "false alarms", "share", "95 %"],
                [[name, *counted(r["flagged"], r["of"]), *counted(r["false_alarms"], r["clean"])] for name, r in results.items()]))
    print("  CleanVision's rules are re-implemented here (dark, light, low information, blurry); only rules that see single pictures")
    if a.json:
        noise_sets.write_json(a.json, {"detector": a.detector or "shipped", "folder": folder, "rules": results})


if __name__ == "__main__":
    noise_sets.begin()
    main()
