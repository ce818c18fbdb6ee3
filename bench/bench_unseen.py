"""Corruptions never trained on: each kind and each family left out of the training in turn. Takes long.
A table is trained without it (a kind's near kin kept), noise-dev and noise-nette are judged by that.
Run: ./dev bench unseen [--only NAME] [--keep DIR]: one of the 19 trainings; keep the tables for another run."""
import argparse
import os
import sys
import tempfile

import numpy as np

import figures
import noise_sets
from figures import interval, share, table

FAMILIES = {"blur": 0.92, "noise": 0.85, "resolution": 0.85, "weather": 0.92}  # mean AUROC to reach
KIND = 0.92


def left_out():
    """What --leave-out is given -> the corruptions of ImageNet-C to judge by, and the AUROC to reach."""
    truth = {}
    for name in noise_sets.KNOWN_SETS:
        for what, _ in noise_sets.read_truth(noise_sets.shared_set(name)[0]).values():
            if what != "clean":
                truth[what] = noise_sets.corruption(what)
    met = [n for n in noise_sets.IMAGENET_C if n in truth]
    every = {family: ([n for n in met if truth[n][1] == family], wanted) for family, wanted in FAMILIES.items()}
    for n in met:
        apart = n in noise_sets.APART
        every[truth[n][0]] = ([n], None if apart else KIND)
    return every


def measure(judged, names):
    good = judged.score[judged.clean]
    parts = {}
    for n in names:
        scores = judged.score[judged.name == n]
        value = figures.auroc(scores, good)
        parts[n] = {"pictures": len(scores), "auroc": value, "interval": figures.auroc_interval(value, len(scores), len(good)),
                    "found_at_5": figures.found_at(scores, good, 0.05)}
    mean = float(np.mean([p["auroc"] for p in parts.values()]))
    # of a family: as of all its pictures together, which the mean is where corruptions have equally many
    around = figures.auroc_interval(mean, sum(p["pictures"] for p in parts.values()), len(good))
    return {"clean": len(good), "auroc": mean, "interval": around, "corruptions": parts}


def train(name, sources, seed, keep):
    table_file = os.path.join(keep, f"without-{name}-{seed}.detector")
    if not os.path.exists(table_file):
        noise_sets.progress(f"training without {name}")
        noise_sets.run("train", *sources, "-o", table_file, "--leave-out", name, "--seed", str(seed))
    return table_file


def main():
    p = argparse.ArgumentParser(prog="./dev bench unseen", description=__doc__)
    p.add_argument("--only", action="append", metavar="NAME", help="a kind or a family; may be repeated")
    p.add_argument("--keep", metavar="DIR", help="keep the trained tables here, and use those that are there")
    p.add_argument("--train", action="append", metavar="DIR", help="clean pictures to train on; default train-clean")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--json", metavar="FILE")
    a = p.parse_args()
    every = left_out()
    for name in a.only or []:
        if name not in every:
            p.error(f"--only takes one of: {', '.join(every)}")
    sources = a.train or [os.path.join(noise_sets.DATA, "train-clean")]
    truths = {n: noise_sets.read_truth(noise_sets.shared_set(n)[0]) for n in noise_sets.KNOWN_SETS}
    results, rows = {}, []
    with tempfile.TemporaryDirectory() as scratch:
        keep = a.keep or scratch
        os.makedirs(keep, exist_ok=True)
        for name in a.only or every:
            names, wanted = every[name]
            detector = train(name, sources, a.seed, keep)
            for known in noise_sets.KNOWN_SETS:
                # one results folder a set: what was measured there serves the next table
                verdicts = noise_sets.scan(noise_sets.shared_set(known)[1], os.path.join(scratch, known), detector)
                r = measure(noise_sets.Judged(verdicts, truths[known]), names)
                results.setdefault(name, {})[known] = r
                rows.append([name, known, share(r["auroc"]), interval(r["interval"]), "-" if wanted is None else f"{wanted:.2f}",
                             "" if wanted is None else "yes" if r["auroc"] >= wanted else "no",
                             share(np.mean([c["found_at_5"] for c in r["corruptions"].values()]))])
                if len(names) > 1:
                    rows += [[f"  {n}", "", share(c["auroc"]), interval(c["interval"]), "", "", share(c["found_at_5"])]
                             for n, c in r["corruptions"].items()]
                print("  ".join(rows[-1 - (len(names) if len(names) > 1 else 0)]), file=sys.stderr, flush=True)
    print(table(["left out of training", "set", "AUROC", "95 %", "to reach", "reached", "found at 5 %"], rows))
    print("  95 %: Newcombe's. found: at 5 % false alarms of the set's own clean pictures")
    if a.json:
        noise_sets.write_json(a.json, {"train": sources, "seed": a.seed, "left_out": results})


if __name__ == "__main__":
    noise_sets.begin()
    main()
