"""What a scan says of noise, end to end: the tables agree with each other and with what is printed, verdicts hang on pixels alone,
options that concern them alone look at no picture again, pictures vouched for appear nowhere."""
import csv
import filecmp
import io
import json
import math
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile

import numpy as np
from PIL import Image

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-verdicts-")
TABLES = ["images.csv", "noise.csv", "clusters.csv", "manifest.csv", "summary.json", "report.json", *tap.PAGE]
FIXED = ["file", "score", "noise", "noisy", "kind", "severity", "unlike"]


def place(*parts):
    return os.path.join(FOLDER.name, *parts)


def scan(folder, out, *more, code=0):
    done = subprocess.run([PARDON, "scan", folder, "-o", place(out), "--k", "2", *map(str, more)], capture_output=True, text=True)
    assert done.returncode == code, done
    return done.stdout + done.stderr


def table(out, name):
    with open(place(out, name), newline="", encoding="utf-8") as f:
        return {row["file"]: row for row in csv.DictReader(f)}


def summary(out):
    with open(place(out, "summary.json"), encoding="utf-8") as f:
        return json.load(f)


def pixels(out):
    """The rows every picture has, whatever the model."""
    db = sqlite3.connect(f"file:{place(out, 'pardon.db')}?mode=ro", uri=True)
    number, d, n = db.execute("SELECT id, d, rows FROM feature_set WHERE key LIKE 'quality%'").fetchone()
    return np.fromfile(place(out, f"features-{number}.f32"), "<f4", offset=64)[:n * d].reshape(n, d).copy()


def pictures():
    """Drawn scenes; two grey, one small, three broken off."""
    folder = place("pictures")
    if os.path.exists(folder):
        return folder
    subprocess.run([PARDON, "demo", "-o", folder, "--count", "32"], check=True, stdout=subprocess.DEVNULL)
    for old in [os.path.join(top, f) for top, _, files in os.walk(folder) for f in files if f.endswith((".png", ".csv"))]:
        os.remove(old)
    some = sorted(os.path.join(top, f) for top, _, files in os.walk(folder) for f in files)
    Image.open(some[0]).convert("L").convert("RGB").save(os.path.join(folder, "grey as colour.png"))
    Image.open(some[0]).convert("L").save(os.path.join(folder, "grey.png"))
    Image.open(some[1]).resize((60, 40)).save(os.path.join(folder, "small.png"))
    Image.open(some[2]).save(os.path.join(folder, "whole.jpg"), quality=90)
    with open(os.path.join(folder, "whole.jpg"), "rb") as f:
        whole = f.read()
    for share in (0.3, 0.6, 0.9):
        with open(os.path.join(folder, f"cut at {share}.jpg"), "wb") as f:
            f.write(whole[:int(share * len(whole))])
    with open(os.path.join(folder, "empty.png"), "wb"):
        pass
    return folder


