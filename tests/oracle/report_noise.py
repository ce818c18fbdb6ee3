"""What the report says of noise: every number recomputed from images.csv and noise.csv, pictures compared with ones made another way."""
import base64
import csv
import io
import json
import math
import os
import statistics
import subprocess
import tempfile

import numpy as np
from PIL import Image

import tap
from report import NASTY, line, thumbnails, with_folder, write

PARDON = os.path.join(tap.BUILD, "pardon")
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-report-noise-")
RANDOM = ("noise", "glass", "snow", "frost", "fog", "elastic", "motion", "impulse")
DONE = {}


def place(*parts):
    return os.path.join(FOLDER.name, *parts)


def pictures():
    """Half of them corrupted, one grey, two broken off."""
    folder = place("pictures")
    os.mkdir(folder)
    source = tap.shared("data", "noise-dev")
    for name in sorted(os.listdir(source))[::2]:
        os.symlink(os.path.join(source, name), os.path.join(folder, name))
    first = Image.open(os.path.join(source, sorted(os.listdir(source))[0])).convert("RGB")
    first.convert("L").save(os.path.join(folder, "grey.png"))
    whole = io.BytesIO()
    first.save(whole, "JPEG", quality=90)
    for share in (0.4, 0.8):
        with open(os.path.join(folder, f"cut {share}.jpg"), "wb") as f:
            f.write(whole.getvalue()[:int(share * len(whole.getvalue()))])
    return folder


def scan(out, folder):
    done = subprocess.run([PARDON, "scan", folder, "-o", place(out), "--k", "5"], capture_output=True, text=True)
    assert done.returncode == 0, done


def scanned():
    """The document, the page, and the tables' rows with what they say as numbers; scanned once."""
    if DONE:
        return DONE
    folder = pictures()
    scan("results", folder)
    rows = {}
    for name in ("images.csv", "noise.csv"):
        with open(place("results", name), newline="", encoding="utf-8") as f:
            for row in csv.DictReader(f):
                rows.setdefault(row["file"], {}).update(row)
    rows = [r for r in rows.values() if r.get("score")]
    for r in rows:
        r["score"], r["noisy"], r["damaged"] = float(r["score"]), r["noisy"] == "1", r["status"] == "damaged"
    with open(place("results", "report.json"), encoding="utf-8") as f:
        document = json.load(f)
    DONE.update(document=document, noise=document["noise"], rows=rows, folder=folder)
    return DONE


def near(a, b):
    return math.isclose(a, b, rel_tol=2e-6, abs_tol=1e-6)


def kinds_of(rows):
    kinds = {}
    for r in rows:
        if r["noisy"]:
            kinds.setdefault(r["kind"], []).append(r)
    return sorted(kinds.items(), key=lambda k: (-len(k[1]), k[0].encode()))


def test_kinds_are_those_of_the_tables():
    s = scanned()
    want = kinds_of(s["rows"])
    assert len(want) > 8 and s["noise"]["judged"] == len(s["rows"]) and s["noise"]["noisy"] == sum(r["noisy"] for r in s["rows"])
    assert [k["kind"] for k in s["noise"]["by_kind"]] == [k for k, _ in want]
    for said, (kind, rows) in zip(s["noise"]["by_kind"], want):
        severities = [float(r["severity"]) for r in rows]
        assert said["count"] == len(rows) and near(said["share"], len(rows) / len(s["rows"])), said
        assert near(said["severity"], statistics.median_low(severities)), said
        counted = [0] * 5
        for severity in severities:
            counted[int(math.floor(severity + .5)) - 1] += 1
        assert said["severities"] == counted and (said["family"] is not None), said


