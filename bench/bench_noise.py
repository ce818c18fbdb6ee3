"""How well degraded pictures are found: AUROC, recall, kinds, severity, calibration, with intervals.
Run: ./dev bench noise --truth FILE.csv DIR; without arguments, noise-dev and noise-nette of the shared material. docs/benchmarks.md
says what each figure is."""
import argparse
import os
import tempfile

import numpy as np
from scipy import stats

import figures
import noise_sets
from figures import counted, interval, share, table

ALARMS = (0.01, 0.05, 0.10)
# issue's figures to reach, on the headline's kinds: (figure, false alarms or severity) -> value
TO_REACH = {"auroc": 0.993, "found": 0.97, 1: 0.92, 5: 1.0, "bright": 0.82, "elastic": 0.68, "family": 0.88}


def separation(bad, good, seed):
    value = figures.auroc(bad, good)
    return {"pictures": len(bad), "clean": len(good), "auroc": value,
            "auroc_interval": figures.auroc_interval(value, len(bad), len(good)),
            "auroc_bootstrap": figures.bootstrap(figures.auroc, (bad, good), seed=seed),
            "auroc_delong_error": figures.delong(bad, good)}


def recall(bad, good, alarms, seed):
    limit = figures.threshold_at(good, alarms)
    found = int((bad > limit).sum())
    return {"false_alarms": alarms, "threshold": limit, "found": found, "of": len(bad), "share": found / max(len(bad), 1),
            "interval": figures.wilson(found, len(bad)),
            "interval_with_threshold": figures.bootstrap(lambda b, g: figures.found_at(b, g, alarms), (bad, good), seed=seed)}


def part(judged, rows, limit):
    """Found, by the set's own threshold at 5 % and by the program's."""
    n = int(rows.sum())
    value = figures.auroc(judged.score[rows], judged.score[judged.clean])
    return {"pictures": n, "auroc": value, "auroc_interval": figures.auroc_interval(value, n, int(judged.clean.sum())),
            "found": int((judged.score[rows] > limit).sum()), "noisy": int(judged.noisy[rows].sum())}


def confusion(judged, rows):
    """Of those the program found: which kind and which family it said."""
    result = {"found": 0, "kind": 0, "near": 0, "family": 0, "kinds": {}, "families": {}}
    for i in np.flatnonzero(rows & judged.noisy):
        kind, family = noise_sets.corruption(judged.name[i])
        said = judged.said[i]
        said_family = noise_sets.KINDS.get(said, said)
        result["found"] += 1
        result["kind"] += said == kind
        result["near"] += said in noise_sets.acceptable(kind)
        result["family"] += said_family == family
        for tally, truth, word in (("kinds", judged.name[i], said), ("families", family, said_family)):
            line = result[tally].setdefault(str(truth), {})
            line[word] = line.get(word, 0) + 1
    return result


def spearman(both):
    """NaN where one side is always the same."""
    return float(stats.spearmanr(*both.T)[0]) if np.ptp(both, axis=0).all() else np.nan


def severities(judged, rows):
    rows = rows & judged.noisy & np.isfinite(judged.true_severity) & np.isfinite(judged.said_severity)  # "unknown" says none
    said, true = judged.said_severity[rows], judged.true_severity[rows]
    if len(true) < 3:
        return {"found": len(true), "spearman": np.nan, "mean_absolute_error": np.nan}
    both = np.column_stack([said, true])
    return {"found": len(true), "spearman": spearman(both), "spearman_bootstrap": figures.bootstrap(spearman, (both,), 500),
            "mean_absolute_error": float(np.abs(said - true).mean()),
            "mean_absolute_error_of_always_3": float(np.abs(3 - true).mean())}


def measure(judged, apart, seed=0):
    """Everything, as a dict that both the tables and the JSON are written from."""
    away = {noise_sets.corruption(n)[0] for n in apart}
    names = judged.corruptions()
    headline = [n for n in names if noise_sets.corruption(n)[0] not in away]
    good, head, degraded = judged.clean, judged.of(headline), ~judged.clean
    limit = figures.threshold_at(judged.score[good], 0.05)
    bad_scores, good_scores = judged.score[head], judged.score[good]
    result = {
        "pictures": len(judged.files), "clean": int(good.sum()), "missing": judged.missing, "untold": judged.untold,
        "corruptions": headline, "apart": [n for n in names if n not in headline], "seed": seed,
        "program": {k: judged.program.get(k) for k in ("detector", "threshold", "prevalence", "expected_wrong")},
        "headline": separation(bad_scores, good_scores, seed),
        "recall": [recall(bad_scores, good_scores, alarms, seed) for alarms in ALARMS],
        "own_threshold": {"found": int(judged.noisy[head].sum()), "of": int(head.sum()),
                          "false_alarms": int(judged.noisy[good].sum()), "clean": int(good.sum())},
        "by_corruption": {n: part(judged, judged.name == n, limit) for n in names},
        "by_severity": {}, "by_corruption_and_severity": {n: {} for n in names},
        "confusion": confusion(judged, head), "severity": severities(judged, head), "calibration": {},
    }
    for severity in sorted(set(judged.true_severity[degraded & np.isfinite(judged.true_severity)])):
        key = f"{severity:g}"
        result["by_severity"][key] = part(judged, head & (judged.true_severity == severity), limit)
        for n in names:
            rows = (judged.name == n) & (judged.true_severity == severity)
            if rows.any():
                cell = part(judged, rows, limit)
                result["by_corruption_and_severity"][n][key] = {k: cell[k] for k in ("pictures", "found", "noisy")}
    for name, rows in (("headline", good | head), ("all", good | degraded)):
        p, truth = judged.noise[rows], degraded[rows]
        flagged = judged.noisy[rows]
        result["calibration"][name] = {
            "at_own_share": figures.reliability(p, truth),
            "at_half": figures.reliability(p, truth, figures.reweighted(truth, 0.5)),
            "share": float(truth.mean()), "share_estimated": figures.prevalence(p),
            "share_bootstrap": figures.bootstrap(figures.prevalence, (p,), 200, seed),
            "flags": int(flagged.sum()), "flags_wrong": int((flagged & ~truth).sum())}
    return result