def test_tables_agree_with_what_is_printed():
    words = scan(pictures(), "one")
    images, noise, said = table("one", "images.csv"), table("one", "noise.csv"), summary("one")["noise"]
    kinds = list(next(iter(noise.values())))[len(FIXED):]
    assert list(next(iter(noise.values())))[:len(FIXED)] == FIXED and 2 <= len(kinds) <= 32, kinds
    assert set(noise) == {f for f, row in images.items() if row["status"] != "unreadable"} and "empty.png" not in noise
    counts = {}
    for file, row in noise.items():
        assert all(images[file][c] == row[c] for c in ("noise", "noisy", "kind", "severity")), file
        damaged = images[file]["status"] == "damaged"
        assert (row["noisy"] == "1") == (damaged or float(row["score"]) > said["threshold"]), row
        assert (row["kind"] != "") == (row["severity"] != "") == (row["noisy"] == "1"), row
        assert 0 <= float(row["noise"]) <= 1 and all(math.isfinite(float(row[k])) for k in kinds), row
        if row["noisy"] == "1":
            assert 1 <= float(row["severity"]) <= 5 and row["kind"] in {*kinds, "cut-off"}, row
            counts[row["kind"]] = counts.get(row["kind"], 0) + 1
    assert all(images["empty.png"][c] == "" for c in ("noise", "noisy", "kind", "severity", "grey", "aspect", "bits", "space"))
    order = sorted(counts.items(), key=lambda k: (-k[1], k[0]))
    assert [(k["kind"], k["pictures"]) for k in said["kinds"]] == order
    noisy = sum(counts.values())
    assert (said["judged"], said["noisy"], said["false_alarms"], said["calibrated_on"]) == (len(noise), noisy, 0.05, 0)
    assert abs(said["unlike"] - np.mean([float(row["unlike"]) > 1 for row in noise.values()])) < 1e-6
    share = said["prevalence"]
    assert 0 <= share["low"] <= share["share"] <= share["high"] <= 1, share
    broken = [f for f in noise if images[f]["status"] == "damaged"]
    whole = {f: float(row["noise"]) for f, row in noise.items() if f not in broken}
    flagged = np.array([p for f, p in whole.items() if noise[f]["noisy"] == "1"])
    for key, at in (("expected_wrong", "share"), ("expected_wrong_low", "high"), ("expected_wrong_high", "low")):
        prior = (share[at] * len(noise) - len(broken)) / len(whole)  # of the whole ones
        wrong = ((1 - prior) * (1 - flagged) / (prior * flagged + (1 - prior) * (1 - flagged))).sum() / (len(flagged) + len(broken))
        assert abs(said[key] - wrong) < 2e-3, (key, said[key], wrong)
    assert said["expected_wrong_low"] < said["expected_wrong"] < said["expected_wrong_high"]
    line = re.search(r"^noise: (\d+) of (\d+) pictures are too degraded to judge by \(([\d.]+) %\): (.*)$", words, re.M)
    assert line and (int(line[1]), int(line[2])) == (noisy, len(noise)), words
    assert abs(float(line[3]) - 100 * noisy / len(noise)) <= 0.051
    assert line[4] == ", ".join(f"{n} {kind}" for kind, n in order)
    line = re.search(r"^noise: an estimated ([\d.]+) % .*\(([\d.]+) to ([\d.]+) %\); .* expect ([\d.]+) % "
                     r"\(([\d.]+) to ([\d.]+) %\) to be fine$", words, re.M)
    wanted = [100 * v for v in (share["share"], share["low"], share["high"], said["expected_wrong"], said["expected_wrong_low"],
                                said["expected_wrong_high"])]
    assert np.allclose([float(line[i]) for i in range(1, 7)], wanted, atol=0.051), (words, wanted)
    assert words.count("are unlike") == (said["unlike"] > 1 / 3), words
    with open(place("one", "report.json"), encoding="utf-8") as f:
        more = json.load(f)["noise"]
        assert {key: more[key] for key in said} == said


def test_facts():
    for file, row in table("one", "images.csv").items():
        if row["status"] == "unreadable":
            continue
        picture = Image.open(os.path.join(pictures(), file))
        assert abs(float(row["aspect"]) - picture.width / picture.height) < 1e-5 and row["enlarged"] == "" and row["bits"] == "8"
        assert row["space"] == ("grey" if picture.mode == "L" else "rgb"), row
        if row["status"] == "ok":
            rgb = np.asarray(picture.convert("RGB"))
            assert row["grey"] == str(int((rgb == rgb[..., :1]).all())), row
    assert table("one", "images.csv")["grey as colour.png"]["grey"] == "1"


def test_cut_off():
    """Severity from the share of rows that are missing, as the corruption cut-off has it."""
    steps = [0.1, 0.2, 0.35, 0.5, 0.7]
    images, noise = table("one", "images.csv"), table("one", "noise.csv")
    cut = sorted(f for f, row in images.items() if f.startswith("cut at"))
    assert len(cut) == 3
    for file in cut:
        row = noise[file]
        assert images[file]["status"] == "damaged" and (row["noisy"], row["kind"], row["noise"]) == ("1", "cut-off", "1"), row
        at, height = map(int, re.search(r"near row (\d+) of (\d+)", images[file]["reason"]).groups())
        missing = 1 - at / height
        wanted = float(np.interp(missing, steps, [1, 2, 3, 4, 5]))
        assert abs(float(row["severity"]) - wanted) < 0.6, (row, missing, wanted)
    assert float(noise[cut[0]]["severity"]) > float(noise[cut[1]]["severity"]) > float(noise[cut[2]]["severity"])


def test_cut_off_by_a_little():
    """Severity 1 for hardly anything missing, never lower where more is, and 3 where no row is told, whatever way the camera was held."""
    folder = place("shares")
    os.makedirs(folder)
    picture = Image.open(sorted(os.path.join(top, f) for top, _, files in os.walk(pictures()) for f in files if "cut at" not in f)[0])
    picture = picture.convert("RGB").resize((320, 240))
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side: the missing rows are columns
    for name, more in (("plain", {}), ("turned", {"exif": exif}), ("passes", {"progressive": True})):
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=90, **more)
        data = data.getvalue()
        head = data.index(b"\xff\xda") + 20
        for i, share in enumerate(np.linspace(0.02, 0.995, 14)):
            with open(os.path.join(folder, f"{name} {i:02}.jpg"), "wb") as f:
                f.write(data[:head + int(share * (len(data) - head))])
        with open(os.path.join(folder, f"{name} 99.jpg"), "wb") as f:
            f.write(data[:-40])
    scan(folder, "shares-out")
    rows, images = table("shares-out", "noise.csv"), table("shares-out", "images.csv")
    for name in ("plain", "turned"):
        said = [float(rows[f]["severity"]) for f in sorted(rows) if f.startswith(name)]
        assert len(said) == 15 and said[-1] == said[-2] == 1 and said[0] > 4.5, (name, said)
        assert all(a >= b for a, b in zip(said, said[1:])) and len(set(said)) > 8, (name, said)
    passes = [f for f in sorted(rows) if f.startswith("passes")]
    assert all("fine detail" in images[f]["reason"] for f in passes) and len(passes) == 15
    assert {rows[f]["severity"] for f in passes[7:]} == {"3"}  # earlier ones break off in the first pass, and lose rows


