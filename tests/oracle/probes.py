"""scan --probes: on the article's own pictures and on photographs half of which are corrupted; the numbers against SciPy; and that probes
count in nothing."""
import csv
import json
import os
import re
import subprocess
import tempfile

import numpy as np
from scipy.stats import binom

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-probes-")
TABLES = ["images.csv", "noise.csv", "clusters.csv", "manifest.csv", "duplicates.csv", "summary.json", "report.json", *tap.PAGE]


def place(*parts):
    return os.path.join(FOLDER.name, *parts)


def scan(folder, out, *more, code=0):
    done = subprocess.run([PARDON, "scan", folder, "-o", place(out), *map(str, more)], capture_output=True, text=True)
    assert done.returncode == code, done
    return done.stdout + done.stderr


def table(out, name):
    with open(place(out, name), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def summary(out):
    with open(place(out, "summary.json"), encoding="utf-8") as f:
        return json.load(f)


def data(out, name):
    with open(place(out, name), "rb") as f:
        return f.read()


def pictures():
    """Drawn scenes, a quarter of them blurred, one broken off, one no picture."""
    folder = place("pictures")
    if not os.path.exists(folder):
        subprocess.run([PARDON, "demo", "-o", folder, "--count", "40"], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "empty.jpg"), "wb"):
            pass
    return folder


def adjusted(p):
    """Benjamini and Hochberg."""
    p = np.asarray(p, float)
    order = np.argsort(-p, kind="stable")
    out = np.empty_like(p)
    out[order] = np.minimum(1, np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1)))
    return out


def check_numbers(out, words):
    said, images, clusters = summary(out)["probes"], table(out, "images.csv"), table(out, "clusters.csv")
    rows = said["clusters"]
    assert len(rows) == len(clusters) == summary(out)["k"]
    p = adjusted([binom.sf(c["come"] - 1, c["come"] + c["left"], 0.5) if c["come"] > c["left"] else 1 for c in rows])
    assert sum(c["probes"] for c in rows) + said["alone"] == said["probes"] == sum(c["originals"] for c in rows), said
    sits = {}
    for number, (c, of) in enumerate(zip(rows, clusters)):
        members = [row["file"] for row in images if row["cluster"] == str(number)]
        assert len(members) == int(of["size"]) and abs(c["share"] - c["probes"] / (c["probes"] + len(members))) < 1e-6
        assert c["probes"] - c["come"] == c["originals"] - c["left"] >= 0, c
        assert np.isclose(c["p"], p[number], rtol=1e-6), (c, p[number])
        assert c["many"] == (c["p"] <= 0.05 and c["probes"] >= 2 * c["originals"]), c
        assert sum(map(int, re.findall(r" (\d+)(?:,|$)", c["kinds"]))) == c["come"] and (c["family"] != "") == (c["come"] > 0), c
        assert (of["probes"], of["originals"], of["probe_kinds"]) == (str(c["probes"]), str(c["originals"]), c["kinds"]), of
        if c["many"]:
            sits.update(dict.fromkeys(members, c))
    named = table(out, "probes.csv")
    assert [row["file"] for row in named] == sorted(sits, key=os.fsencode)
    for row in named:
        c = sits[row["file"]]
        assert (row["probe_family"], row["probe_kinds"], int(row["probes"])) == (c["family"], c["kinds"], c["probes"])
        assert abs(float(row["p"]) - c["p"]) <= 1e-6 * c["p"] and abs(float(row["probe_share"]) - c["share"]) < 1e-6
    assert said["pictures"] == len(named) and said["many_clusters"] == sum(c["many"] for c in rows)
    line = re.search(r"^probes: (\d+) corrupted cop\w+ of (\d+) pictures?; they come to (no|\d+) cluster", words, re.M)
    assert line and (int(line[1]), int(line[2]), line[3].replace("no", "0")) == (said["probes"], said["of_pictures"], str(said["many_clusters"])), words


def test_numbers():
    check_numbers("drawn", scan(pictures(), "drawn", "--k", 6, "--probes", 120))
    assert summary("drawn")["probes"]["probes"] == 120
    check_numbers("few", scan(pictures(), "few", "--probes", 7))