# --- tables --------------------------------------------------------------------------------


def compared(value, wanted):
    return ["-", ""] if wanted is None else [f"{wanted:g}", "yes" if value >= wanted else "no"]


def show_headline(r):
    h = r["headline"]
    rows = [["AUROC", "", share(h["auroc"], 4), interval(h["auroc_interval"], 4), interval(h["auroc_bootstrap"], 4),
             *compared(h["auroc"], TO_REACH["auroc"])]]
    for one in r["recall"]:
        wanted = TO_REACH["found"] if one["false_alarms"] == 0.05 else None
        rows.append([f"found at {one['false_alarms']:.0%} false alarms", f"{one['found']}/{one['of']}", share(one["share"]),
                     interval(one["interval"]), interval(one["interval_with_threshold"]), *compared(one["share"], wanted)])
    own = r["own_threshold"]
    rows.append(["found at the program's threshold", *counted(own["found"], own["of"]), "", "", ""])
    rows.append(["false alarms there", *counted(own["false_alarms"], own["clean"]), "", ".03 to .07", ""])
    print(table(["", "count", "value", "95 %", "bootstrap", "to reach", "reached"], rows))
    print("  95 %: Newcombe's for AUROC, Wilson's for shares. bootstrap: pictures drawn anew, which for recall includes choosing the\n"
          f"  threshold on the set's own clean pictures. DeLong's standard error of the AUROC: {share(h['auroc_delong_error'], 4)}")


def show_parts(title, parts, wanted):
    if not parts:
        return
    print(f"\n{title}")
    rows = [[name, share(p["auroc"]), interval(p["auroc_interval"]), *counted(p["found"], p["pictures"]),
             *counted(p["noisy"], p["pictures"]), *wanted(name, p)] for name, p in parts.items()]
    print(table(["", "AUROC", "95 %", "found at 5 %", "share", "95 %", "noisy", "share", "95 %", "to reach", "reached"], rows))


def show_grid(r):
    levels = sorted({s for line in r["by_corruption_and_severity"].values() for s in line}, key=float)
    if len(levels) < 2:
        return
    print("\nfound at 5 % false alarms of the set's own clean pictures, by severity")
    rows = []
    for name, line in r["by_corruption_and_severity"].items():
        rows.append([name, *(f"{line[s]['found']}/{line[s]['pictures']}" if s in line else "-" for s in levels)])
    print(table(["", *levels], rows))


def show_calibration(r):
    c = r["calibration"]["headline"]
    own, half = c["at_own_share"], c["at_half"]
    print(f"\ncalibration of 'noise': as the set is ({c['share']:.1%} degraded), and reweighted to 50 %")
    rows = [[f"{a['from']:.1f} to {a['to']:.1f}", a["pictures"], *(share(side[k]) for side in (a, b) for k in ("said", "degraded"))]
            for a, b in zip(own["bins"], half["bins"])]
    print(table(["noise", "pictures", "said", "degraded", "said at 50 %", "degraded at 50 %"], rows))
    print(f"  ECE {own['ece']:.4f} and {half['ece']:.4f}, Brier {own['brier']:.4f} and {half['brier']:.4f}")
    said = r["program"]["prevalence"]
    if said and None not in said.values():
        around = interval((said["low"], said["high"]))
        print(f"  the program's own estimate of the share degraded, of all it scanned: {said['share']:.3f} ({around}); "
              f"of its flags it expects wrong: {share(r['program']['expected_wrong'])}")
    for name, words in (("headline", "without those apart"), ("all", "every corruption")):
        c = r["calibration"][name]
        wrong = counted(c["flags_wrong"], c["flags"])
        print(f"  share degraded, {words}: {c['share']:.3f}, estimated from 'noise' {c['share_estimated']:.3f}"
              f" ({interval(c['share_bootstrap'])}); flags that are wrong: {wrong[0]}, {wrong[1]} ({wrong[2]})")


