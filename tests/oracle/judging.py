"""Judging a classifier, end to end: what a scan prints and writes against NumPy and scikit-learn over images.csv and the tables that were
given. Which pictures are noisy is taken from images.csv (tests/oracle/verdicts.py holds that to account)."""
import csv
import json
import math
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from sklearn import metrics

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
DETECTOR = ["--detector", os.environ["PARDON_DETECTOR"]] if "PARDON_DETECTOR" in os.environ else []
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-judging-")
CLASSES = ["cat, tabby", 'the "dog"', "crane", "été"]


def place(*parts):
    return os.path.join(FOLDER.name, *parts)


def scan(folder, out, *more, code=0):
    done = subprocess.run([PARDON, "scan", folder, "-o", place(out), "--k", "2", *DETECTOR, *map(str, more)], capture_output=True, text=True)
    assert done.returncode == code, done
    text = done.stdout + done.stderr
    assert not re.search(r"\bnan\b", text, re.I), text
    return text


def rows(out, name="images.csv"):
    with open(place(out, name), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def refuse(word):
    raise AssertionError(word)


def document(out, name):
    with open(place(out, name), encoding="utf-8") as f:
        return json.load(f, parse_constant=refuse)


def pictures():
    """Scenes, every fourth blurred, in one folder."""
    folder = place("pictures")
    if not os.path.exists(folder):
        subprocess.run([PARDON, "demo", "-o", place("demo"), "--count", "96"], check=True, stdout=subprocess.DEVNULL)
        os.makedirs(folder)
        for top, _, files in os.walk(place("demo")):
            for f in files:
                if f.endswith((".png", ".jpg")):
                    os.rename(os.path.join(top, f), os.path.join(folder, os.path.basename(top) + "-" + f))
    return folder


def write(name, header, lines):
    with open(place(name), "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([header, *lines])
    return place(name)


def names():
    return sorted(os.listdir(pictures()), key=os.fsencode)


def noisy():
    """By file: 1, 0, or None without a verdict."""
    if not os.path.exists(place("plain")):
        scan(pictures(), "plain")
    return {r["file"]: int(r["noisy"]) if r["noisy"] else None for r in rows("plain")}


def answers(classes=4, wrong=(0.2, 0.7), seed=3):
    """Truth, prediction and confidence, wrong with one rate on fit pictures and another on noisy ones."""
    rng, out = np.random.default_rng(seed), []
    for f in names():
        t = int(rng.integers(classes))
        p = t
        if classes > 1 and rng.random() < wrong[bool(noisy()[f])]:
            p = int((t + rng.integers(1, classes)) % classes)
        out.append((f, t, p, round(float(rng.uniform(0.3, 0.999)), 4) + 0.00005))  # on no edge of a bin
    return out


def judge(out, given, classes=CLASSES, *more, shuffle=True, code=0):
    order = list(given)
    if shuffle:
        np.random.default_rng(9).shuffle(order)
    order = [(f, int(t), int(p), float(c)) for f, t, p, c in order]
    labels = write(out + "-labels.csv", ["image", "class"], [(f, classes[t]) for f, t, _, _ in order])
    said = write(out + "-said.csv", ["path", "prediction", "prob"], [("some/where/" + f, classes[p], c) for f, _, p, c in reversed(order)])
    return scan(pictures(), out, "--labels", labels, "--predictions", said, *more, code=code)


def wilson(k, n, z=1.959963984540054):
    p = k / n
    centre, half = (p + z * z / 2 / n) / (1 + z * z / n), z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return p, centre - half, centre + half


def close(a, b, slack=2e-6):
    assert abs(a - b) <= slack * max(1, abs(b)), (a, b)


def same_share(share, k, n):
    assert share["n"] == n, share
    if n == 0:
        assert share["value"] is share["low"] is share["high"] is None
        return
    for key, want in zip(("value", "low", "high"), wilson(k, n)):
        close(share[key], want)


def check_counts(out, given, classes=CLASSES):
    """images.csv and summary.json agree with what was given, counted anew."""
    by_file = {f: (t, p, c) for f, t, p, c in given}
    verdicts = {"right": 0, "set-aside": 0, "owed": 0, "unjudged": 0}
    right = {"all": 0, "fit": 0}
    n = dict(right)
    table = rows(out)
    for r in table:
        t, p, c = by_file[r["file"]]
        assert (r["label"], r["prediction"]) == (classes[t], classes[p]), r
        close(float(r["confidence"]), c)
        assert r["correct"] == str(int(t == p))
        want = "unjudged" if r["noisy"] == "" else "right" if t == p else "set-aside" if r["noisy"] == "1" else "owed"
        assert r["verdict"] == want, r
        verdicts[want] += 1
        for side in ("all", "fit"):
            if want != "unjudged" and (side == "all" or r["noisy"] == "0"):
                n[side] += 1
                right[side] += t == p
    s = document(out, "summary.json")
    assert {k.replace("_", "-"): s["verdicts"][k] for k in ("right", "set_aside", "owed", "unjudged")} == verdicts
    assert sum(verdicts.values()) == s["found"] == len(table)
    for side in ("all", "fit"):
        same_share(s["accuracy"][side], right[side], n[side])
    excess = s["excess_errors"]
    assert excess["wrong"] == verdicts["set-aside"] and excess["pictures"] == n["all"] - n["fit"]
    if excess["value"] is not None:
        close(excess["value"], excess["wrong"] - excess["expected"])
        assert excess["low"] <= excess["value"] <= excess["high"]
        assert sum(k["pictures"] for k in s["excess_errors_by_kind"]) == excess["pictures"]
        close(sum(k["value"] for k in s["excess_errors_by_kind"]), excess["value"], 1e-5)
    assert set(s["guard"]["by_kind"]) == {k["kind"] for k in s["excess_errors_by_kind"]}
    return s, document(out, "report.json")["judging"], table


def headline(s):
    """The first sentence, from summary.json."""
    a, e, v = s["accuracy"], s["excess_errors"], s["verdicts"]
    wrong, aside = v["set_aside"] + v["owed"], v["set_aside"]
    words = f"{100 * a['all']['value']:.1f} % right overall"
    if a["fit"]["n"] == 0:
        words += "; no picture is fit to judge by"
    elif a["fit"]["n"] == a["all"]["n"]:
        words += "; all pictures are fit to judge by"
    else:
        words += f"; {100 * a['fit']['value']:.1f} % on the {a['fit']['n']} picture{'s' * (a['fit']['n'] > 1)} fit to judge by"
    if wrong == 0:
        return words + "; no mistake was made"
    if aside == 0:
        return words + ("; the one mistake is owed" if wrong == 1 else f"; all {wrong} mistakes are owed")
    words += f"; {aside} of {wrong} mistakes {'was' if aside == 1 else 'were'} made on pictures not fit to judge by" if wrong > 1 else \
        "; the one mistake was made on a picture not fit to judge by"
    if s["guard"]["overall"] == "costs":
        words += ", %d of them (%d to %d) because of it" % tuple(math.floor(max(e[k], 0) + 0.5) for k in ("value", "low", "high"))
    return words + ("; none is owed" if v["owed"] == 0 else f"; {v['owed']} {'is' if v['owed'] == 1 else 'are'} owed")


def check_reasons(table):
    for r in table:
        want = "" if r["verdict"] != "unjudged" else "no pixels" if r["noisy"] == "" else None
        if want is None:
            want = ", ".join(w for w, missing in (("no label", not r["label"]), ("no prediction", not r["prediction"])) if missing)
        assert r["verdict_reason"] == want, r


def test_counts_accuracy_and_intervals():
    given = answers()
    text = judge("four", given)
    s, j, table = check_counts("four", given)
    wrong, aside = s["verdicts"]["set_aside"] + s["verdicts"]["owed"], s["verdicts"]["set_aside"]
    assert f"classifier: {headline(s)}\n" in text and wrong > aside > 0, (text, headline(s))
    check_reasons(table)
    said = [line for line in text.splitlines() if line.startswith("classifier: ")]
    assert len(said) <= 12, said
    for guard, words in (("costs", "noise costs accuracy for"), ("does not", "noise does not cost accuracy for"), ("too few", "too few to tell for")):
        kinds = sorted((k for k in s["excess_errors_by_kind"] if k["guard"] == guard), key=lambda k: -k["pictures"])
        line = [w for w in said if words in w]
        assert len(line) == bool(kinds), (guard, said)
        if kinds:
            assert f"{words} {len(kinds)} kind{'s' * (len(kinds) > 1)}: " in line[0] and (" more" in line[0]) == (len(kinds) > 5), line
            for k in (k for k in kinds if kinds.index(k) < 5 and kinds[min(5, len(kinds) - 1)]["pictures"] < k["pictures"]):
                how = "(%d of %d wrong)" % (k["wrong"], k["pictures"]) if guard == "too few" else \
                    "%+.1f points (%+.1f to %+.1f)" % tuple(100 * k["effect"][x] for x in ("value", "low", "high"))
                assert f"{k['kind']} {how}" in line[0], (k, line)
    assert j["words"] and all(w in text for w in j["words"])
    assert s["matching"]["predictions"]["by_base_name"] == len(table) and s["matching"]["labels"]["exact"] == len(table)


def test_tables_of_classes_and_confusions():
    given = answers()
    judge("four", given)
    _, j, table = check_counts("four", given)
    for side in ("", "fit_"):
        kept = [r for r in table if r["noisy"] == "0" or (side == "" and r["noisy"])]
        t, p = [r["label"] for r in kept], [r["prediction"] for r in kept]
        found = {r["class"]: r for r in rows("four", "classes.csv")}
        order = sorted(CLASSES)
        assert sorted(found) == order
        precision, recall, f1, support = metrics.precision_recall_fscore_support(t, p, labels=order, zero_division=0)
        for i, c in enumerate(order):
            assert int(found[c][side + "support"]) == support[i]
            close(float(found[c][side + "precision"] or 0), precision[i])
            close(float(found[c][side + "recall"] or 0), recall[i])
            close(float(found[c][side + "f1"] or 0), f1[i])
        matrix = metrics.confusion_matrix(t, p, labels=order)
        cells = {(r["label"], r["prediction"]): int(r["fit" if side else "pictures"]) for r in rows("four", "confusions.csv")}
        for a, x in enumerate(order):
            for b, y in enumerate(order):
                assert cells.get((x, y), 0) == matrix[a, b]
        close(j["balanced" if side == "" else "balanced"]["fit" if side else "all"]["value"], metrics.balanced_accuracy_score(t, p))
    assert all(c["label"] != c["prediction"] for c in j["confusions"])


def test_calibration_rejection_and_confident_mistakes():
    given = answers()
    judge("four", given)
    _, j, table = check_counts("four", given)
    for side in ("all", "fit"):
        kept = [r for r in table if r["noisy"] == "0" or (side == "all" and r["noisy"])]
        c, right = np.array([float(r["confidence"]) for r in kept]), np.array([r["correct"] == "1" for r in kept])
        bins = np.clip(np.ceil(c * 15).astype(int) - 1, 0, 14)
        ece = sum(abs(c[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in range(15) if (bins == b).any())
        close(j["calibration"][side]["ece"], ece)
    points = j["rejection"]["points"]
    close(points[0]["error"], np.mean([r["correct"] == "0" for r in table if r["noisy"]]))
    assert j["rejection"]["area_perfect"] <= j["rejection"]["area"] and points[0]["rejected"] == 0
    owed = sorted((r for r in table if r["verdict"] == "owed"), key=lambda r: -float(r["confidence"]))
    assert [m["file"] for m in j["confident_mistakes"]][:5] == [r["file"] for r in owed][:5]


def test_two_classes():
    given = answers(2, (0.1, 0.5))
    judge("two", given, CLASSES[:2])
    _, j, table = check_counts("two", given, CLASSES[:2])
    by_name = sorted(CLASSES[:2])  # the words make the classes, in order; the second is the positive one
    kept = [r for r in table if r["noisy"]]
    truth = np.array([r["label"] == by_name[1] for r in kept])
    score = np.array([float(r["confidence"]) if r["prediction"] == by_name[1] else 1 - float(r["confidence"]) for r in kept])
    close(j["binary"]["all"]["auroc"], metrics.roc_auc_score(truth, score))
    close(j["binary"]["all"]["average_precision"], metrics.average_precision_score(truth, score))


def test_odd_sets():
    """One class, no mistakes, nothing but mistakes, everything noisy, (almost) nothing noisy: words and numbers, never NaN."""
    cases = {"one": (answers(1), []), "right": (answers(3, (0, 0)), []), "wrong": (answers(3, (1.1, 1.1)), []),
             "noisy": (answers(), ["--false-alarms", "0.9999999"]), "clean": (answers(), ["--false-alarms", "0.0000001"])}
    for name, (given, more) in cases.items():
        text = judge("odd-" + name, given, CLASSES, *more)
        s, j, _ = check_counts("odd-" + name, given)
        assert j["words"] and f"classifier: {headline(s)}\n" in text, (name, text, headline(s))
        if name in ("one", "right"):
            assert "no mistake was made" in text
        if name == "wrong":
            assert s["accuracy"]["all"]["value"] == 0 and "because of it" not in text, text
        if name == "noisy":
            assert s["accuracy"]["fit"]["n"] == 0 and "none is fit to judge by" in text, text


def test_what_does_not_match_is_counted_and_named():
    given = answers()
    labels = write("gaps.csv", ["file", "label"], [(f, CLASSES[t]) for f, t, _, _ in given[3:]] + [("not-there.png", "crane")])
    said = write("gaps-said.csv", ["file", "prediction"], [(f, CLASSES[p]) for f, _, p, _ in given[:-2]])
    text = scan(pictures(), "gaps", "--labels", labels, "--predictions", said)
    s = document("gaps", "summary.json")
    assert s["matching"]["labels"]["pictures_without_row"]["count"] == 3 and s["matching"]["predictions"]["pictures_without_row"]["count"] == 2
    assert s["matching"]["labels"]["rows_without_picture"] == {"count": 1, "first": [{"name": "not-there.png", "line": len(given) - 1}]}
    assert f"'not-there.png', line {len(given) - 1})" in text, text
    missing = [g[0] for g in given[:3]]
    assert "3 pictures found no row: " + ", ".join(f"'{f}'" for f in missing) in text, text
    assert s["verdicts"]["unjudged"] == 5 + sum(v is None for f, v in noisy().items() if f not in {g[0] for g in given[:3] + given[-2:]})
    check_reasons(rows("gaps"))
    assert {r["verdict_reason"] for r in rows("gaps")} >= {"", "no label", "no prediction"}


def test_without_truth_or_predictions():
    given = answers()
    labels = write("only.csv", ["file", "label"], [(f, CLASSES[t]) for f, t, _, _ in given])
    assert "there are no predictions" in scan(pictures(), "only", "--labels", labels)
    table = rows("only")
    assert all(r["verdict"] == "unjudged" and r["label"] and not r["prediction"] for r in table)
    noisy()
    assert all(r["verdict"] == "unjudged" and not r["label"] and not r["verdict_reason"] for r in rows("plain"))
    check_reasons(table)
    s = document("plain", "summary.json")
    assert s["accuracy"] is s["guard"] is s["excess_errors"] is s["verdicts"] is None and document("plain", "report.json")["judging"] is None
    assert len(rows("plain", "classes.csv")) == len(rows("plain", "confusions.csv")) == 0


def test_gates():
    given = answers()
    judge("four", given)
    fit, all_ = (document("four", "summary.json")["accuracy"][k]["value"] for k in ("fit", "all"))
    for option, value, code in (("under-accuracy", fit - 0.01, 0), ("under-accuracy", fit + 0.01, 1), ("under-raw-accuracy", all_ + 0.01, 1),
                                ("under-raw-accuracy", all_ - 0.01, 0), ("over-noisy", 0.999999, 0), ("over-noisy", 0.000001, 1)):
        text = judge("four", given, CLASSES, f"--fail-{option}", value, code=code)
        assert (f"gate failed: --fail-{option}" in text) == (code == 1), text
        assert os.path.exists(place("four", "summary.json"))
    import xml.etree.ElementTree as xml
    text = judge("four", given, CLASSES, "--fail-under-accuracy", "0.9999", "--fail-under-raw-accuracy", "0.0001", "--junit", place("j.xml"), "--markdown",
                 place("m.md"), code=1)
    suite = xml.parse(place("j.xml")).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1") and len(suite.findall("testcase/failure")) == 1
    assert "made on pictures not fit to judge by" in suite.find("system-out").text
    page = open(place("m.md"), encoding="utf-8").read()
    assert "**failed** `--fail-under-accuracy 0.9999`" in page and "- passed `--fail-under-raw-accuracy" in page
    assert f"| {100 * fit:.1f} % |" in page and f"| {100 * all_:.1f} % |" in page
    judge("four", given, CLASSES, "--junit", place("nowhere", "j.xml"), code=2)
    assert "is not known" in scan(pictures(), "plain", "--fail-under-accuracy", 0.5, code=1)


def test_files_of_others_are_not_replaced():
    """Neither a file that the option did not write, nor a pipe, which would be read for ever; an empty file and an earlier report are."""
    given = answers()
    os.mkfifo(place("pipe"))
    for option, old, code in (("--markdown", "# notes\n", 2), ("--junit", "## pardon\n\n", 2), ("--markdown", "## pardon\n\n", 0), ("--junit", "", 0)):
        with open(place("kept"), "w", encoding="utf-8") as file:
            file.write(old)
        text = judge("four", given, CLASSES, option, place("kept"), code=code)
        assert ("is not replaced" in text) == (code == 2), text
        assert (open(place("kept"), encoding="utf-8").read() == old) == (code == 2)
        assert "is not replaced" in judge("four", given, CLASSES, option, place("pipe"), code=2)


def test_the_same_bytes_whatever_the_order_of_rows():
    given = answers()
    judge("four", given)
    before = {f: open(place("four", f), "rb").read() for f in ("images.csv", "summary.json", "report.json", "classes.csv", "confusions.csv")}
    judge("four", given, shuffle=False)
    for f, content in before.items():
        assert open(place("four", f), "rb").read() == content or f in ("summary.json", "report.json"), f
        if f.endswith("json"):
            old, new = json.loads(content), document("four", f)
            for d in (old, new):
                for key in ("added", "vanished", "counts"):
                    d.pop(key, None)
            assert old == new, f


def test_compare():
    """Fixed and broken counted anew, McNemar's exact p by SciPy, the gate, and the table of changes."""
    from scipy import stats
    first = answers()
    rng = np.random.default_rng(8)
    second = [(f, t, t if rng.random() < 0.4 else p, c) for f, t, p, c in first]
    worse = [(f, t, (t + 1) % 4 if rng.random() < 0.4 else p, c) for f, t, p, c in first]
    for name, given in (("before", first), ("after", second), ("worse", worse)):
        judge(name, given)
    for b, code in (("after", 0), ("worse", 1)):
        done = subprocess.run([PARDON, "compare", place("before"), place(b), "-o", place("changes.csv"), "--fail-if-worse"], capture_output=True, text=True)
        assert done.returncode == code, done
        assert ("gate failed: --fail-if-worse" in done.stderr) == bool(code)
        old, new = ({r["file"]: r for r in rows(x)} for x in ("before", b))
        for line, fit in zip(done.stdout.splitlines(), (False, True)):
            both = [(old[f], new[f]) for f in old if old[f]["noisy"] and (not fit or old[f]["noisy"] == "0")]
            fixed = sum(x["correct"] == "0" and y["correct"] == "1" for x, y in both)
            broken = sum(x["correct"] == "1" and y["correct"] == "0" for x, y in both)
            p = stats.binomtest(broken, fixed + broken).pvalue if fixed + broken else 1
            assert f"{len(both)} pictures, {fixed} fixed, {broken} broken" in line and line.endswith(f"p = {p:.4g}"), (line, p)
        with open(place("changes.csv"), newline="", encoding="utf-8") as f:
            changes = list(csv.DictReader(f))
        assert [c["file"] for c in changes] == [f for f in old if old[f]["noisy"] and old[f]["prediction"] != new[f]["prediction"]]
    done = subprocess.run([PARDON, "compare", place("before"), place("plain")], capture_output=True, text=True)
    assert done.returncode == 2 and "no picture was judged in both" in done.stderr, done


def benjamini_hochberg(p):
    """As statsmodels' fdr_bh."""
    p = np.asarray(p, float)
    order = np.argsort(p)
    q = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    out = np.empty_like(q)
    out[order] = np.minimum(q, 1)
    return out


def suspects_anew(label, p):
    """Northcutt et al. 2021, section 3: who is off the diagonal of the confident joint, by NumPy; and the normalised margin of each."""
    known = label >= 0
    thresholds = np.array([p[known & (label == c), c].mean() if (known & (label == c)).any() else np.inf for c in range(p.shape[1])])
    found = {}
    for i in np.flatnonzero(known):
        passed = np.where(p[i] >= thresholds, p[i], -1)
        j = int(passed.argmax())
        if passed[j] >= 0 and j != label[i]:
            found[int(i)] = (j, p[i, label[i]] - np.delete(p[i], label[i]).max())
    return found


def test_owed_rows_and_groups():
    given = answers(wrong=(0.4, 0.7))
    text = judge("owed", given)
    s, j, table = check_counts("owed", given)
    owed = {r["file"]: r for r in table if r["verdict"] == "owed"}
    listed = rows("owed", "owed.csv")
    assert [r["file"] for r in listed] == list(owed) and len(owed) > 10
    for r in listed:
        assert all(r[k] == owed[r["file"]][k] for k in ("label", "prediction", "confidence")), r
        assert r["group"] and float(r["distance"]) >= 0
    sizes = {}
    for r in listed:
        sizes[int(r["group"])] = sizes.get(int(r["group"]), 0) + 1
    assert {g["id"]: g["size"] for g in j["owed_groups"]} == sizes and sum(sizes.values()) == s["verdicts"]["owed"]
    assert [g["size"] for g in j["owed_groups"]] == sorted(sizes.values(), reverse=True) and j["groups_seen_by"] == "the built-in look descriptor"
    for g, short in zip(j["owed_groups"], s["owed_groups"]):
        mine = sorted((r for r in listed if int(r["group"]) == g["id"]), key=lambda r: float(r["distance"]))
        shown = [m["file"] for m in g["members"]]
        assert shown == short["members"] and len(shown) == min(8, g["size"]) and set(shown) <= {r["file"] for r in mine}
        assert [m["distance"] for m in g["members"]] == [float(r["distance"]) for r in mine][:8]
        assert all(m["thumbnail"]["uri"].startswith("data:image/jpeg;base64,") for m in g["members"])
        assert f"{g['alike']} picture" in g["line"] and f"{g['size']} wrong" in g["line"]
        pairs = [(r["label"], r["prediction"]) for r in mine]
        assert all(pairs.count((c["label"], c["prediction"])) == c["pictures"] for c in g["confusions"])
    said = [line for line in text.splitlines() if "owed, by look in " in line]
    shown = "; ".join(g["line"] for g in j["owed_groups"][:3]) + ("; ..." if len(sizes) > 3 else "")
    assert len(said) == 1 and f"in {len(sizes)} group{'s' * (len(sizes) > 1)} (owed.csv): {shown}" in said[0], said


def test_slices_and_their_q():
    """A camera that errs is found, and q are Benjamini and Hochberg's of the p that are there; without one, nothing is."""
    folder = os.path.join(os.environ.get("PARDON_SHARED", ""), "data", "imagenette")
    if not os.path.isdir(folder):
        raise tap.Skip("no shared pictures")
    wnids, rng = sorted(os.listdir(folder)), np.random.default_rng(4)
    files = [w + "/" + f for w in wnids for f in sorted(os.listdir(os.path.join(folder, w)))]
    for out, rate in (("slices", 0.55), ("even", 0.12)):
        lines = []
        for f in files:
            t, camera = wnids.index(f.split("/")[0]), "AAABB,"[rng.integers(6)]
            wrong = rng.random() < (rate if camera == "," else 0.12)
            lines.append((f, wnids[(t + int(rng.integers(1, 10))) % 10 if wrong else t], camera))
        text = scan(folder, out, "--labels", "folders", "--predictions", write(out + ".csv", ["file", "prediction", "camera"], lines))
        table, j = rows(out, "slices.csv"), document(out, "report.json")["judging"]
        p, q = ([float(r[k]) for r in table] for k in "pq")
        assert len(table) == len(j["slices"]) > 0 and np.allclose(q, benjamini_hochberg(p), rtol=1e-5) and p == sorted(p)
        for r, s in zip(table, j["slices"]):
            assert r["significant"] == str(int(float(r["q"]) <= 0.02)) and (r["line"], r["kind"]) == (s["line"], s["kind"])
            assert 0 <= float(r["p"]) <= float(r["q"]) <= 1 and int(r["wrong"]) <= int(r["pictures"]) and int(r["tested"]) <= int(r["pictures"])
        significant = [r for r in table if r["significant"] == "1"]
        assert text.count("classifier: slice: ") == min(3, len(significant))
        if out == "even":
            assert not significant and "no slice of the fit pictures has shown more mistakes" in text, text
            continue
        assert "): camera = ," in significant[0]["line"], significant
        verdicts = {r["file"]: r["verdict"] for r in rows(out)}
        fit = {r["file"] for r in rows(out) if r["noisy"] == "0"}
        mine = [f for f, _, camera in lines if camera == "," and f in fit]
        assert int(significant[0]["pictures"]) == len(mine) and int(significant[0]["wrong"]) == sum(verdicts[f] == "owed" for f in mine)
        assert all(verdicts[m["file"]] == "owed" and m["file"] in mine for m in j["slices"][0]["members"]) and j["slices"][0]["column"] == "camera"


def test_suspected_by_the_likeliest_class_alone():
    given = answers()
    judge("four", given)
    s, j, table = check_counts("four", given)
    assert s["suspected_labels"]["fallback"] is True
    order = sorted(CLASSES)
    fit = [r for r in table if r["noisy"] == "0" and r["label"] and r["prediction"]]
    p = np.empty((len(fit), 4))
    for i, r in enumerate(fit):
        p[i] = (1 - float(r["confidence"])) / 3
        p[i, order.index(r["prediction"])] = float(r["confidence"])
    want = {}
    for i, (_, margin) in suspects_anew(np.array([order.index(r["label"]) for r in fit]), p).items():
        if p[i].argmax() == order.index(fit[i]["prediction"]) and p[i].max() > 0.5:
            want[fit[i]["file"]] = margin
    found = rows("four", "suspected.csv")
    assert set(want) <= {r["file"] for r in found} and len(found) == s["suspected_labels"]["n"]
    assert [int(r["rank"]) for r in found] == list(range(1, len(found) + 1))
    for r in found:
        if r["file"] in want:
            close(float(r["score"]), -want[r["file"]], 1e-5)


def test_suspected_labels_of_imagenette():
    """5 % of the labels flipped: average precision of the list at least .8; and the list is NumPy's over the very probabilities."""
    shared = os.environ.get("PARDON_SHARED", "")
    model, pictures_ = (os.path.join(shared, *x) for x in (("models", "mobilenetv2.onnx"), ("data", "imagenette")))
    if not os.path.exists(model):
        raise tap.Skip("no shared models")
    rng = np.random.default_rng(12)
    wnids = sorted(os.listdir(pictures_))
    truth = {w + "/" + f: w for w in wnids for f in sorted(os.listdir(os.path.join(pictures_, w)))}
    flipped = set(rng.choice(sorted(truth), len(truth) // 20, replace=False).tolist())
    given = {f: wnids[(wnids.index(w) + int(rng.integers(1, 10))) % 10] if f in flipped else w for f, w in truth.items()}
    out = place("flips")
    options = ["--labels", write("flips.csv", ["file", "label"], given.items()), "--classifier", model, "--classes",
               os.path.join(shared, "models", "imagenet_classes.txt"), "--class-ids", os.path.join(shared, "models", "imagenet_wnids.txt"),
               "--scale", "tf", "--restrict-classes"]
    text = scan(pictures_, "flips", *options)
    table = {r["file"]: r for r in rows("flips")}
    found = {r["file"]: float(r["score"]) for r in rows("flips", "suspected.csv")}
    fit = sorted(f for f, r in table.items() if r["noisy"] == "0")
    assert set(found) <= set(fit)
    ap = metrics.average_precision_score([f in flipped for f in fit], [found.get(f, -2) for f in fit])
    print(f"# average precision {ap:.3f}, {len(found)} suspected, {sum(f in flipped for f in fit)} of {len(fit)} flipped")
    assert ap >= 0.8, ap
    s = document("flips", "summary.json")["suspected_labels"]
    assert s["n"] == len(found) and s["fallback"] is False and s["low"] <= s["share"] <= s["high"]
    assert f"{len(found)} of {len(fit)} labels of fit pictures are suspected to be wrong" in text and "was trained on these pictures" in text, text
    assert sum(v["verdict"] == "owed" for v in table.values()) == document("flips", "summary.json")["verdicts"]["owed"]
    before = {f: open(os.path.join(out, f), "rb").read() for f in ("owed.csv", "slices.csv", "suspected.csv")}
    scan(pictures_, "flips", *options, "--threads", "1")
    assert before == {f: open(os.path.join(out, f), "rb").read() for f in before}


def test_nothing_is_left_behind_where_nothing_was_judged():
    noisy()
    for f in ("owed.csv", "slices.csv", "suspected.csv"):
        assert rows("plain", f) == []
    assert document("plain", "report.json")["judging"] is None
    judge("gone", answers())
    scan(pictures(), "gone")
    assert rows("gone", "owed.csv") == []


def small_model():
    """Pictures of 8 x 8 to 5 classes: the shared net of make_onnx.py."""
    try:
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tools"))
        import make_onnx
        import onnx
    except ImportError as why:
        raise tap.Skip(str(why))
    if not os.path.exists(place("net.onnx")):
        onnx.save(make_onnx.model(make_onnx.body() + make_onnx.GEMM), place("net.onnx"))
    return place("net.onnx"), make_onnx.weights()


def net(w, file):
    """The net in NumPy on the picture as the scan sees it: --view stretch-nearest-8 --scale unit."""
    from PIL import Image
    x = np.asarray(Image.open(file).convert("RGB").resize((8, 8), Image.NEAREST), "f8").transpose(2, 0, 1) / 255
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    out = np.zeros((4, 8, 8))
    for dy in range(3):
        for dx in range(3):
            out += np.einsum("oc,cyx->oyx", w["cw"][:, :, dy, dx], padded[:, dy:dy + 8, dx:dx + 8])
    features = np.maximum(out + w["cb"][:, None, None], 0).mean((1, 2))
    return features, w["gw"] @ features + w["gb"]


def test_the_classifier_itself():
    model, w = small_model()
    classes = write("five.txt", ["a"], [["b"], ["c"], ["d"], ["e"]])
    rng = np.random.default_rng(1)
    truth = {f: int(rng.integers(3)) for f in names()}
    labels = write("three.csv", ["file", "label"], [(f, "abc"[t]) for f, t in truth.items()])
    options = ["--classifier", model, "--classes", classes, "--view", "stretch-nearest-8", "--scale", "unit", "--labels", labels]
    for out, more, allowed in (("net", [], range(5)), ("net", ["--restrict-classes"], range(3))):
        text = scan(pictures(), out, *options, *more)
        assert "softmax was applied" in text and ("restricted to the 3 classes" in text) == bool(more), text
        s = document(out, "summary.json")
        hits = 0
        for r in rows(out):
            hits += r["noisy"] != "" and r["prediction"] == r["label"]
            if r["status"] != "ok":  # what a broken picture looks like is tests/oracle/decode.py's
                continue
            logits = net(w, os.path.join(pictures(), r["file"]))[1]
            p = np.exp(logits - logits.max()) * np.isin(np.arange(5), list(allowed))
            p /= p.sum()
            assert r["prediction"] == "abcde"[p.argmax()], (r, p)
            close(float(r["confidence"]), p.max(), 1e-4)
        same_share(s["accuracy"]["all"], hits, s["accuracy"]["all"]["n"])
        assert s["top5"]["all"]["value"] == 1 and s["top5"]["all"]["n"] == s["accuracy"]["all"]["n"]
        assert s["classifier"]["softmax_applied"] and s["classifier"]["classes_restricted"] == bool(more)
    assert f"{s['found']} unchanged" in text, text


def test_what_the_classifier_refuses_has_a_reason():
    """With --view none a model takes pictures of its own size alone."""
    from PIL import Image
    model, _ = small_model()
    os.makedirs(place("sizes"))
    noisy()
    for i, f in enumerate(r["file"] for r in rows("plain") if r["status"] == "ok"):
        with Image.open(os.path.join(pictures(), f)) as im:
            im = im.convert("RGB").resize((8, 8) if i % 3 else (9, 8))
            im.save(place("sizes", "%02d%s.png" % (i, "" if i % 3 else "-wide")))
    open(place("sizes", "broken.png"), "wb").close()
    files = sorted(os.listdir(place("sizes")))
    labels = write("sizes.csv", ["file", "label"], [(f, "abcde"[i % 5]) for i, f in enumerate(files) if i != 4])
    classes = write("five.txt", ["a"], [["b"], ["c"], ["d"], ["e"]])
    for _ in range(2):  # also where the rows are known
        text = scan(place("sizes"), "sizes-out", "--classifier", model, "--classes", classes, "--view", "none", "--scale", "unit", "--labels", labels)
        table = {r["file"]: r for r in rows("sizes-out")}
        wide = [f for f in files if "wide" in f]
        for f, r in table.items():
            want = "no pixels" if f == "broken.png" else "no label" if f == files[4] else ""
            if f in wide:
                want = "the classifier refused it: it is 9 x 8, the model looks at 8 x 8 and --view none does not resize"
                assert r["noisy"] != "" and not r["prediction"]
            assert r["verdict_reason"] == want and (r["verdict"] == "unjudged") == (want != ""), r
        assert f"could not be asked about {len(wide)} pictures (first '{wide[0]}')" in text, text


def test_classifier_beside_a_model_and_alone_share_rows():
    """Its rows are made once; its features cluster the pictures where there is no model."""
    model, w = small_model()
    classes = write("five.txt", ["a"], [["b"], ["c"], ["d"], ["e"]])
    ask = ["--classifier", model, "--classes", classes, "--view", "stretch-nearest-8", "--scale", "unit", "--labels", "none"]
    text = scan(pictures(), "beside", *ask, "--model", model, "--model-view", "short8-centre8-bilinear", "--model-scale", "unit")
    assert "4 numbers a picture" in text and "there are no labels" in text, text
    beside = {r["file"]: (r["prediction"], r["confidence"]) for r in rows("beside")}
    text = scan(pictures(), "beside", *ask)
    assert f"{len(beside)} unchanged" in text
    assert {r["file"]: (r["prediction"], r["confidence"]) for r in rows("beside")} == beside
    subprocess.run([PARDON, "export", place("beside"), "--npy", place("beside.npy")], check=True, stdout=subprocess.DEVNULL)
    with open(place("beside.csv"), newline="", encoding="utf-8") as f:
        files = [r["file"] for r in csv.DictReader(f)]
    whole = {r["file"] for r in rows("beside") if r["status"] == "ok"}
    for f, row in [(f, row) for f, row in zip(files, np.load(place("beside.npy"))) if f in whole][:10]:
        assert np.allclose(row, net(w, os.path.join(pictures(), f))[0], atol=1e-4)


def test_wrong_options_are_refused_and_nothing_is_written():
    model, _ = small_model()
    four = write("four.txt", ["a"], [["b"], ["c"], ["d"]])
    good = write("good.csv", ["file", "label"], [(f, "a") for f in names()])
    for more, words in ((["--classifier", model, "--view", "stretch-nearest-8", "--classes", four], "5 class scores"),
                        (["--classifier", model, "--predictions", good], "not by both"),
                        (["--restrict-classes", "--labels", good], "goes with --classifier"),
                        (["--classes", four], "add --labels"), (["--labels", place("none.csv")], "none.csv"),
                        (["--labels", good, "--model-view", "none"], "beside a --classifier"),
                        (["--labels", write("bad.csv", ["file", "thing"], [("a", "b")])], "line 1")):
        text = scan(pictures(), "refused", *more, code=2)
        assert words in text, text
    assert not os.path.exists(place("refused", "images.csv"))


tap.main()