def test_they_count_in_nothing():
    scan(pictures(), "without", "--k", 4)
    scan(pictures(), "with", "--k", 4, "--probes", 100)
    for same in ("noise.csv", "manifest.csv", "duplicates.csv"):
        assert data("without", same) == data("with", same), same
    a, b = table("without", "images.csv"), table("with", "images.csv")
    assert [{**row, "cluster": "", "distance": ""} for row in a] == [{**row, "cluster": "", "distance": ""} for row in b]
    a, b = summary("without"), summary("with")
    for key in ("found", "ok", "damaged", "unreadable", "clustered", "noise", "duplicates", "splits"):
        assert a[key] == b[key], key
    assert a["probes"] is None and sum(b["sizes"]) == b["clustered"]
    distances = [float(row["distance"]) for row in table("with", "images.csv") if row["distance"]]
    assert len(distances) == b["clustered"] and np.isclose(b["inertia"], np.square(distances).sum(), rtol=1e-5), b
    with open(place("with", "report.json"), encoding="utf-8") as f:
        report = json.load(f)
    assert report["clustering"]["pictures"] == report["clustering"]["measured_on"] == b["clustered"]


def test_without_them_all_is_as_before():
    scan(pictures(), "without", "--k", 4)  # once more: summary.json tells what is new
    before = {f: data("without", f) for f in TABLES}
    assert all(row["probes"] == row["probe_share"] == row["probe_kinds"] == row["probe_p"] == "" for row in table("without", "clusters.csv"))
    scan(pictures(), "without", "--k", 4, "--probes", 60)
    assert os.path.exists(place("without", "probes.csv")) and data("without", "clusters.csv") != before["clusters.csv"]
    scan(pictures(), "without", "--k", 4)
    assert not os.path.exists(place("without", "probes.csv"))
    for f in TABLES:
        assert data("without", f) == before[f], f


def test_same_bytes():
    for out, more in (("one", ["--threads", 1]), ("three", ["--threads", 3]), ("other", ["--seed", 5])):
        scan(pictures(), out, "--k", 4, "--probes", 60, *more)
    for f in [*TABLES, "probes.csv"]:
        assert data("one", f) == data("three", f), f
    assert [c["kinds"] for c in summary("one")["probes"]["clusters"]] != [c["kinds"] for c in summary("other")["probes"]["clusters"]]


def test_refused():
    assert "at most 10000 probes" in scan(pictures(), "refused", "--probes", 10001, code=2)
    assert "--probes takes" in scan(pictures(), "refused", "--probes", 0, code=2)
    assert not os.path.exists(place("refused"))


def test_article():
    """16 sharp pictures, 17 blurred ones: it is to the blurred ones that probes come, and for blur."""
    folder = tap.shared("data", "seed")
    for out, more in (("seed-look", ["--probes", 200]),
                      ("seed-model", ["--probes", 100, "--model", tap.shared("models", "squeezenet1.1.onnx"), "--layer", "features", "--view", "stretch-nearest-227",
                                      "--scale", "caffe-104", "--pca", 10])):
        for seed in (0, 1, 22):
            check_numbers(out, scan(folder, out, "--k", 10, "--seed", seed, *more))
            named = table(out, "probes.csv")
            blurred = [row for row in named if row["file"].startswith("blur")]
            print(f"# {out}, seed {seed}: {len(named)} named, {len(blurred)} of them blurred")
            assert len(blurred) >= 13 and len(named) - len(blurred) <= 1, named
            assert all(row["probe_family"] == "blur" for row in blurred)


def test_photographs():
    """Half of them corrupted: of those named, most are; the truth is not known to the scan."""
    with open(tap.shared("data", "noise-dev.csv"), newline="", encoding="utf-8") as f:
        bad = {row["file"] for row in csv.DictReader(f) if row["corruption"] != "clean"}
    found = []
    for seed in range(5):  # which probes are drawn decides which clusters they fill
        check_numbers("dev", scan(tap.shared("data", "noise-dev"), "dev", "--k", 20, "--probes", 200, "--seed", seed))
        named = {row["file"] for row in table("dev", "probes.csv")}
        found.append((len(named & bad) / max(len(named), 1), len(named & bad) / len(bad)))
        print(f"# seed {seed}: {len(named)} named; precision {found[-1][0]:.2f}, recall {found[-1][1]:.2f}")
    precision, recall = (sum(f) / len(found) for f in zip(*found))
    assert precision >= 0.8 and recall >= 0.25


tap.main()