def test_only_judged_again():
    """--false-alarms changes verdicts and nothing else; back again, the same bytes."""
    before = {f: open(place("one", f), "rb").read() for f in TABLES}
    rows = [f for f in os.listdir(place("one")) if f.startswith("features")]
    seen = {f: os.stat(place("one", f)).st_mtime_ns for f in rows}
    few = summary("one")["noise"]
    words = scan(pictures(), "one", "--false-alarms", 0.5)
    assert f"since the last scan: {len(table('one', 'images.csv'))} unchanged, 0 new" in words, words
    many = summary("one")["noise"]
    assert many["noisy"] >= few["noisy"] and many["threshold"] < few["threshold"] and many["false_alarms"] == 0.5
    assert {f: os.stat(place("one", f)).st_mtime_ns for f in rows} == seen
    assert before["clusters.csv"] == open(place("one", "clusters.csv"), "rb").read()
    scan(pictures(), "one")
    for f in TABLES[:4]:  # the others say how many pictures are new
        assert before[f] == open(place("one", f), "rb").read(), f
    for wrong in ("0", "1", "5", "5%", "-0.1", "nan", ""):
        assert "share above 0 and below 1" in scan(pictures(), "no", "--false-alarms", wrong, code=2)
    assert not os.path.exists(place("no"))


def test_one_more():
    """Only what is new is measured; a copy and a new name are not new."""
    before = pixels("one")
    shutil.copytree(pictures(), place("more"))
    scan(place("more"), "one-more")
    assert len(pixels("one-more")) == len(before)
    shutil.copy(place("more", "small.png"), place("more", "copy of small.png"))
    Image.open(place("more", "small.png")).rotate(90).save(place("more", "turned.png"))
    scan(place("more"), "one-more")
    after = pixels("one-more")
    assert len(after) == len(before) + 1 and after[:len(before)].tobytes() == before.tobytes()
    noise = table("one-more", "noise.csv")
    assert {k: v for k, v in noise["small.png"].items() if k != "file"} == {k: v for k, v in noise["copy of small.png"].items() if k != "file"}
    assert all(noise[f] == row for f, row in table("one", "noise.csv").items())


def test_the_model_changes_nothing():
    """Not even one that can take no picture, or few; what was measured serves the next scan."""
    model = tap.shared("models", "mobilenetv1_0.25_128.onnx")
    want = open(place("one", "noise.csv"), "rb").read()
    scan(pictures(), "model", "--model", model, "--scale", "tf", "--view", "short150-centre128-bilinear")
    assert open(place("model", "noise.csv"), "rb").read() == want
    for file, row in table("model", "images.csv").items():
        if row["width"]:
            assert row["enlarged"] == str(int(min(int(row["width"]), int(row["height"])) < 150)), row
    assert table("model", "images.csv")["small.png"]["enlarged"] == "1"
    scan(pictures(), "none", "--model", model, "--scale", "tf", "--view", "none", code=2)
    assert open(place("none", "noise.csv"), "rb").read() == want
    refused = table("none", "images.csv")["whole.jpg"]
    assert refused["status"] == "unreadable" and "the model looks at 128 x 128" in refused["reason"] and refused["width"], refused
    measured = pixels("none")
    scan(pictures(), "none")
    assert open(place("none", "noise.csv"), "rb").read() == want and pixels("none").tobytes() == measured.tobytes()
    assert table("none", "images.csv")["whole.jpg"]["status"] == "ok"


def clean():
    folder = place("clean")
    if not os.path.exists(folder):
        subprocess.run([PARDON, "demo", "-o", folder, "--count", "30", "--seed", "7"], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "truth.csv"), newline="") as f:
            for row in csv.DictReader(f):
                if row["corruption"] != "clean":
                    os.remove(os.path.join(folder, row["file"]))
        os.remove(os.path.join(folder, "truth.csv"))
    return folder


