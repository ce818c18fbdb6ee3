"""Joining tables to pictures, against a naive join written from the rules of src/join/match.h: random trees of names, tables written by
Python's csv and json, shuffled, cut, renamed and repeated; matrices written by NumPy; wrong files and what is said of them."""
import csv
import io
import json
import math
import os
import random
import subprocess
import tempfile

import numpy

import tap

TOOL = os.path.join(tap.BUILD, "tests", "tools", "tool_join")
OPTIONS = ("labels", "predictions", "prediction_files", "classes", "class_ids", "label_map")
HARD_WORDS = ["cat", "dog", 'the "big" one', "a, b", "semi;colon", "tab|pipe", "été", "two\nlines", "'", "x y"]


def unescape(text):
    return text.encode("latin1").decode("unicode_escape").encode("latin1").decode(errors="replace")


def join(folder, pictures, *flags, **tables):
    """What tool_join shows, as a dictionary; {'error': words} when it refuses. Tables are paths below `folder`."""
    with open(os.path.join(folder, "names"), "w", encoding="utf-8") as f:
        f.write("".join(p + "\n" for p in pictures))
    command = [TOOL, "names", *flags]
    for name in OPTIONS:
        if tables.get(name):
            command += ["--" + name.replace("_", "-"), tables[name]]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    assert done.returncode == 0, (done.returncode, done.stderr.decode(errors="replace")[-2000:])
    out = {"pictures": [], "probabilities": [], "sides": {}, "notes": []}
    side = None
    for line in done.stdout.decode("latin1").split("\n"):
        kind, *fields = line.split("\t")
        if kind == "error":
            return {"error": line.split("\t", 1)[1].encode("latin1").decode(errors="strict")}
        fields = [unescape(f) for f in fields]
        if kind == "picture":
            out["pictures"].append((fields[0], int(fields[1]), int(fields[2]), float(fields[3]), int(fields[4]), fields[5:]))
        elif kind == "probabilities":
            out["probabilities"].append([float(f) for f in fields])
        elif kind == "side":
            side = dict(zip(("rows", "matched", "exact", "by_folders", "by_base_name", "by_stem", "empty"), map(int, fields[1:])))
            out["sides"][fields[0]] = side
        elif kind in ("without_picture", "ambiguous", "repeated", "without_row"):
            side[kind] = int(fields[0])
            side[kind + "_first"] = [(fields[i], int(fields[i + 1])) for i in range(1, len(fields), 2)]
        elif kind == "words":
            side["words"] = fields[0]
        elif kind == "note":
            out["notes"].append(fields[0])
        elif kind:
            out[kind] = fields
    return out


def put(folder, name, content):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return name