def test_histogram_is_that_of_the_tables():
    s = scanned()
    h, threshold = s["noise"]["histogram"], s["noise"]["threshold"]
    edges = h["edges"]
    assert h["threshold"] == threshold and min(abs(e - threshold) for e in edges) < 1e-5 * max(1, abs(threshold))
    assert 4 <= len(h["counts"]) == len(h["noisy"]) == len(edges) - 1 <= 64
    assert sum(h["counts"]) == len(s["rows"]) and sum(h["noisy"]) == s["noise"]["noisy"]
    step = edges[1] - edges[0]
    assert all(math.isclose(b - a, step, rel_tol=1e-3) for a, b in zip(edges, edges[1:]))
    for i, (counts, noisy) in enumerate(zip(h["counts"], h["noisy"])):
        for said, rows in ((counts, s["rows"]), (noisy, [r for r in s["rows"] if r["noisy"]])):
            def below(edge):  # what lies on an edge may go either way once it was written with 7 digits
                slack = 1e-5 * max(1, abs(edge))
                return sum(r["score"] < edge - slack for r in rows), sum(r["score"] < edge + slack for r in rows)
            least = (len(rows) if i == len(edges) - 2 else below(edges[i + 1])[0]) - (0 if i == 0 else below(edges[i])[1])
            most = (len(rows) if i == len(edges) - 2 else below(edges[i + 1])[1]) - (0 if i == 0 else below(edges[i])[0])
            assert least <= said <= most, (i, said, least, most)
        if edges[i] > threshold - step / 2:
            assert counts == noisy


def worst_first(row):
    return not row["damaged"], -row["score"], row["file"].encode()


def test_worst_and_doubtful_are_those_of_the_tables():
    s = scanned()
    by_kind = [sorted(rows, key=worst_first) for _, rows in kinds_of(s["rows"])]
    want = []
    for turn in range(48):
        want += sorted((rows[turn] for rows in by_kind if turn < len(rows)), key=worst_first)
    assert [w["file"] for w in s["noise"]["worst"]] == [r["file"] for r in want][:48]
    assert {"cut 0.4.jpg", "cut 0.8.jpg"} <= {w["file"] for w in s["noise"]["worst"]}
    rows = {r["file"]: r for r in s["rows"]}
    threshold = s["noise"]["threshold"]
    whole = [r for r in s["rows"] if not r["damaged"]]
    for side, noisy in (("below", False), ("above", True)):
        near_ones = sorted((r for r in whole if r["noisy"] == noisy), key=lambda r: (abs(r["score"] - threshold), r["file"].encode()))
        assert [d["file"] for d in s["noise"]["doubtful"][side]] == [r["file"] for r in near_ones[:12]], side
    for shot in s["noise"]["worst"] + s["noise"]["doubtful"]["below"] + s["noise"]["doubtful"]["above"]:
        row = rows[shot["file"]]
        assert near(shot["score"], row["score"]) and math.isclose(shot["noise"], float(row["noise"]), rel_tol=1e-6)
        assert (shot["kind"] or "") == row["kind"]
        assert shot["severity"] is None if row["severity"] == "" else near(shot["severity"], float(row["severity"]))
    for shot in s["noise"]["worst"]:
        assert 1 <= len(shot["evidence"]) <= 3 and all(shot["evidence"]), shot["file"]
        assert rows[shot["file"]]["damaged"] == shot["evidence"][0].startswith("the file is damaged: ")


def test_clusters_tell_their_noise():
    s = scanned()
    for c in s["document"]["clusters"]:
        rows = [r for r in s["rows"] if r["cluster"] == str(c["id"])]
        noisy = [r for r in rows if r["noisy"]]
        assert len(rows) == c["size"] and c["noisy"] == len(noisy) and near(c["noisy_share"], len(noisy) / len(rows))
        kinds = kinds_of(rows)
        assert (c["kind"], c["of_kind"]) == ((kinds[0][0], len(kinds[0][1])) if kinds else (None, None))
        by_file = {r["file"]: r for r in rows}
        for m in c["members"]:
            assert m["noisy"] == by_file[m["file"]]["noisy"] and (m["kind"] or "") == by_file[m["file"]]["kind"]