def test_calibrate():
    scan(pictures(), "one")
    before = {f: open(place("one", f), "rb").read() for f in TABLES}
    n = sum(len(files) for _, _, files in os.walk(clean()))
    words = scan(pictures(), "one", "--calibrate", clean())
    said = summary("one")
    assert said["noise"]["calibrated_on"] == n and f"judged against {n} pictures of '{clean()}'" in words, (words, said)
    assert said["settings"]["calibrate"] == clean() and said["found"] == len(table("one", "images.csv"))
    assert set(table("one", "images.csv")) == set(csv_files(before["images.csv"]))
    assert open(place("one", "clusters.csv"), "rb").read() == before["clusters.csv"]
    assert open(place("one", "manifest.csv"), "rb").read() == before["manifest.csv"]
    measured = os.stat(place("one", "calibration", "features-1.f32"))
    again = {f: open(place("one", f), "rb").read() for f in TABLES}
    scan(pictures(), "one", "--calibrate", clean())
    assert os.stat(place("one", "calibration", "features-1.f32")).st_mtime_ns == measured.st_mtime_ns
    for f in TABLES:
        assert open(place("one", f), "rb").read() == again[f], f
    # what was vouched for, judged by itself: as many false alarms as were asked for
    scan(clean(), "vouched", "--calibrate", clean(), "--false-alarms", 0.25)
    assert abs(np.mean([row["noisy"] == "1" for row in table("vouched", "noise.csv").values()]) - 0.25) < 0.13
    # explain says the same of a picture, and leaves nothing behind
    files = sorted(f for f, row in table("one", "noise.csv").items())
    done = subprocess.run([PARDON, "explain", "--json", "--calibrate", clean(), *(os.path.join(pictures(), f) for f in files)],
                          capture_output=True, text=True)
    for file, line in zip(files, done.stdout.splitlines(), strict=True):
        one, row = json.loads(line), table("one", "noise.csv")[file]
        assert abs(one["noise"] - float(row["noise"])) < 1e-4 and one["noisy"] == (row["noisy"] == "1"), (one, row)
        assert abs(one["threshold"] - said["noise"]["threshold"]) < 1e-4, one
    assert "calibration" not in os.listdir(clean())
    # and without it all is as it was
    scan(pictures(), "one")
    for f in TABLES:
        assert open(place("one", f), "rb").read() == before[f], f


def csv_files(data):
    return [row["file"] for row in csv.DictReader(data.decode().splitlines())]


def halves(of, n):
    """Two folders of n of the pictures each, by turns."""
    made = place("halves")
    shutil.rmtree(made, ignore_errors=True)
    files = sorted(os.path.join(top, f) for top, _, some in os.walk(of) for f in some)[:2 * n]
    for i, file in enumerate(files):
        os.makedirs(os.path.join(made, "ab"[i % 2]), exist_ok=True)
        os.symlink(file, os.path.join(made, "ab"[i % 2], f"{i}{os.path.splitext(file)[1]}"))
    return os.path.join(made, "a"), os.path.join(made, "b")


def test_pictures_unlike_those_vouched_for():
    drawn = place("drawn")
    subprocess.run([PARDON, "demo", "-o", drawn, "--count", "160", "--seed", "9"], check=True, capture_output=True)
    for of in (drawn, os.path.join(tap.SHARED, "data", "photos"), os.path.join(tap.SHARED, "data", "noise-dev")):
        if os.path.isdir(of):
            a, b = halves(of, 80)
            assert "unlike those of --calibrate" not in scan(b, "half", "--calibrate", a), of
    photos = os.path.join(tap.SHARED, "data", "photos")
    if os.path.isdir(photos):
        a, _ = halves(photos, 80)
        assert scan(a, "drawn-scan", "--calibrate", drawn).count("unlike those of --calibrate: ") == 1
        assert scan(drawn, "photo-scan", "--calibrate", a).count("unlike those of --calibrate: ") == 1


def test_calibrate_refuses():
    few = place("few")
    os.makedirs(few)
    for i in range(25):
        with open(os.path.join(few, f"{i}.jpg"), "wb") as f:
            f.write(b"not one")
    assert "holds 0 that can be read whole" in scan(pictures(), "refused", "--calibrate", few, code=2)
    assert not os.path.exists(place("refused", "images.csv"))
    for i in range(19):
        os.remove(os.path.join(few, f"{i}.jpg"))
    assert "at least 20 pictures you vouch for; '" in scan(pictures(), "refused-2", "--calibrate", few, code=2)
    assert "nowhere" in scan(pictures(), "refused-2", "--calibrate", place("nowhere"), code=2)
    assert "nowhere" in scan(pictures(), "refused-2", "--detector", place("nowhere"), code=2)
    assert not os.path.exists(place("refused-2"))


def test_two_runs():
    for out, threads in (("run-1", 1), ("run-3", 3)):
        scan(pictures(), out, "--threads", threads)
    for f in TABLES:
        assert filecmp.cmp(place("run-1", f), place("run-3", f), shallow=False), f


tap.main()
