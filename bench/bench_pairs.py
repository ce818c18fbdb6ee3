"""Real camera pairs: how often the bad picture has the worse score, of its kind and jointly.
Run: ./dev bench pairs [DIR --bad _SUFFIX --good _SUFFIX --family NAME]. Without arguments: pairs-noise of the
shared material, high ISO beside the mean of many shots. A tie is no win."""
import argparse
import os
import tempfile

import numpy as np

import figures
import noise_sets
from figures import counted, table

TO_REACH = {"of its kind": 0.95, "jointly": 0.90}


def pairs(files, bad, good):
    """(index of the bad one, of the good one): names equal but for what comes before the last point."""
    place = {os.path.splitext(f)[0]: i for i, f in enumerate(files)}
    return [(i, place[stem[:-len(bad)] + good]) for stem, i in sorted(place.items())
            if stem.endswith(bad) and stem[:-len(bad)] + good in place]


def measure(verdicts, bad, good, family):
    both = pairs(verdicts.files, bad, good)
    if not both:
        noise_sets.stop(f"no picture ends in '{bad}' whose like ends in '{good}'")
    b, g = np.array(both).T
    scores = {"of its kind": verdicts.worst_of(family), "jointly": verdicts.score}
    scores.update({f"{k} alone": verdicts.own[k] for k in verdicts.kinds if noise_sets.KINDS.get(k) == family})
    shares = {}
    for name, score in scores.items():
        wins = int((score[b] > score[g]).sum())
        shares[name] = {"worse": wins, "of": len(both), "share": wins / len(both), "interval": figures.wilson(wins, len(both)),
                        "middle_difference": float(np.median(score[b] - score[g]))}
    return {"pairs": len(both), "family": family, "worse": shares, "noisy_bad": int(verdicts.noisy[b].sum()),
            "noisy_good": int(verdicts.noisy[g].sum()),
            "wrong": [verdicts.files[i] for i, j in both if not verdicts.score[i] > verdicts.score[j]]}


def show(folder, r):
    print(f"{folder}: {r['pairs']} pairs, family {r['family']}")
    rows = []
    for name, s in r["worse"].items():
        wanted = TO_REACH.get(name)
        rows.append([name, *counted(s["worse"], s["of"]), f"{s['middle_difference']:.2f}", f"{wanted:.2f}" if wanted else "-",
                     "" if wanted is None else "yes" if s["share"] >= wanted else "no"])
    print(table(["the bad one is worse", "pairs", "share", "95 %", "median difference", "to reach", "reached"], rows))
    print(table(["called noisy", "", "share", "95 %"], [[words, *counted(r[key], r["pairs"])]
                                                       for words, key in (("the bad ones", "noisy_bad"), ("the good ones", "noisy_good"))]))
    for file in r["wrong"]:
        print(f"  jointly not worse: {file}")


def main():
    p = argparse.ArgumentParser(prog="./dev bench pairs", description=__doc__)
    p.add_argument("folder", nargs="?", metavar="DIR", default=os.path.join(noise_sets.DATA, "pairs-noise"))
    p.add_argument("--bad", default="_real", metavar="SUFFIX", help="before the bad one's extension; default %(default)s")
    p.add_argument("--good", default="_mean", metavar="SUFFIX", help="before the good one's; default %(default)s")
    p.add_argument("--family", default="noise", choices=sorted(set(noise_sets.KINDS.values())))
    p.add_argument("--scan", metavar="OUT", help="read OUT/noise.csv of a scan of DIR in place of scanning")
    p.add_argument("--detector", metavar="FILE")
    p.add_argument("--json", metavar="FILE")
    a = p.parse_args()
    if a.scan is None and not os.path.isdir(a.folder):
        noise_sets.stop(f"'{a.folder}' is not a folder on this machine")
    with tempfile.TemporaryDirectory() as scratch:
        verdicts = noise_sets.Verdicts(os.path.join(a.scan, "noise.csv")) if a.scan else noise_sets.scan(a.folder, scratch, a.detector)
    result = measure(verdicts, a.bad, a.good, a.family)
    show(a.folder, result)
    if a.json:
        noise_sets.write_json(a.json, {"detector": a.detector or "shipped", "folder": a.folder, **result})


if __name__ == "__main__":
    noise_sets.begin()
    main()
