"""The paired test (scan --stress): its table held against SciPy and against itself, single cells against `pardon corrupt` and a scan of the
copies, which corrupt and classify on their own way; and what must not depend on it."""
import csv
import json
import math
import os
import shutil
import signal
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image
from scipy import stats

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
DETECTOR = ["--detector", os.environ["PARDON_DETECTOR"]] if "PARDON_DETECTOR" in os.environ else []
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-stress-")
COUNT = 40
Z = stats.norm.ppf(0.975)


def place(*parts):
    return os.path.join(FOLDER.name, *parts)


def truth():
    with open(tap.shared("data", "photos.csv"), newline="", encoding="utf-8") as f:
        return {os.path.splitext(r["file"])[0] + ".png": r["label"] for r in csv.DictReader(f)}


def pictures():
    """Photographs at the model's size, exact."""
    folder = place("pictures")
    if not os.path.exists(folder):
        os.makedirs(folder)
        for file in sorted(os.listdir(tap.shared("data", "photos")))[: 7 * COUNT : 7]:
            with Image.open(tap.shared("data", "photos", file)) as im:
                im.convert("RGB").resize((128, 128), Image.BICUBIC).save(os.path.join(folder, os.path.splitext(file)[0] + ".png"))
    return folder


def write_labels(name, labels):
    with open(place(name), "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([["file", "label"], *labels.items()])
    return place(name)


def labels():
    return write_labels("labels.csv", {f: c for f, c in truth().items() if f in set(os.listdir(pictures()))})


def command(folder, out, *more):
    return [PARDON, "scan", folder, "-o", place(out), "--k", "1", "--pca", "0", *DETECTOR, "--classifier",
            tap.shared("models", "mobilenetv1_0.25_128.onnx"), "--view", "none", "--scale", "tf", *map(str, more)]


def scan(folder, out, *more, code=0):
    done = subprocess.run(command(folder, out, *more), capture_output=True, text=True)
    assert done.returncode == code, done
    return done.stdout + done.stderr


def rows(out, name="stress.csv"):
    with open(place(out, name), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def refuse(word):
    raise AssertionError(word)


def document(out, name):
    with open(place(out, name), encoding="utf-8") as f:
        return json.load(f, parse_constant=refuse)


def summary(out):
    return document(out, "summary.json")


def content(out, name):
    with open(place(out, name), "rb") as f:
        return f.read()


def close(a, b, slack=1e-6):
    assert abs(float(a) - b) < slack, (a, b)


def whole():
    """A scan that uses every fit picture."""
    if not os.path.exists(place("whole")):
        with open(place("whole.txt"), "w", encoding="utf-8") as f:
            f.write(scan(pictures(), "whole", "--labels", labels(), "--stress", 10 * COUNT))
    with open(place("whole.txt"), encoding="utf-8") as f:
        return f.read()


def wilson(k, n):
    middle, half = (k + Z * Z / 2) / (n + Z * Z), Z * math.sqrt(k * (n - k) / n + Z * Z / 4) / (n + Z * Z)
    return middle - half, middle + half


def test_the_table():
    """Every cell from its counts; the summary from the cells."""
    text, table, s = whole(), rows("whole"), summary("whole")["stress"]
    n, clean = s["n"], s["clean_error"]["value"]
    assert len(table) == 125 and len({(r["kind"], r["severity"]) for r in table}) == 125
    assert [r["severity"] for r in table] == list("12345") * 25
    for r in table:
        errors, broken, mended = int(r["errors"]), int(r["broken"]), int(r["mended"])
        assert int(r["n"]) == n and errors - round(clean * n) == broken - mended
        close(r["error"], errors / n)
        low, high = wilson(errors, n)
        close(r["low"], low)
        close(r["high"], high)
        close(r["clean_error"], clean)
        close(r["p"], stats.binomtest(broken, broken + mended).pvalue if broken + mended else 1)
    means = {}
    for r in table:
        means.setdefault((r["kind"], r["family"]), []).append(int(r["errors"]) / n)
    means = {k: np.mean(v) for k, v in means.items()}
    order = sorted(means, key=lambda k: (-round(means[k], 12), k[0]))
    assert [(k["kind"], k["family"]) for k in s["kinds"]] == order and s["worst_kind"] == order[0][0]
    for k in s["kinds"]:
        close(k["error"]["value"], means[k["kind"], k["family"]])
        close(k["relative"], means[k["kind"], k["family"]] - clean)
        assert k["error"]["low"] <= k["error"]["value"] <= k["error"]["high"]
    close(s["mce"]["value"], np.mean(list(means.values())))
    close(s["relative_mce"], s["mce"]["value"] - clean)
    assert s["normalised"] is False and s["against"] == "labels" and s["mce"]["low"] < s["mce"]["value"] < s["mce"]["high"]
    worst = ", ".join(f"{k} {100 * means[k, f]:.1f} %" for k, f in order[:3])
    assert worst in text and f"{100 * s['mce']['value']:.1f} % (" in text and "not divided by" in text, text


def test_report_has_it_in_full():
    """report.json holds what summary.json does, and every row of the table under its kind."""
    told, s = document("whole", "report.json")["judging"]["stress"], summary("whole")["stress"]
    cells = {(k["kind"], c["severity"]): c for k in told["kinds"] for c in k["severities"]}
    table = rows("whole")
    assert len(cells) == len(table) == 125
    for r in table:
        c = cells[r["kind"], int(r["severity"])]
        assert (c["errors"], c["broken"], c["mended"], c["error"]["n"]) == tuple(int(r[x]) for x in ("errors", "broken", "mended", "n"))
        for a, b in ((c["error"]["value"], "error"), (c["error"]["low"], "low"), (c["error"]["high"], "high"), (c["p"], "p")):
            close(r[b], a)
    for k in told["kinds"]:
        del k["severities"]
    assert told == s


def test_more_than_there_are():
    """All that can serve are taken, and their error as they are is that of the scan."""
    text, s = whole(), summary("whole")
    fit = s["accuracy"]["fit"]
    assert s["stress"]["n"] == s["stress"]["can_serve"] == fit["n"] < s["stress"]["asked"] == 10 * COUNT and s["stress"]["left_out"] == 0
    close(s["stress"]["clean_error"]["value"], 1 - fit["value"])
    assert f"{10 * COUNT} pictures were asked for, {fit['n']} can serve" in text, text


def test_cells_by_another_way():
    """Kinds that draw nothing at random: copies written by `pardon corrupt` and scanned like any pictures."""
    whole()
    given, fit = truth(), {r["file"] for r in rows("whole", "images.csv") if r["noisy"] == "0"}
    table = {(r["kind"], r["severity"]): r for r in rows("whole")}
    for kind, severity in (("gaussian-blur", 3), ("pixelate", 5), ("jpeg", 4), ("low-contrast", 2), ("box-blur", 1), ("bright", 5)):
        shutil.rmtree(place("copies"), ignore_errors=True)
        subprocess.run([PARDON, "corrupt", pictures(), "-o", place("copies"), "--kind", kind, "--severity", str(severity)], check=True,
                       stdout=subprocess.DEVNULL)
        os.remove(place("copies", "corruptions.csv"))
        scan(place("copies"), f"copies-{kind}", "--labels", "none")
        wrong = sum(r["prediction"] != given[os.path.basename(r["file"])] for r in rows(f"copies-{kind}", "images.csv")
                    if os.path.basename(r["file"]) in fit)
        assert wrong == int(table[kind, str(severity)]["errors"]), (kind, severity, wrong, table[kind, str(severity)])


def test_error_grows_with_severity():
    whole()
    by = [np.mean([float(r["error"]) for r in rows("whole") if r["severity"] == s]) for s in "12345"]
    assert all(a < b for a, b in zip(by, by[1:])) and by[0] > summary("whole")["stress"]["clean_error"]["value"], by
    assert all(b - a > 0.01 for a, b in zip(by, by[1:])), by


def test_same_seed_same_bytes():
    for out, more in (("one", ["--threads", 1]), ("two", ["--threads", 3]), ("other", ["--seed", 5])):
        scan(pictures(), out, "--labels", labels(), "--stress", 7, *more)
    assert content("one", "stress.csv") == content("two", "stress.csv") != content("other", "stress.csv")
    assert summary("one")["stress"] == summary("two")["stress"]


def test_classes_have_their_share():
    """Three of four pictures are called by their own prediction, one of four by a class no picture is called: of eight, two, whatever the seed."""
    scan(pictures(), "asked", "--labels", "none")
    fit = [r for r in rows("asked", "images.csv") if r["noisy"] == "0"]
    fit = fit[: len(fit) // 4 * 4]
    said = {r["prediction"] for r in fit}
    nobody = next(str(c) for c in range(1000) if str(c) not in said)
    file = write_labels("shares.csv", {r["file"]: nobody if i % 4 == 0 else r["prediction"] for i, r in enumerate(fit)})
    for seed in range(4):
        scan(pictures(), "shares", "--labels", file, "--stress", 8, "--seed", seed)
        s = summary("shares")["stress"]
        assert s["n"] == 8 and s["clean_error"]["value"] == 0.25 and s["can_serve"] == len(fit), s


def test_without_labels():
    text = scan(pictures(), "unlabelled", "--labels", "none", "--stress", 6)
    s = summary("unlabelled")["stress"]
    assert s["against"] == "clean copies" and s["clean_error"]["value"] == 0 and s["n"] == 6 and s["mce"]["value"] > 0.1
    assert "an error is an answer other than that on the picture as it is" in text, text
    assert all(r["mended"] == "0" and r["broken"] == r["errors"] for r in rows("unlabelled"))


def test_nothing_fit():
    text = scan(pictures(), "unfit", "--labels", labels(), "--stress", 6, "--false-alarms", "0.9999999")
    s = summary("unfit")["stress"]
    assert s["n"] == 0 and s["worst_kind"] is s["mce"]["value"] is s["relative_mce"] is None and s["kinds"] == rows("unfit") == []
    assert "no picture is fit to judge by and has a label" in text, text


def test_copies_enter_no_count():
    scan(pictures(), "plain", "--labels", labels())
    assert rows("plain") == [] and summary("plain")["stress"] is None
    before, was = {f: content("plain", f) for f in ("images.csv", "classes.csv", "noise.csv", "clusters.csv", "manifest.csv")}, summary("plain")
    scan(pictures(), "plain", "--labels", labels(), "--stress", 3)
    assert before == {f: content("plain", f) for f in before} and len(rows("plain")) == 125
    now = summary("plain")
    for s in (was, now):
        for key in ("added", "stress", "settings"):
            s.pop(key)
    assert was == now
    scan(pictures(), "plain", "--labels", labels())
    assert rows("plain") == [], "an old table stays beside a scan without --stress"


def test_stopped():
    """Ctrl-C in the midst of it: at once, and what the scan before wrote stays."""
    scan(pictures(), "stopped", "--labels", labels())
    before = content("stopped", "summary.json")
    at_work = subprocess.Popen(command(pictures(), "stopped", "--labels", labels(), "--stress", 10 * COUNT, "--batch", 1), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    if at_work.poll() is not None:
        raise tap.Skip("the scan is over before it can be stopped")
    at_work.send_signal(signal.SIGINT)
    begun = time.monotonic()
    out, err = at_work.communicate(timeout=60)
    assert at_work.returncode == -signal.SIGINT and time.monotonic() - begun < 20, (at_work.returncode, out, err)
    assert content("stopped", "summary.json") == before
    assert "unchanged" in scan(pictures(), "stopped", "--labels", labels())


def test_needs_the_classifier():
    done = subprocess.run([PARDON, "scan", pictures(), "-o", place("refused"), "--stress", "5"], capture_output=True, text=True)
    assert done.returncode == 2 and "--classifier" in done.stderr and not os.path.exists(place("refused")), done
    for value in ("0", "-1", "many"):
        assert subprocess.run(command(pictures(), "refused", "--stress", value), capture_output=True).returncode == 2


tap.main()