def show_confusion(r):
    c = r["confusion"]
    print(f"\nkind and family said, among the {c['found']} found by the program")
    rows = [["the very kind", *counted(c["kind"], c["found"]), "-", ""],
            ["a kind nobody could tell apart", *counted(c["near"], c["found"]), "-", ""],
            ["family", *counted(c["family"], c["found"]), *compared(c["family"] / max(c["found"], 1), TO_REACH["family"])]]
    print(table(["right", "count", "share", "95 %", "to reach", "reached"], rows))
    said = sorted({w for line in c["families"].values() for w in line})
    if said:
        print(table(["true family \\ said", *said],
                    [[family, *(line.get(w, 0) or "." for w in said)] for family, line in sorted(c["families"].items())]))
    for name in r["corruptions"]:
        line = c["kinds"].get(name, {})
        words = ", ".join(f"{w} {n}" for w, n in sorted(line.items(), key=lambda i: (-i[1], i[0])))
        print(f"  {name}: {words or 'none found'}")


def show_severity(r):
    s = r["severity"]
    if s["found"] >= 3:
        print(f"\nseverity, among the {s['found']} found: Spearman {share(s['spearman'])} ({interval(s['spearman_bootstrap'])}), "
              f"mean absolute error {s['mean_absolute_error']:.2f} (always saying 3: {s['mean_absolute_error_of_always_3']:.2f})")


def show(name, r):
    print(f"\n=== {name}: {r['pictures']} pictures, {r['clean']} clean, {r['headline']['pictures']} degraded by "
          f"{len(r['corruptions'])} corruptions; apart: {', '.join(r['apart']) or 'none'}")
    for count, words in ((r["missing"], "of the truth got no verdict"),
                         (r["untold"], "scanned pictures are not in the truth and left out")):
        if count:
            print(f"  {count} {words}")
    show_headline(r)
    show_parts("by corruption", r["by_corruption"],
               lambda n, p: compared(p["auroc"], TO_REACH.get(noise_sets.corruption(n)[0]) if n in r["apart"] else None))
    show_parts("by severity", r["by_severity"],
               lambda s, p: compared(p["found"] / max(p["pictures"], 1), TO_REACH.get(int(float(s))) if float(s) in (1, 5) else None))
    show_grid(r)
    show_calibration(r)
    show_confusion(r)
    show_severity(r)


def arguments():
    p = argparse.ArgumentParser(prog="./dev bench noise", description=__doc__)
    p.add_argument("folder", nargs="?", metavar="DIR", help="the pictures; file names of the truth are relative to it")
    p.add_argument("--truth", metavar="FILE.csv", help="file,corruption,severity, or the corruptions.csv of pardon corrupt")
    p.add_argument("--clean", metavar="DIR", help="a further folder, every picture of which is clean")
    p.add_argument("--scan", metavar="OUT", help="read OUT/noise.csv of a scan of DIR in place of scanning")
    p.add_argument("--detector", metavar="FILE", help="a table of pardon train in place of the shipped one")
    p.add_argument("--without", metavar="KIND,...", default=",".join(noise_sets.APART), help="reported apart; default %(default)s")
    p.add_argument("--seed", type=int, default=0, help="of the bootstrap")
    p.add_argument("--json", metavar="FILE")
    a = p.parse_args()
    if (a.truth is None) != (a.folder is None and a.scan is None):
        p.error("--truth FILE.csv and DIR (or --scan OUT) belong together")
    if a.truth is None and a.clean:
        p.error("--clean goes with --truth")
    a.apart = [n for n in a.without.split(",") if n.strip()]
    for name in a.apart:
        try:
            noise_sets.corruption(name)[0]
        except (KeyError, TypeError):
            p.error(f"--without: no corruption is called '{name}'")
    return a


def judge(truth_file, folder, a, scratch):
    truth = noise_sets.read_truth(truth_file)
    verdicts = noise_sets.Verdicts(os.path.join(a.scan, "noise.csv")) if a.scan else \
        noise_sets.scan(folder, os.path.join(scratch, "scan"), a.detector)
    judged = noise_sets.Judged(verdicts, truth)
    if a.clean:
        judged.add_clean(noise_sets.scan(a.clean, os.path.join(scratch, "clean"), a.detector))
    if not judged.clean.any() or judged.clean.all():
        noise_sets.stop(f"'{truth_file}' needs clean and degraded pictures; --clean DIR adds a folder of clean ones")
    return judged


def main():
    a = arguments()
    sets = {a.folder or a.scan: (a.truth, a.folder)} if a.truth else {n: noise_sets.shared_set(n) for n in noise_sets.KNOWN_SETS}
    results = {}
    for name, (truth_file, folder) in sets.items():
        with tempfile.TemporaryDirectory() as scratch:
            results[name] = measure(judge(truth_file, folder, a, scratch), a.apart, a.seed)
        show(name, results[name])
    if a.json:
        noise_sets.write_json(a.json, {"detector": a.detector or "shipped", "sets": results})


if __name__ == "__main__":
    noise_sets.begin()
    main()
