"""report.html taken apart: its documents against images.csv, noise.csv and the tables a scan was given, its policy against its own script, its
thumbnails against the pictures, and a selection of many made-up pictures against what the tool that made them says."""
import array
import base64
import csv
import hashlib
import html.parser
import io
import json
import math
import os
import random
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
TOOL = os.path.join(tap.BUILD, "tests/tools/tool_page")
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-page-")
HOSTILE = ["</script><script>alert(1)<!--.jpg", "a\u2028b\u2029c.jpg", "\"quoted\" & 'so'.jpg"]
TYPES = {"f32": "f", "i32": "i", "u8": "B", "u32": "I", "i8": "b"}
DONE = {}


def place(*parts):
    return os.path.join(FOLDER.name, *parts)


class Scripts(html.parser.HTMLParser):
    """What a browser finds: the text of every script by its id, and the policy."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.texts, self.inside, self.policy, self.tags = {}, None, None, []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        if tag == "script":
            self.inside = values.get("id", "")
            self.texts[self.inside] = ""
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        assert not any(name.startswith("on") or name in ("src", "href") for name in values), attributes

    def handle_endtag(self, tag):
        if tag == "script":
            self.inside = None

    def handle_data(self, data):
        if self.inside is not None:
            self.texts[self.inside] += data


def taken_apart(path):
    with open(path, encoding="utf-8", newline="") as f:
        page = Scripts()
        page.feed(f.read())
    return page, {k: json.loads(v) for k, v in page.texts.items() if k}


def numbers(column):
    if column["type"] == "category":
        kind, none = ("I", 0xFFFFFFFF) if column.get("wide") else ("H", 0xFFFF)
        codes = array.array(kind, base64.b64decode(column["data"], validate=True))
        if sys.byteorder == "big":
            codes.byteswap()
        return [None if c == none else column["names"][c] for c in codes]
    if column["type"] == "text":
        return column["values"]
    return np.frombuffer(base64.b64decode(column["data"], validate=True), "<" + TYPES[column["type"]]).tolist()


def write(name, rows):
    with open(place(name), "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows(rows)
    return place(name)


def scanned():
    """Pictures of the shared set, hostile names among them, one cut off, one no picture; labels, predictions and three more columns."""
    if DONE:
        return DONE
    source, folder = tap.shared("data", "noise-dev"), place("pictures")
    os.mkdir(folder)
    names = sorted(os.listdir(source))[:120]
    for i, name in enumerate(names):
        os.symlink(os.path.join(source, name), os.path.join(folder, HOSTILE[i].replace("/", "\u2215") if i < len(HOSTILE) else name))
    with open(os.path.join(source, names[0]), "rb") as f:
        whole = f.read()
    with open(os.path.join(folder, "cut.jpg"), "wb") as f:
        f.write(whole[:len(whole) // 2])
    with open(os.path.join(folder, "none.jpg"), "wb") as f:
        f.write(b"no picture at all")
    with open(os.path.join(folder.encode(), b"raw \xff.jpg"), "wb") as f:
        f.write(whole + b"\0")
    rng, rows = random.Random(5), [["file", "label", "prediction", "confidence", "split", "camera", "iso"]]
    for i, name in enumerate(sorted(os.listdir(folder))):
        if name.startswith("raw"):
            continue
        truth = rng.choice("abcd")
        rows.append([name, truth, truth if rng.random() < .6 else rng.choice("abcd"), "%.3f" % rng.uniform(.3, 1), rng.choice(["train", "test", ""]),
                     rng.choice(["one <b>", "two", ""]), rng.choice(["", str(100 + i)])])
    table = write("table.csv", rows)
    done = subprocess.run([PARDON, "scan", folder, "-o", place("out"), "--k", "4", "--labels", table], capture_output=True, text=True)
    assert done.returncode == 0, done
    if "this build has no page" in done.stdout:
        raise tap.Skip("this build has no page (-Dui=false)")
    page, documents = taken_apart(place("out", "report.html"))
    merged = {}
    for name in ("images.csv", "noise.csv"):
        with open(place("out", name), "rb") as f:
            for row in csv.DictReader(io.StringIO(f.read().decode("utf-8", "surrogateescape"), newline="")):
                merged.setdefault(row["file"], {}).update(row)
    DONE.update(page=page, documents=documents, rows=list(merged.values()), table={r[0]: dict(zip(rows[0], r)) for r in rows[1:]})
    return DONE


def test_policy_lets_run_this_script_alone():
    s = scanned()
    digest = base64.b64encode(hashlib.sha256(s["page"].texts[""].encode()).digest()).decode()
    policy = dict(p.strip().split(" ", 1) for p in s["page"].policy.split(";"))
    assert policy["default-src"] == "'none'" and policy["connect-src"] == "'none'"
    assert policy["script-src"] == f"'sha256-{digest}'", policy
    assert list(s["page"].texts) == ["about", "report", "pictures", "thumbnails", ""]
    assert s["documents"]["about"]["mode"] == "file" and s["documents"]["about"]["readonly"] is True
    assert not {"iframe", "object", "embed", "form", "base", "link", "img"} & set(s["page"].tags)


def test_report_is_report_json_without_thumbnails():
    def without(value):
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items() if k != "thumbnail"}
        return [without(v) for v in value] if isinstance(value, list) else value
    with open(place("out", "report.json"), encoding="utf-8") as f:
        whole = json.load(f)
    scanned()
    assert "thumbnail" in json.dumps(whole) and without(whole) == scanned()["documents"]["report"]


def same(said, want, digits=6):
    return math.isnan(said) if want in ("", None) else math.isclose(said, float(want), rel_tol=10 ** -digits, abs_tol=1e-6)


def test_columns_are_those_of_the_tables():
    s = scanned()
    p, rows = s["documents"]["pictures"], s["rows"]
    columns = {k: numbers(c) for k, c in p["columns"].items()}
    assert p["version"] == 1 and p["n"] == p["total"] == len(rows) == 123 and "ids" not in p and "selection" not in p
    assert all(len(c) == p["n"] for c in columns.values())
    assert [f for f in columns["file"]] == [r["file"].encode("utf-8", "surrogateescape").decode("utf-8", "replace") for r in rows]
    assert any("\ufffd" in f for f in columns["file"]) and HOSTILE[1] in columns["file"]
    for name in ("status", "format", "kind", "label", "prediction", "verdict"):
        assert columns[name] == [r[name] or None for r in rows], name
    assert columns["reason"] == [r["reason"] or None for r in rows]
    for name in ("width", "height", "cluster"):
        assert columns[name] == [int(r[name]) if r[name] else -1 for r in rows], name
    for name in ("bytes", "distance", "score", "noise", "severity", "unlike", "confidence"):
        assert all(same(c, r.get(name, "")) for c, r in zip(columns[name], rows, strict=True)), name
    for name in ("noisy", "correct"):
        assert columns[name] == [int(r[name]) if r[name] else 255 for r in rows], name
    assert columns["forced"] == [int(r["status"] == "damaged") for r in rows] and sum(columns["forced"]) == 1
    assert "decided" not in columns
    for r, likely, severity in zip(rows, columns["likely"], columns["likely_severity"], strict=True):
        kinds = {k: float(v) for k, v in r.items() if k in p["kinds"] and v not in ("", None)}
        if r["noisy"] == "1":
            assert likely == r["kind"] and same(severity, r["severity"]), r
        elif r["noisy"] == "0":
            best = max((k for k in kinds if k != "unknown"), key=kinds.get)
            assert likely == ("unknown" if kinds[best] < min(kinds["unknown"], 0) else best)
            assert math.isnan(severity) if likely == "unknown" else 1 <= severity <= 5
        else:
            assert likely is None
    assert set(p["kinds"]) >= {k for k in columns["likely"] if k} and p["families"]["fog"] == "weather"
    assert p["columns"]["label"]["names"] == p["columns"]["prediction"]["names"]


def test_metadata_is_that_of_the_table():
    s = scanned()
    p = s["documents"]["pictures"]
    table = [s["table"].get(r["file"], {}) for r in s["rows"]]
    assert numbers(p["columns"]["split"]) == [r.get("split") or None for r in table]
    assert sorted(p["metadata"]) == ["camera", "iso"] and p["metadata"]["iso"]["type"] == "f32"
    assert numbers(p["metadata"]["camera"]) == [r.get("camera") or None for r in table]
    assert all(same(c, r.get("iso", "")) for c, r in zip(numbers(p["metadata"]["iso"]), table, strict=True))


def test_owed_groups_and_suspects():
    s = scanned()
    columns = s["documents"]["pictures"]["columns"]
    with open(place("out", "owed.csv"), newline="", encoding="utf-8") as f:
        groups = {r["file"]: int(r["group"]) for r in csv.DictReader(f)}
    assert groups and numbers(columns["group"]) == [groups.get(r["file"], -1) for r in s["rows"]]
    with open(place("out", "suspected.csv"), newline="", encoding="utf-8") as f:
        suspects = {r["file"]: r["suggested"] for r in csv.DictReader(f)}
    suggested = numbers(columns["suggested"]) if "suggested" in columns else [None] * len(s["rows"])
    assert suggested == [suspects.get(r["file"]) for r in s["rows"]]


def test_places_are_the_first_components():
    s = scanned()
    p = s["documents"]["pictures"]
    width, scale = p["places"]["width"], p["places"]["scale"]
    assert width == 16 == len(scale)
    values = np.array(numbers(p["places"])).reshape(-1, width) * scale
    x, y = np.array(numbers(p["columns"]["x"])), np.array(numbers(p["columns"]["y"]))
    there = ~np.isnan(x)
    assert there.tolist() == [r["cluster"] != "" for r in s["rows"]]
    assert np.all(np.abs(values[there, 0] - x[there]) <= .5001 * scale[0]) and np.all(np.abs(values[there, 1] - y[there]) <= .5001 * scale[1])
    # principal components: uncorrelated, in descending order of variance, as reported
    both = np.cov(x[there], y[there])
    variance = s["documents"]["report"]["clustering"]["explained_variance"]
    assert np.allclose([both[0, 0], both[1, 1]], variance[:2], rtol=1e-4) and abs(both[0, 1]) < 1e-4 * both[0, 0]


def test_thumbnails_are_the_pictures():
    s = scanned()
    t = s["documents"]["thumbnails"]
    readable = [i for i, r in enumerate(s["rows"]) if r["status"] != "unreadable"]
    assert t["side"] == 112 and t["ids"] == readable and len(t["uris"]) == len(readable)
    for i, uri in list(zip(t["ids"], t["uris"], strict=True))[::7]:
        kind, data = uri.split(",")
        picture = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
        assert kind == "data:image/jpeg;base64" and max(picture.size) == 112
        with Image.open(os.path.join(place("pictures").encode(), s["rows"][i]["file"].encode("utf-8", "surrogateescape"))) as whole:
            want = whole.convert("RGB").resize(picture.size, Image.BOX)
        # JPEG blurs what is fine in colour, and these pictures are noisy
        coarse = [np.asarray(x.convert("RGB").resize((14, 14), Image.BOX), float) for x in (picture, want)]
        assert np.abs(coarse[0] - coarse[1]).mean() < 3 or s["rows"][i]["status"] == "damaged", s["rows"][i]["file"]
    noisy = {str(i) for i, r in enumerate(s["rows"]) if r["noisy"] == "1"}
    assert set(t["why"]) == noisy and all(1 <= len(w) <= 3 for w in t["why"].values())
    cut = next(str(i) for i, r in enumerate(s["rows"]) if r["status"] == "damaged")
    assert t["why"][cut][0].startswith("the file is damaged: ")


def test_same_bytes_whatever_the_threads():
    scanned()
    again = subprocess.run([PARDON, "scan", place("pictures"), "-o", place("again"), "--k", "4", "--labels", place("table.csv"), "--threads", "1"],
                           capture_output=True, text=True)
    assert again.returncode == 0, again
    with open(place("out", "report.html"), "rb") as a, open(place("again", "report.html"), "rb") as b:
        assert a.read() == b.read()


def test_places_without_components():
    """--pca 0 clusters the features as they are; the map is drawn all the same, in as many directions as without it."""
    scanned()
    done = subprocess.run([PARDON, "scan", place("pictures"), "-o", place("plain"), "--k", "4", "--pca", "0"], capture_output=True, text=True)
    assert done.returncode == 0, done
    plain, with_pca = (taken_apart(place(out, "report.html"))[1]["pictures"]["columns"] for out in ("plain", "out"))
    for axis in "xy":
        assert np.allclose(numbers(plain[axis]), numbers(with_pca[axis]), rtol=1e-3, atol=1e-4, equal_nan=True), axis
    subprocess.run([PARDON, "scan", place("pictures"), "-o", place("plain"), "--k", "4", "--pca", "1"], capture_output=True, check=True)
    pictures = taken_apart(place("plain", "report.html"))[1]["pictures"]
    assert pictures["places"]["width"] == 1 and {v for v in numbers(pictures["columns"]["y"]) if not math.isnan(v)} == {0}
    assert np.allclose(numbers(pictures["columns"]["x"]), numbers(with_pca["x"]), rtol=1e-3, atol=1e-4, equal_nan=True)


# --- many ------------------------------------------------------------------------------------

def made_up(n, most, *pictures):
    """The columns of `most` of `n` pictures, as tests/tools/tool_page.c says they are."""
    out = place("made-%d-%d-%d" % (n, most, len(pictures)))
    if not os.path.exists(out):
        subprocess.run([TOOL, out, str(n), str(most), *pictures], check=True, capture_output=True)
    with open(os.path.join(out, "pictures.json"), encoding="utf-8") as f:
        return json.load(f)


def test_selection_takes_mistakes_and_noisy_first():
    n = 3000
    mistakes = {i for i in range(n) if i % 5 == 0}
    noisy = {i for i in range(n) if i % 3 == 0} - mistakes
    rest = set(range(n)) - mistakes - noisy
    for most in (1, 500, 600, 601, 1000, 1400, 1401, 2000, 2999, 3000, 5000):
        p = made_up(n, most)
        count = min(most, n)
        assert (p["n"], p["total"]) == (count, n)
        if count == n:
            assert "ids" not in p and "selection" not in p
            continue
        ids = numbers(p["ids"])
        assert ids == sorted(set(ids)) and len(ids) == count
        assert p["columns"]["file"]["values"] == ["folder/%08d.jpg" % i for i in ids]
        assert numbers(p["columns"]["correct"]) == [int(i not in mistakes) for i in ids]
        left = count
        for name, rank in (("mistakes", mistakes), ("other noisy pictures", noisy), ("other pictures", rest)):
            taken, want = len(rank & set(ids)), min(left, len(rank))
            assert taken == want, (most, name, taken, want)
            left -= taken
            if want == len(rank):
                assert f"all {want:,} {name}" in p["selection"], p["selection"]
            elif want > 0:
                assert f"{want:,} of {len(rank):,} {name}, drawn at random" in p["selection"], p["selection"]
        assert p["selection"].startswith(f"This page holds {count:,} of {n:,} pictures: ")
    drawn = [i for i in numbers(made_up(n, 2000)["ids"]) if i in rest]
    assert abs(np.mean(drawn) - n / 2) < 4 * n / math.sqrt(12 * len(drawn)), "not drawn evenly"


def test_metadata_of_many_values_is_text_or_numbers():
    p = made_up(3000, 1000)
    ids = numbers(p["ids"])
    assert p["metadata"]["shot"]["type"] == "f32" and numbers(p["metadata"]["shot"]) == [float(i) for i in ids]
    assert numbers(p["metadata"]["camera"]) == ["a" if i % 7 else None for i in ids]
    assert numbers(p["columns"]["split"]) == ["train" if i % 2 else "test" for i in ids]
    assert numbers(p["columns"]["label"]) == ["class %d" % (i % 1000) for i in ids]


def test_thumbnails_of_many_are_chosen():
    """3000 of 4000: each reason has its share, and nothing that speaks for a picture is passed over for one drawn at random."""
    source = tap.shared("data", "noise-dev")
    n = 4000
    made_up(n, 0, *(os.path.join(source, f) for f in sorted(os.listdir(source))[:40]))
    path = place("made-%d-0-40" % n, "report.html")
    if not os.path.exists(path):
        raise tap.Skip("this build has no page (-Dui=false)")
    t = taken_apart(path)[1]["thumbnails"]
    chosen = set(t["ids"])
    assert len(t["ids"]) == 3000 == len(t["uris"]) and t["ids"] == sorted(chosen)
    noisy, owed = [i for i in range(n) if i % 3 == 0], [i for i in range(n) if i % 5 == 0 and i % 3]
    assert sum(i in chosen for i in noisy) >= 1000
    groups = [sum(i in chosen for i in owed if i % 7 == g) for g in range(7)]
    assert min(groups) >= 500 // 7 - 1, groups
    clusters = [sorted((i for i in range(n) if i % 8 == c)) for c in range(8)]
    assert all(set(c[:80]) <= chosen for c in clusters), "the typical ones of each cluster"


if __name__ == "__main__":
    tap.main()