def pixels(preview):
    kind, data = preview["uri"].split(",")
    assert kind == "data:image/jpeg;base64"
    picture = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    assert picture.format == "JPEG" and picture.size == (preview["width"], preview["height"])
    return np.asarray(picture.convert("RGB"), float)


def shrunk(picture):
    """The long side to 176, by the area a pixel covers; pictures of the set are no larger than what they are measured at."""
    width, height = picture.size
    scale = min(1, 176 / max(width, height))
    return np.asarray(picture.resize((round(width * scale), round(height * scale)), Image.BOX), float)


def corrupted(path, shot, number, seed):
    out = place("probe-%d-%d" % (number, seed))
    if subprocess.run([PARDON, "corrupt", "--kind", shot["kind"], "--severity", "%.4f" % shot["severity"], "--seed", str(seed), "-o", out, path],
                      capture_output=True).returncode != 0:
        raise AssertionError(shot["kind"])
    copy = next(os.path.join(top, f) for top, _, files in os.walk(out) for f in files if not f.endswith(".csv"))
    return shrunk(Image.open(copy).convert("RGB"))


def test_probes_are_what_they_say():
    """Against the command that corrupts, and Pillow's shrinking. What is random is compared by how much it changes."""
    s = scanned()
    noise, rows = s["noise"], s["rows"]
    fit = sorted((r for r in rows if not r["noisy"] and r["grey"] == "0" and float(r["unlike"]) <= 1), key=lambda r: (r["score"], r["file"].encode()))
    name = noise["probe_of"]["file"]
    assert name == fit[(len(fit) - 1) // 2]["file"]
    path = os.path.join(s["folder"], name)
    plain = shrunk(Image.open(path).convert("RGB"))
    assert np.abs(pixels(noise["probe_of"]["thumbnail"]) - plain).mean() < 5
    compared = 0
    for shot in noise["worst"]:
        if shot["kind"] == "unknown":
            assert shot["probe"] is None
            continue
        got = pixels(shot["probe"])
        if any(word in shot["kind"] for word in RANDOM):  # one frost changes a picture twice as much as another; a thumbnail has less of fine noise
            changes = [np.abs(corrupted(path, shot, compared, seed) - plain).mean() for seed in range(6)]
            change = np.abs(got - plain).mean()
            assert min(changes) / 2 < change < max(changes) * 2, (shot["kind"], change, changes)
        else:
            difference = np.abs(got - corrupted(path, shot, compared, 0)).mean()
            assert difference < 6, (shot["kind"], shot["severity"], difference)
        compared += 1
    assert compared > 20


def test_same_bytes_and_bounded():
    s = scanned()
    scan("again", s["folder"])
    for name in ("report.json", "report.html"):
        with open(place("results", name), "rb") as a, open(place("again", name), "rb") as b:
            first, second = a.read(), b.read()
        assert first == second and len(first) < 3_000_000, (name, len(first))


# --- copies, splits and probes -------------------------------------------------------------------

def copies():
    """Two splits with equal and nearly equal pictures across them and within, scanned beside probes; once."""
    if "copies" in DONE:
        return DONE["copies"]
    folder, source = place("copies"), tap.shared("data", "noise-dev")
    names = sorted(os.listdir(source))[:60]
    for part in ("train", "val", "else"):
        os.makedirs(os.path.join(folder, part))
    for i, name in enumerate(names):
        os.symlink(os.path.join(source, name), os.path.join(folder, "train" if i < 40 else "val" if i < 55 else "else", name))
    for i in range(5):
        os.symlink(os.path.join(source, names[i]), os.path.join(folder, "val", f"same {i} & <b>.png"))
    for i in range(5, 9):
        for quality in (95, 80, 60):
            Image.open(os.path.join(source, names[i])).convert("RGB").save(
                os.path.join(folder, "val" if i < 7 else "train", f"near {i} {quality}.jpg"), quality=quality)
    for i in range(9, 20):
        os.symlink(os.path.join(source, names[i]), os.path.join(folder, "train", f"again {i}.png"))
    for i in range(6):
        os.symlink(os.path.join(source, names[20]), os.path.join(folder, "train", f"many {i}.png"))
    done = subprocess.run([PARDON, "scan", folder, "-o", place("copied"), "--k", "6", "--probes", "80"], capture_output=True, text=True)
    assert done.returncode == 0, done
    with open(place("copied", "duplicates.csv"), newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    with open(place("copied", "report.json"), encoding="utf-8") as f:
        document = json.load(f)
    DONE["copies"] = rows, document
    return DONE["copies"]


def test_copies_are_those_of_the_table():
    rows, document = copies()
    groups = {}
    for row in rows:
        groups.setdefault(int(row["group"]), []).append(row)
    shown = document["duplicates"]["groups"]
    assert len(groups) > 12 == len(shown) == len({g["group"] for g in shown})
    for g in shown:
        want = groups[g["group"]]
        assert (g["kind"], g["across"], g["pictures"]) == (want[0]["kind"], want[0]["across"] == "yes", len(want))
        files = [f["file"] for f in g["files"]]
        assert 2 <= len(files) == min(4, len(want)) and files[0] == want[0]["file"] and files == sorted(files, key=str.encode)
        for f in g["files"]:
            row = next(r for r in want if r["file"] == f["file"])
            assert f["split"] == row["split"] and near(f["similarity"], float(row["similarity"]))
        assert not g["across"] or len({f["split"] for f in g["files"]} - {""}) > 1
    across = sum(g[0]["across"] == "yes" for g in groups.values())
    assert across == document["duplicates"]["groups_across"] >= 7
    assert [g["across"] for g in shown] == [True] * min(across, 12) + [False] * (12 - min(across, 12))


# --- made up ------------------------------------------------------------------------------------

def made(folder, *, judged=300, noisy=40, unlike=3, vouched=0, share=.12, wrong=.09, kinds=None, shots=14, why="one|two & <three>"):
    jpeg = thumbnails(folder)[0][1]
    out = [line("counts", judged, judged, 0, 0, 0, 0, 0)]
    out.append(line("noise", "shipped <1>", .05, 1.25, share, .1, .14, wrong, judged, noisy, unlike, vouched))
    for kind, family, count in kinds if kinds is not None else [("fog", "weather", 25), (NASTY[0], "", 15)]:
        out.append(line("kind", kind, family, count, 2.5, count, 0, 0, 0, 0))
    out.append(line("histogram", .25, .5) + line("bin", 9, 0) + line("bin", judged - noisy - 9, 0) + line("bin", noisy, noisy))
    out.append(line("probe", NASTY[1], jpeg))
    for i in range(shots):
        out.append(line("shot", "worst", NASTY[i % len(NASTY)], NASTY[0] if i == 2 else "fog", 5 - i * .1, "nan" if i == 1 else .99,
                        "nan" if i == 1 else 3.2, why if i != 3 else "", "" if i == 4 else jpeg, "" if i == 2 else jpeg))
    out.append(line("shot", "below", NASTY[3], "", 1.2, .4, "nan", "", jpeg, "") + line("shot", "above", "b.png", "fog", 1.3, .6, 1, "", jpeg, ""))
    return "".join(out)


def test_hostile_words_and_missing_numbers():
    def work(folder):
        document, summary = write(made(folder), folder)
        worst = document["noise"]["worst"]
        assert worst[1]["severity"] is None and worst[1]["noise"] is None and worst[2]["probe"] is None and worst[4]["thumbnail"] is None
        assert worst[3]["evidence"] == [] and worst[0]["evidence"] == ["one", "two & <three>"]
        assert "by_kind" not in summary["noise"] and summary["noise"]["noisy"] == 40
    with_folder(work)


if __name__ == "__main__":
    tap.main()