def csv_text(rows, delimiter=",", end="\n", bom=False, quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + out.getvalue().encode()


# --- the naive join -----------------------------------------------------------------------------


def tidy(name):
    if "/" not in name:
        name = name.replace("\\", "/")
    absolute = name.startswith("/")
    parts = [p for p in name.split("/") if p not in ("", ".")]
    return ("/" if absolute else "") + "/".join(parts) + ("/" if parts and name.endswith("/") else "")


def depth(a, b):
    n = 0
    while n < min(len(a), len(b)) and a[-1 - n] == b[-1 - n]:
        n += 1
    return n


def ending(name):
    base = name.split("/")[-1]
    at = base.rfind(".")
    return base[at:] if at > 0 else None


def nearest(row, parts_of):
    """(picture or None, how, rank) of `row` among the pictures' components."""
    r = row.split("/")
    deepest = max((depth(r, p) for p in parts_of), default=0)
    if deepest == 0:
        return None, "none", ()
    near = [i for i, p in enumerate(parts_of) if depth(r, p) == deepest]
    if len(near) > 1:
        near = [i for i in near if len(parts_of[i]) == deepest]
    if len(near) != 1:
        return None, "ambiguous", ()
    whole = deepest in (len(r), len(parts_of[near[0]]))
    return near[0], "by_folders" if deepest > 1 else "by_base_name", (deepest, whole)


def naive(pictures, rows):
    """how[r] for every row and row_of[p] for every picture."""
    how, row_of, claims, seen = [None] * len(rows), [None] * len(pictures), [], {}
    parts = [p.split("/") for p in pictures]
    stems = [(p[: -len(ending(p))] if ending(p) else p).split("/") for p in pictures]
    endings = {ending(p) for p in pictures}
    for r, row in enumerate(rows):
        name = row if row in pictures else tidy(row)
        if name in seen:
            how[r] = "repeated"
            continue
        seen[name] = r
        if name in pictures:
            how[r] = "exact"
            row_of[pictures.index(name)] = r
            continue
        picture, way, rank = nearest(name, parts)
        rank = (2, *rank)
        if way == "none" and (ending(name) is None or ending(name) not in endings):
            picture, way, rank = nearest(name, stems)
            rank = (1, *rank)
            way = "by_stem" if picture is not None else way
        how[r] = way
        if picture is not None:
            claims.append((r, picture, way, rank))
    exact = {p for p, r in enumerate(row_of) if r is not None}
    for r, picture, way, rank in claims:
        rivals = [c for c in claims if c[1] == picture and c[0] != r]
        if picture in exact or any(c[3] > rank for c in rivals):
            how[r] = "without_picture"
        elif any(c[3] == rank for c in rivals):
            how[r] = "ambiguous"
        else:
            row_of[picture] = r
    return ["without_picture" if h == "none" else h for h in how], row_of


# --- random tables ------------------------------------------------------------------------------


def random_name(rng, words, ends):
    folders = [rng.choice(words) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    return "/".join([*folders, rng.choice(words) + rng.choice(ends)])


def row_name(rng, picture):
    kind = rng.randrange(9)
    if kind == 0:
        return "x/" + picture
    if kind == 1:
        return "/data/" + picture
    if kind == 2:
        return picture.split("/", 1)[-1]
    if kind == 3:
        return picture.rsplit("/", 1)[-1]
    if kind == 4:
        return picture.rsplit(".", 1)[0]
    if kind == 5:
        return "./" + picture.replace("/", "//")
    if kind == 6:
        return picture.replace("/", "\\")
    return picture


def random_case(rng):
    words = rng.choice([["a", "b", "c", "1", "2", "é"], ["a", "-a", ".a", "a-", "a", "é"]])[: rng.randrange(2, 7)]
    ends = rng.choice([[".jpg"], [".jpg", ".png"], [".jpg", ".png", "", ".tar.gz"]])
    pictures = sorted({random_name(rng, words, ends) for _ in range(rng.randrange(1, 25))})
    names = [row_name(rng, rng.choice(pictures)) for _ in range(rng.randrange(1, 30))]
    names += [random_name(rng, words, ends) for _ in range(rng.randrange(0, 6))]
    names = list(dict.fromkeys(names)) + [rng.choice(names) for _ in range(rng.randrange(0, 3))]
    truth = {}
    for name in names:
        truth.setdefault(tidy(name), (rng.choice(HARD_WORDS), rng.choice(HARD_WORDS), rng.choice(["", "0.25", "1", "nan", "0"]),
                                      rng.choice(["train", "val", ""])))
    return pictures, [(name, *truth[tidy(name)]) for name in names]


def check_case(got, pictures, rows):
    """`got` against the naive join of rows (name, truth, prediction, confidence, split)."""
    how, row_of = naive(pictures, [r[0] for r in rows])
    if all(r is None for r in row_of):
        assert "error" in got, got
        return
    assert "error" not in got, got
    used = [rows[r] for r in row_of if r is not None]
    classes = sorted({w for r in used for w in r[1:3]}, key=lambda w: w.encode())
    assert got["classes"] == classes, (got["classes"], classes)
    for i, (name, truth, prediction, confidence, _, columns) in enumerate(got["pictures"]):
        assert name == pictures[i]
        row = rows[row_of[i]] if row_of[i] is not None else None
        assert truth == (-1 if row is None else classes.index(row[1])), (name, row)
        assert prediction == (-1 if row is None else classes.index(row[2])), (name, row)
        wanted = math.nan if row is None or row[3] == "" else float(row[3])
        assert confidence == wanted or (math.isnan(confidence) and math.isnan(wanted)), (name, row)
        assert columns == ["" if row is None else row[4]], (name, row, columns)
    for side in got["sides"].values():
        for way in ("exact", "by_folders", "by_base_name", "by_stem", "without_picture", "ambiguous", "repeated"):
            assert side[way] == how.count(way), (way, side, list(zip(rows, how)), pictures)
        assert side["rows"] == len(rows) == side["matched"] + side["without_picture"] + side["ambiguous"] + side["repeated"]
        assert side["matched"] + side["without_row"] == len(pictures)


def test_random_tables_of_every_kind():
    rng = random.Random(4)
    with tempfile.TemporaryDirectory() as d:
        for _ in range(250):
            pictures, rows = random_case(rng)
            header = rng.choice([("file", "label", "prediction", "prob", "split"), ("Filename", "Target", "pred", "Score", "Split"),
                                 (" path ", "class", "predicted", "confidence", "split")])
            if rng.random() < 0.3:
                text = b"".join((json.dumps(dict(zip([h.strip() for h in header], r)), ensure_ascii=rng.random() < 0.5) + "\n").encode()
                                for r in rows)
                table = put(d, "t.jsonl", text)
            else:
                table = put(d, "t.csv", csv_text([header, *rows], rng.choice(",;\t|"), rng.choice(["\n", "\r\n"]), rng.random() < 0.3,
                                                 rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))
            check_case(join(d, pictures, labels=table), pictures, rows)


def test_shuffling_changes_nothing():
    rng = random.Random(5)
    with tempfile.TemporaryDirectory() as d:
        for _ in range(60):
            pictures, rows = random_case(rng)
            rows = list({tidy(r[0]): r for r in rows}.values())
            seen = []
            for _ in range(3):
                rng.shuffle(rows)
                labels = put(d, "l.csv", csv_text([("file", "label", "split"), *((r[0], r[1], r[4]) for r in rows)]))
                rng.shuffle(rows)
                predictions = put(d, "p.csv", csv_text([("file", "prediction", "prob"), *((r[0], r[2], r[3]) for r in rows)]))
                got = join(d, pictures, labels=labels, predictions=predictions)
                seen.append(repr(got.get("pictures")) + repr(got.get("classes")) + str("error" in got))
            assert seen[0] == seen[1] == seen[2]


# --- shapes of predictions ----------------------------------------------------------------------

CLASSES = ["tench", "crane", "great white shark", "hen", "crane", "ostrich"]
IDS = ["n01", "n02", "n03", "n04", "n05", "n06"]
FILES = [f"{c}/{i}.jpg" for i, c in enumerate("ababcc")]


def softmax(rng, n, c):
    e = numpy.exp(2 * rng.standard_normal((n, c)))
    return e / e.sum(1, keepdims=True)


def check_matrix(got, order, p, truth):
    """`order`: which row of p each picture has, or None."""
    for i, (_, t, prediction, confidence, top5, _) in enumerate(got["pictures"]):
        if order[i] is None:
            assert prediction == -1 and top5 == -1 and all(map(math.isnan, got["probabilities"][i]))
            continue
        row = p[order[i]].astype("f4")
        assert numpy.array_equal(numpy.array(got["probabilities"][i], "f4"), row)
        assert prediction == int(row.argmax()) and abs(confidence - row.max()) < 1e-7
        assert t == truth[i] and top5 == int(truth[i] in numpy.argsort(-row, kind="stable")[:5])


def test_matrices():
    rng = numpy.random.default_rng(6)
    with tempfile.TemporaryDirectory() as d:
        put(d, "classes.txt", "\n".join(f"class {i}" for i in range(7)))
        for trial in range(24):
            p = softmax(rng, 5, 7)
            if trial % 3 == 0:  # equals
                p = rng.integers(1, 4, (5, 7)).astype("f8")
                p /= p.sum(1, keepdims=True)
            order = rng.permutation(6)
            names = [FILES[i] for i in order[:5]]
            saved = numpy.asfortranarray(p) if trial % 2 else p
            numpy.save(os.path.join(d, "p.npy"), saved.astype("<f4" if trial % 4 < 2 else "<f8"))
            put(d, "p.csv", csv_text([("file",), *((n,) for n in names)]))
            put(d, "p.txt", "\r\n".join(names))
            truth = rng.integers(0, 7, 6)
            labels = put(d, "l.csv", csv_text([("file", "label"), *zip(FILES, truth)]))
            got = join(d, FILES, labels=labels, predictions="p.npy", prediction_files="p.txt" if trial % 3 else None,
                       classes="classes.txt" if trial % 5 else None)
            assert "error" not in got, got
            check_matrix(got, [names.index(f) if f in names else None for f in FILES], p, truth)
            wide = put(d, "w.csv", csv_text([("file", *(f"prob_{i}" for i in range(7))), *((n, *map(repr, map(float, r))) for n, r in zip(names, p))]))
            same = join(d, FILES, labels=labels, predictions=wide)
            assert numpy.allclose(same["probabilities"], got["probabilities"], rtol=0, atol=1e-7, equal_nan=True)
            wide = put(d, "w.csv", csv_text([("file", "pred", "prob", *(f"prob_{i}" for i in range(7))),
                                             *((n, 3, 0.5, *map(repr, map(float, r))) for n, r in zip(names, p))]))
            same = join(d, FILES, labels=labels, predictions=wide)  # all probabilities beat the one column
            assert [x[2:5] for x in same["pictures"] if x[2] >= 0] == [x[2:5] for x in got["pictures"] if x[2] >= 0] or trial % 4 >= 2
            assert same["columns"] == ["pred", "prob"]
            lines = put(d, "w.jsonl", "".join(json.dumps({"file": n, "probs": list(map(float, r))}) + "\n" for n, r in zip(names, p)))
            same = join(d, FILES, labels=labels, predictions=lines)
            assert numpy.allclose(same["probabilities"], got["probabilities"], rtol=0, atol=1e-7, equal_nan=True)


def test_matrix_of_named_folders_and_missing_rows():
    with tempfile.TemporaryDirectory() as d:
        p = numpy.array([[0.5, 0.25, 0.25], [math.nan] * 3, [0, 0, 1.0]], "f4")
        numpy.save(os.path.join(d, "p.npy"), p)
        put(d, "p.txt", "a/0.jpg\nb/1.jpg\nc/5.jpg\n")
        got = join(d, FILES, predictions="p.npy", prediction_files="p.txt")
        assert got["classes"] == ["a", "b", "c"] and any("alphabetical" in n for n in got["notes"])
        assert [x[2] for x in got["pictures"]] == [0, -1, -1, -1, -1, 2]
        assert got["sides"]["predictions"]["empty"] == 1


def test_timm():
    """Ranked columns as timm's inference.py writes them with --results-separate-col, and its single ones."""
    with tempfile.TemporaryDirectory() as d:
        put(d, "classes.txt", "\n".join(CLASSES) + "\n")
        put(d, "ids.txt", "\n".join(IDS) + "\n")
        labels = put(d, "l.csv", csv_text([("file", "label"), *zip(FILES, ["n01", "n02", "n03", "n04", "n05", "n06"])]))
        both = dict(labels=labels, classes="classes.txt", class_ids="ids.txt")
        ranks = [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [5, 4, 3, 1, 0], [3, 0, 1, 2, 4], [0, 1, 2, 3, 5], [5, 0, 1, 2, 3]]
        head = ["filename", *(f"index_{i}" for i in range(5)), *(f"label_{i}" for i in range(5)), *(f"prob_{i}" for i in range(5))]
        rows = [[os.path.basename(f), *r, *(CLASSES[c] for c in r), .5, .2, .1, .1, .05] for f, r in zip(FILES, ranks)]
        table = put(d, "p.csv", csv_text([head, *rows]))
        got = join(d, FILES, predictions=table, **both)  # 'crane' stands twice: the indices decide
        assert [x[2] for x in got["pictures"]] == [r[0] for r in ranks]
        assert [x[4] for x in got["pictures"]] == [1, 1, 0, 1, 0, 1]
        assert all(x[3] == 0.5 for x in got["pictures"]) and got["columns"] == []
        table = put(d, "p.csv", csv_text([["filename", *head[6:11], *head[11:]], *([r[0], *r[6:]] for r in rows)]))
        got = join(d, FILES, predictions=table, **both)
        assert "names several classes of 'classes.txt' (1, 4)" in got["error"], got
        single = [("filename", "label", "prob"), *((os.path.basename(f), w, 0.5) for f, w in
                                                 zip(FILES, ["tench, Tinca tinca", "hen", "hen", "hen", "ostrich, Struthio camelus", "hen"]))]
        got = join(d, FILES, predictions=put(d, "p.csv", csv_text(single)), **both)
        assert [x[2] for x in got["pictures"]] == [0, 3, 3, 3, 5, 3] and got["truth"][1:3] == ["ids", "names"]
        assert all(x[4] == -1 for x in got["pictures"])
        listed = [("filename", "index", "prob"), ("0.jpg", "[0 1 2 3 4]", "[0.5 0.2 0.1 0.1 0.05]")]
        got = join(d, FILES, predictions=put(d, "p.csv", csv_text(listed)), **both)
        assert "--results-separate-col" in got["error"], got


def test_readings():
    with tempfile.TemporaryDirectory() as d:
        put(d, "classes.txt", "\n".join(CLASSES[:4]) + "\n")
        put(d, "synsets.txt", "n00000001 tench, Tinca tinca\nn00000002 crane\nn00000003\tshark\n")
        put(d, "classes.csv", "id;name\nn01;tench\nn02;\"crane; bird\"\n")
        put(d, "map.csv", "from,to\nfish,tench\nbird,n00000002\n")

        def read(words, **options):
            table = put(d, "l.csv", csv_text([("file", "label"), *((f"{i}.jpg", w) for i, w in enumerate(words))]))
            got = join(d, [f"{i}.jpg" for i in range(len(words))], labels=table, **options)
            return got.get("error") or ([x[1] for x in got["pictures"]], got["truth"][1], got["classes"])

        assert read(["0", "3", "", "1.0"], classes="classes.txt")[:2] == ([0, 3, -1, 1], "indices")
        assert read(["hen", "tench", ""], classes="classes.txt")[:2] == ([3, 0, -1], "names")
        assert read(["n00000003", "n00000001"], classes="synsets.txt")[:2] == ([2, 0], "ids")
        assert read(["fish", "bird", "shark"], classes="synsets.txt", label_map="map.csv")[0] == [0, 1, 2]
        assert read(["crane", "tench"], classes="synsets.txt")[0] == [1, 0]
        put(d, "twins.txt", "crane, bird\ncrane, machine\nhen\n")
        assert read(["hen", "crane"], classes="twins.txt") == ("'l.csv' line 3: 'crane' names several classes of 'twins.txt' (0, 1); tell "
                                                               "them apart by index or id")
        assert read(["crane, bird", "hen"], classes="twins.txt")[0] == [0, 2]
        assert read(["n00000001"], classes="classes.txt").endswith("with --class-ids FILE")
        assert read(["n02", "n01"], classes="classes.csv")[0] == [1, 0]
        assert read(["crane; bird", "tench"], classes="classes.csv")[0] == [1, 0]
        assert read(["10", "9", "007", "7.0"]) == ([2, 1, 0, 0], "indices", ["7", "9", "10"])
        assert read(["b", "a", "10"]) == ([2, 1, 0], "names", ["10", "a", "b"])
        assert read(["4", "0"], classes="classes.txt").endswith(
            "there is no class '4'; the 4 classes of 'classes.txt' have the indices 0 to 3 (where yours begin at 1, map them with "
            "--label-map FILE)")
        assert read(["hen", "great_white_shark"], classes="classes.txt").endswith("the nearest is 'great white shark'")
        assert read(["hen", "0"], classes="classes.txt") == ("'l.csv' line 3: there is no class '0' among the 4 of 'classes.txt'; they begin "
                                                             "with 'tench'")


# --- folders ------------------------------------------------------------------------------------


def test_folders():
    with tempfile.TemporaryDirectory() as d:
        def truth(files, *flags, **tables):
            got = join(d, files, *flags, **tables)
            return got.get("error") or ([got["classes"][x[1]] if x[1] >= 0 else None for x in got["pictures"]], got["columns"],
                                        [x[5] for x in got["pictures"]])

        assert truth(["a/1.jpg", "b/1.jpg", "b/deep/2.jpg"])[0] == ["a", "b", "b"]
        assert truth(["x/y/a/1.jpg", "x/y/b/1.jpg"])[0] == ["a", "b"]
        assert truth(["train/a/1.jpg", "val/b/1.jpg"]) == (["a", "b"], ["split"], [["train"], ["val"]])
        assert truth(["set/train/a/1.jpg", "set/train/b/1.jpg"]) == (["a", "b"], ["split"], [["train"], ["train"]])
        assert truth(["train/1.jpg", "val/1.jpg"])[0] == ["train", "val"]  # nothing below: the folders are the classes
        assert truth(["a/1.jpg", "a/2.jpg"])[0] == [None, None]
        assert truth(["a/1.jpg", "a/2.jpg"], "--folders")[0] == ["a", "a"]
        assert truth(["a/1.jpg", "b/1.jpg"], "--no-folders")[0] == [None, None]
        assert truth(["a/1.jpg", "b/2.jpg", "c.jpg"])[0] == [None] * 3
        assert truth(["a/1.jpg", "b/2.jpg", "c.jpg"], "--folders")[0] == ["a", "b", None]
        put(d, "p.csv", "file,prediction\n1.jpg,cat\n2.jpg,dog\n")
        got = join(d, ["day1/1.jpg", "day2/2.jpg"], predictions="p.csv")
        assert got["truth"][0] == "none" and "have no class in common" in got["notes"][0]
        put(d, "p.csv", "file,prediction\n1.jpg,3\n2.jpg,4\n")
        got = join(d, ["day1/1.jpg", "day2/2.jpg"], predictions="p.csv")
        assert got["truth"][0] == "none" and "--classes FILE" in got["notes"][0]
        assert "--classes FILE" in join(d, ["day1/1.jpg", "day2/2.jpg"], "--folders", predictions="p.csv")["error"]


# --- wrong files --------------------------------------------------------------------------------

WRONG = [
    ("a.jpg,1\n", "'T' line 1: 'a.jpg' is a picture where the columns' names should stand; put a line such as 'file,label' or "
                  "'file,prediction' above it"),
    ("name,label\na.jpg,1\n", "'T' line 1: no column names the pictures; call it 'file', 'filename', 'path' or 'image' (the columns "
                              "are: name, label)"),
    ("file,size\na.jpg,1\n", "'T' line 1: no column holds the true class; call it 'label', 'class' or 'target'"),
    ("file,label\n", "'T' has a header and no rows"),
    ("", "'T' is empty; its first line must name the columns"),
    ("file,label\na.jpg\n", "'T' line 2: 1 field where the header has 2"),
    ("file,label\na.jpg,\"x\n", "'T' line 2, column 7: a quote that is opened here is never closed"),
    ("file,label\na.jpg,x\n./a.jpg,y\n", "'T' lines 2 and 3 contradict each other on './a.jpg': 'x' and 'y'"),
    ("file,label\nz.jpg,x\n", "'T' has no row that names a picture of the scan: it has 'z.jpg' (line 2), the scan has 'a.jpg'"),
    ("file,label,prediction,prob\na.jpg,x,x,87\n", "'T' line 2, column 'prob': '87' does not lie in 0 to 1; if these are per cent, divide "
                                                   "them by 100"),
    ("file,label,prediction,prob\na.jpg,x,x,-3\n", "'T' line 2, column 'prob': '-3' does not lie in 0 to 1; of logits, take the softmax "
                                                   "first"),
    ("file,label,prediction,prob\na.jpg,x,x,87%\n", "'T' line 2, column 'prob': '87%' is not a number; if these are per cent, divide them "
                                                    "by 100"),
    ("file,label,prediction,prob\na.jpg,x,x,inf\n", "'T' line 2, column 'prob': 'inf' does not lie in 0 to 1; of logits, take the softmax "
                                                    "first"),
    ("file,label,prob_0,prob_1\na.jpg,0,.5,.9\n", "'T' line 2 ('a.jpg'): the probabilities sum to 1.4, not to 1; one picture has one "
                                                  "class here"),
    ("file,label,prediction\na.jpg,cat,3\nb/b.jpg,dog,1\n", "labels such as 'cat' ('T' line 2) and predictions such as '3' ('T' line 2) do "
                                                           "not go together; name the classes in the order of their numbers with --classes "
                                                           "FILE"),
    ("file,label\na.jpg,x\n".encode("utf-16"), "'T' is UTF-16 text; save it as UTF-8"),
    (b"file,label\na.jpg,\0\n", "'T' line 2, column 7: a NUL byte, which no CSV text holds; save the file as UTF-8 text"),
]
WRONG_JSON = [
    ('[{"file": "a.jpg", "label": 1}]\n', "'T' line 1, column 1: a list; JSON lines hold one object a line, {\"file\": ...}"),
    ('{"file": "a.jpg", "label": 1}\n{"file": "b.jpg" "label": 1}\n', "'T' line 2, column 18: a ',' or '}' should stand here"),
    ('{\n"file": "a.jpg"}\n', "'T' line 1, column 2: a key in double quotes should stand here"),
    ('{"file": "a.jpg", "label": tru}\n', "'T' line 1, column 28: no JSON value begins so"),
    ('{"file": "é.jpg", "label": "x}\n', "'T' line 1, column 28: a string that is opened here is never closed"),
    ('{"file": "a.jpg", "label": 1} x\n', "'T' line 1, column 31: text after the object; JSON lines hold one object a line"),
    (b'{"file": "\xff"}\n', "'T' line 1, column 11: this is not UTF-8; save the file as UTF-8 text"),
    ("", "'T' holds no object"),
    ('{"file": "a.jpg", "label": "x"}\n{"file": "a.jpg", "label": "y"}\n', "'T' lines 1 and 2 contradict each other on 'a.jpg': 'x' and "
                                                                        "'y'"),
]


def test_wrong_files():
    with tempfile.TemporaryDirectory() as d:
        for kind, cases in (("t.csv", WRONG), ("t.jsonl", WRONG_JSON)):
            for content, words in cases:
                put(d, kind, content)
                got = join(d, ["a.jpg", "b/b.jpg"], labels=kind)
                assert got.get("error") == words.replace("'T'", f"'{kind}'"), (content, got)
        assert join(d, ["a"], labels="missing.csv")["error"] == "cannot open 'missing.csv': No such file or directory"
        assert join(d, ["a"], labels="missing.jsonl")["error"] == "cannot open 'missing.jsonl': No such file or directory"


def test_wrong_matrices():
    with tempfile.TemporaryDirectory() as d:
        put(d, "l.csv", "file,label\na.jpg,0\nb.jpg,1\n")
        put(d, "p.txt", "a.jpg\nb.jpg\n")

        def words(array, files="p.txt"):
            if not isinstance(array, bytes):
                buffer = io.BytesIO()
                numpy.save(buffer, array)
                array = buffer.getvalue()
            put(d, "p.npy", array)
            return join(d, ["a.jpg", "b.jpg"], labels="l.csv", predictions="p.npy", prediction_files=files).get("error")

        good = numpy.array([[0.5, 0.5], [0.25, 0.75]])
        assert words(good) is None
        assert words(good.astype(">f4")) == "'p.npy': numbers of type '>f4'; save them with numpy.save(FILE, p.astype('<f4'))"
        assert words(good.astype("f2")).startswith("'p.npy': numbers of type '<f2'")
        assert words(good[0]).startswith("'p.npy': not a matrix")
        assert words(good[:, :, None]).startswith("'p.npy': not a matrix")
        assert words(good[:1]) == "'p.txt': more than 1 names for the 1 rows of 'p.npy'"
        assert words(numpy.vstack([good, good])) == "'p.txt': 2 names for the 4 rows of 'p.npy'"
        assert words(good * 4).startswith("'p.txt' line 1 ('a.jpg'), class 0: 2 is no probability")
        assert "sum to 0.5, not to 1" in words(good / 2)
        assert "which row is which picture" in words(good, None)
        buffer = io.BytesIO()
        numpy.save(buffer, good)
        for n in range(0, len(buffer.getvalue())):
            assert words(buffer.getvalue()[:n]) is not None, n
        put(d, "c.txt", "x\ny\nz\n")
        put(d, "p.npy", buffer.getvalue())
        assert join(d, ["a.jpg", "b.jpg"], labels="l.csv", predictions="p.npy", prediction_files="p.txt", classes="c.txt")["error"] \
            == "'p.txt' has 2 columns of probabilities and 'c.txt' 3 classes"


def test_lists_name_the_first_and_count_all():
    with tempfile.TemporaryDirectory() as d:
        pictures = [f"p{i:03}.jpg" for i in range(100)]
        rows = [(f"q{i:03}.jpg", "x") for i in range(50)] + [(p, "x") for p in pictures[:30]] + [(pictures[0], "x")] * 25
        put(d, "l.csv", csv_text([("file", "label"), *rows]))
        side = join(d, pictures, labels="l.csv")["sides"]["labels"]
        assert side["without_picture"] == 50 and side["without_picture_first"] == [(f"q{i:03}.jpg", i + 2) for i in range(20)]
        assert side["without_row"] == 70 and side["without_row_first"] == [(p, 0) for p in pictures[30:50]]
        assert side["repeated"] == 25 and side["repeated_first"][0] == ("p000.jpg", 82)
        assert side["words"] == ("'l.csv': 30 of 100 pictures found their row; 70 pictures have no row (first 'p030.jpg'); 50 rows name no picture "
                                 "(first 'q000.jpg', line 2); 25 rows repeat earlier ones (first 'p000.jpg', line 82). Do the names differ? The "
                                 "table has 'q000.jpg' (line 2), the scan has 'p030.jpg'")


def random_json(rng, depth=0):
    kind = rng.randrange(9 if depth < 3 else 7)
    if kind < 3:
        return "".join(rng.choice(["a", "é", "\\", '"', "\n", "\U0001f600", " ", "/", "\x7f", "\u2028"]) for _ in range(rng.randrange(5)))
    if kind < 7:
        return rng.choice([0, -1, 1.5, 1e300, -2e-7, True, False, None, 12345678901234567890])
    items = [random_json(rng, depth + 1) for _ in range(rng.randrange(3))]
    return items if kind == 7 else {f"k{i}": v for i, v in enumerate(items)}


def test_json_against_python():
    """What Python's json takes is taken, with the same values; what it refuses is refused."""
    rng = random.Random(8)
    taken = 0
    with tempfile.TemporaryDirectory() as d:
        for _ in range(500):
            record = {"file": "a.jpg", "label": "x", "m": random_json(rng), "é\t": random_json(rng)}
            text = json.dumps(record, ensure_ascii=rng.random() < 0.5, separators=rng.choice([(",", ":"), (", ", ": "), (" ,\t", " :  ")]))
            if rng.random() < 0.5:
                at = rng.randrange(len(text))
                text = text[:at] + rng.choice(["", '"', "{", "]", ",", "0", "\\", "e", "-", ".", "\t"]) + text[at + rng.randrange(2):]
            put(d, "t.jsonl", text)
            got = join(d, ["a.jpg"], labels="t.jsonl")
            words = got.get("error", "")
            try:
                record = json.loads(text)
            except ValueError:
                assert words, (text, got)
                continue
            if not isinstance(record, dict) or record.get("file") != "a.jpg" or "label" not in record:
                continue
            if "half of a surrogate pair" in words or "a list inside a list" in words or isinstance(record["label"], (list, dict)):
                continue
            taken += 1
            assert not words, (text, words)
            values = dict(zip(got["columns"], got["pictures"][0][5]))
            for key, value in record.items():
                if key.strip() not in values or key != key.strip():
                    continue
                if value is None or isinstance(value, str):
                    assert values[key] == (value or ""), (text, values)
                else:
                    assert json.loads(values[key]) == value, (text, values)
    assert taken > 250, taken


def test_random_bytes_never_crash():
    rng = random.Random(7)
    seeds = [b"file,label,prediction,prob\na.jpg,x,y,0.5\nb.jpg,\"q\",y,\n", b"file,prob_0,prob_1,label\na.jpg,.5,.5,0\n",
             b'{"file": "a.jpg", "label": "\\u00e9", "probs": [0.5, 0.5], "more": {"x": [1, {}]}}\n{"file": "b.jpg"}\n',
             b"filename,index_0,label_0,prob_0\na,1,x,0.5\n"]
    buffer = io.BytesIO()
    numpy.save(buffer, numpy.array([[0.5, 0.5], [0.25, 0.75]]))
    seeds.append(buffer.getvalue())
    with tempfile.TemporaryDirectory() as d:
        put(d, "l.csv", "file,label\na.jpg,0\nb.jpg,1\n")
        put(d, "f.txt", "a.jpg\nb.jpg\n")
        for trial in range(600):
            text = bytearray(rng.choice(seeds))
            for _ in range(rng.randrange(0, 6)):
                at = rng.randrange(len(text))
                text[at:at + rng.randrange(3)] = rng.choice([bytes([rng.randrange(256)]), b'"', b",", b"[", b"{", b"\\u", b"\n", b"99999"])
                text = text or bytearray(b" ")
            name = put(d, rng.choice(["t.csv", "t.jsonl", "t.npy"]), bytes(text))
            if name == "t.npy":
                join(d, ["a.jpg", "b.jpg"], labels="l.csv", predictions=name, prediction_files="f.txt")
            else:
                join(d, ["a.jpg", "b.jpg"], **{rng.choice(["labels", "predictions", "classes", "label_map"]): name})


if __name__ == "__main__":
    tap.main()
