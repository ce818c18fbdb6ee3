"""pardon export of lists and links, on a real scan: lists add up with images.csv and the tables beside it, which Python's csv module reads;
links lead to the pictures, copies are equal, and probes are what the scan said it made."""
import collections
import csv
import io
import json
import os
import subprocess
import tempfile

import numpy as np
from PIL import Image

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-export-")
PROBES = 40


def place(*parts):
    return os.path.join(FOLDER.name, *parts)


def run(*arguments, code=0):
    done = subprocess.run([PARDON, *map(str, arguments)], capture_output=True)
    assert done.returncode == code, done
    return done.stdout


def scan():
    """noise-dev, one picture of it twice, one name that is not UTF-8 and one with a line break, judged by MobileNetV2."""
    if not os.path.exists(place("out")):
        source, folder = tap.shared("data", "noise-dev"), place("pictures")
        model = tap.shared("models", "mobilenetv2.onnx")
        labels = [("file", "label")]
        with open(tap.shared("data", "noise-dev.csv"), newline="", encoding="utf-8") as f:
            truth = {r["file"]: r["label"] for r in csv.DictReader(f)}
        for i, file in enumerate(sorted(os.listdir(source))):
            below = os.path.join(folder, "ab"[i % 2])
            os.makedirs(below, exist_ok=True)
            os.symlink(os.path.join(source, file), os.path.join(below, "same.jpg" if i < 2 else file))
            labels.append(("ab"[i % 2] + "/" + ("same.jpg" if i < 2 else file), truth[file]))
            if i == 7:
                os.symlink(os.path.join(source, file), os.fsencode(folder) + b"/b/\xe9\n.jpg")
        with open(place("labels.csv"), "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows(labels)
        run("scan", folder, "-o", place("out"), "--k", 3, "--probes", PROBES, "--labels", place("labels.csv"), "--classifier", model, "--view",
            "none", "--scale", "tf", "--classes", tap.shared("models", "imagenet_classes.txt"), "--class-ids",
            tap.shared("models", "imagenet_wnids.txt"))
    return place("out")


def table(name):
    with open(os.path.join(scan(), name), newline="", encoding="utf-8", errors="surrogateescape") as f:
        return list(csv.DictReader(f))


def listed(*arguments):
    return run("export", scan(), "--null", *arguments).split(b"\0")[:-1]


def paths(rows):
    where = {r["file"]: r["path"] for r in table("manifest.csv")}
    return [os.fsencode(where[r["file"]]) for r in rows]


def test_lists_are_what_the_tables_say():
    images = table("images.csv")
    assert len(images) == 301
    wanted = {"all": images, "clean": [r for r in images if r["noisy"] == "0"], "noisy": [r for r in images if r["noisy"] == "1"],
              "unreadable": [r for r in images if r["noisy"] == ""]}
    for verdict in ("right", "set-aside", "owed", "unjudged"):
        wanted[verdict] = [r for r in images if r["verdict"] == verdict]
    for name, file in (("suspected", "suspected.csv"), ("duplicates", "duplicates.csv")):
        files = {r["file"] for r in table(file)}
        wanted[name] = [r for r in images if r["file"] in files]
    for name, rows in wanted.items():
        assert listed("--list", name) == paths(rows), name
    assert min(len(wanted[n]) for n in ("clean", "noisy", "right", "set-aside", "owed", "unjudged", "duplicates")) > 0
    assert sum(len(wanted[n]) for n in ("clean", "noisy", "unreadable")) == len(images)
    assert sum(len(wanted[n]) for n in ("right", "set-aside", "owed", "unjudged")) == len(images)
    summary = json.load(open(os.path.join(scan(), "summary.json"), encoding="utf-8"))
    assert summary["verdicts"]["owed"] == len(wanted["owed"]) and summary["verdicts"]["set_aside"] == len(wanted["set-aside"])


def test_kinds_and_groups_add_up():
    images = table("images.csv")
    kinds = collections.Counter(r["kind"] for r in images if r["kind"])
    for kind, n in kinds.items():
        assert len(listed("--list", "noisy", "--kind", kind)) == len(listed("--kind", kind)) == n, kind
        assert not listed("--list", "clean", "--kind", kind)
    groups = collections.Counter(r["group"] for r in table("owed.csv"))
    by_file = {r["file"]: r["group"] for r in table("owed.csv")}
    for group, n in groups.items():
        got = listed("--list", "owed", "--group", group)
        assert len(got) == n and got == paths([r for r in images if by_file.get(r["file"]) == group]), group
    assert sum(groups.values()) == len(listed("--list", "owed"))


def test_tables_hold_every_column():
    images = table("images.csv")
    text = run("export", scan(), "--list", "owed", "--format", "csv").decode("utf-8", "surrogateescape")
    got = list(csv.DictReader(io.StringIO(text, newline="")))
    owed = [r for r in images if r["verdict"] == "owed"]
    assert [{k: g[k] for k in images[0]} for g in got] == owed
    assert [os.fsencode(g["path"]) for g in got] == paths(owed)
    groups, suspects = ({r["file"]: r for r in table(t)} for t in ("owed.csv", "suspected.csv"))
    for g in got:
        assert g["group"] == groups[g["file"]]["group"]
        assert (g["suggested"], g["suspicion"]) == ((suspects[g["file"]]["suggested"], suspects[g["file"]]["score"]) if g["file"] in suspects else ("", ""))
    lines = run("export", scan(), "--format", "jsonl").decode("utf-8").splitlines()
    assert len(lines) == len(images)
    copies = collections.defaultdict(dict)
    for r in table("duplicates.csv"):
        copies[r["file"]][r["kind"]] = int(r["group"])
    for line, r in zip(lines, images):
        o = json.loads(line)
        assert list(o)[: len(r)] == list(r)
        for key, value in r.items():
            if key == "file":
                assert o[key] == os.fsencode(value).decode("utf-8", "replace")
            elif value == "":
                assert o[key] is None
            else:
                assert (o[key] if isinstance(o[key], str) else float(o[key])) == (value if isinstance(o[key], str) else float(value)), (key, o)
        assert (o["exact_group"], o["near_group"]) == (copies[r["file"]].get("exact"), copies[r["file"]].get("near"))


def test_links_lead_to_the_pictures():
    images = table("images.csv")
    told = run("export", scan(), "--links", place("links"))
    assert not os.path.exists(place("links")) and b"--yes would make 301 files" in told
    run("export", scan(), "--links", place("links"), "--yes")
    found = collections.Counter()
    ends = []
    for verdict in os.listdir(place("links")):
        for top, _, files in os.walk(os.fsencode(place("links", verdict))):
            for f in files:
                ends.append(os.readlink(os.path.join(top, f)))
                found[verdict] += 1
    assert found == collections.Counter(r["verdict"] for r in images)
    assert sorted(ends) == sorted(paths(images)) and all(map(os.path.isfile, ends))
    same = sorted(os.path.relpath(os.path.join(top, f), place("links")) for top, _, files in os.walk(place("links")) for f in files if f == "same.jpg")
    a, b = (next(r["verdict"] for r in images if r["file"] == x + "/same.jpg") for x in "ab")
    assert same == sorted([f"{a}/a/same.jpg", f"{b}/b/same.jpg"] if a == b else [f"{a}/same.jpg", f"{b}/same.jpg"])
    before = {p: os.lstat(p).st_mtime_ns for p in map(lambda f: os.path.join(place("links"), f), os.listdir(place("links")))}
    assert b"0 files made" in run("export", scan(), "--links", place("links"), "--yes")
    assert before == {p: os.lstat(p).st_mtime_ns for p in before}


def test_copies_are_equal():
    run("export", scan(), "--links", place("copies"), "--list", "owed", "--by", "group", "--copy", "--yes")
    groups = {r["file"]: r["group"] for r in table("owed.csv")}
    for file, group in groups.items():
        to = place("copies", "group-" + group, os.path.basename(file))
        assert not os.path.islink(to)
        assert open(to, "rb").read() == open(place("pictures", file), "rb").read()
    assert sum(len(files) for _, _, files in os.walk(place("copies"))) == len(groups)


def test_probes_only_on_request():
    kept = [r["file"] for r in table("images.csv")] + [os.fsdecode(p) for p in listed("--list", "all")]
    assert not [f for f in kept if "probe" in os.path.basename(f)]
    for out in ("p", "q"):
        run("export", scan(), "--links", place(out), "--list", "suspected", "--with-probes", "--yes")
    with open(place("p", "probes", "probes.csv"), newline="", encoding="utf-8", errors="surrogateescape") as f:
        rows = list(csv.DictReader(f))
    clean = set(listed("--list", "clean"))
    assert len(rows) == PROBES == json.load(open(os.path.join(scan(), "summary.json"), encoding="utf-8"))["probes"]["probes"]
    assert {os.fsencode(r["of"]) for r in rows} <= clean
    changed = 0
    for r in rows:
        p, q = (open(place(out, "probes", r["file"]), "rb").read() for out in "pq")
        assert p == q and r["file"].startswith(r["kind"] + "/") and r["severity"] in "2345"
        with Image.open(place("p", "probes", r["file"])) as im, Image.open(os.fsencode(r["of"])) as of:
            assert im.format == "PNG" and im.size == of.size
            changed += np.abs(np.asarray(im.convert("RGB"), int) - np.asarray(of.convert("RGB"), int)).mean() > 0.5
    assert changed >= 0.9 * PROBES
    per_kind = collections.Counter(r["kind"] for r in rows)
    assert len(per_kind) == 25 and max(per_kind.values()) - min(per_kind.values()) <= 1


def test_a_picture_gone_since():
    os.unlink(place("pictures", "a", "same.jpg"))
    done = subprocess.run([PARDON, "export", scan(), "--list", "all", "-0"], capture_output=True)
    assert done.returncode == 0 and done.stdout.count(b"\0") == 301 and b"1 of these pictures is not there any more" in done.stderr
    run("export", scan(), "--links", place("late"), "--yes", code=2)
    assert sum(len(files) for _, _, files in os.walk(os.fsencode(place("late")))) == 300


tap.main()
