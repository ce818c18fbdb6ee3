"""The report's files read back by other programs: CSV against Python's csv, JSON against Python's json, thumbnails against the bytes
that were put in."""
import base64
import csv
import io
import json
import math
import os
import random
import shutil
import subprocess
import tempfile

import tap

TOOL_CSV = os.path.join(tap.BUILD, "tests/tools/tool_csv")
TOOL_REPORT = os.path.join(tap.BUILD, "tests/tools/tool_report")
NASTY = ["<script>alert(1)</script>.png", "a\"b'c&d.png", "line\nbreak\ttab.png", "\u202egnp.exe", "x" * 300 + ".png",
         "\u4e2d\u6587/\u0645\u0631\u062d\u0628\u0627.jpg", "--><!-- ]]>", "javascript:alert(1)", "a\u2028b\ufeff.png", "\x01\x7f\x85.png"]


def escape(raw):
    """As g_strescape writes: everything but printable ASCII in octal."""
    raw = raw if isinstance(raw, bytes) else raw.encode()
    return "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else "\\%03o" % b for b in raw)


def line(*words):
    return "\t".join(escape(str(w)) if not isinstance(w, bytes) else escape(w) for w in words) + "\n"


def thumbnails(folder):
    """(file, path of a JPEG, width, height) of the seed pictures, or of drawn ones."""
    from PIL import Image
    seed = os.path.join(tap.SHARED, "data/seed")
    made = []
    names = sorted(os.listdir(seed)) if os.path.isdir(seed) else ["drawn%02d.png" % i for i in range(33)]
    for i, name in enumerate(names):
        if os.path.isdir(seed):
            picture = Image.open(os.path.join(seed, name)).convert("RGB")
        else:
            picture = Image.new("RGB", (160, 100 + i), (i * 7, 255 - i * 7, 90))
        picture.thumbnail((96, 96))
        path = os.path.join(folder, name + ".thumb.jpg")
        picture.save(path, quality=82)
        made.append((name, path, *picture.size))
    return made


def realistic(folder, clusters=10, nasty=False):
    """The lines of a report as a scan of the seed pictures would give, made up where only a scan knows."""
    rng = random.Random(4)
    pictures = thumbnails(folder)
    n = len(pictures)
    out = [line("counts", n + 3, n, 1, 2, 5, 4, 1)]
    for setting in [("paths", "../shared/data/seed"), ("model", "squeezenet1.1.onnx"), ("layer", "features"), ("view", "stretch-nearest-227"),
                    ("scale", "caffe-104"), ("pca", "10"), ("k", str(clusters)), ("seed", "22")]:
        out.append(line("setting", *setting))
    out.append(line("clustering", n, 10, clusters, 8123.25, 0.3172, n, 21044.5))
    for k in range(2, 21):
        out.append(line("curve", k, 21044 * k ** -0.45, 0.33 - 0.0016 * (k - clusters) ** 2 + rng.uniform(-.012, .012)))
    for i in range(10):
        out.append(line("component", 5200 * 0.72 ** i))
    left, order = pictures[:], [p for p in pictures if p[0].startswith("blur")] + [p for p in pictures if not p[0].startswith("blur")]
    sizes = [10, 7] + [n - 17 - (clusters - 3) * 2] + [2] * (clusters - 3)
    for c, size in enumerate(sizes):
        out.append(line("cluster", c, size, "nan" if size == 1 else round(rng.uniform(.05, .6), 3), rng.uniform(8, 15), rng.uniform(16, 30)))
        for i in range(size):
            name, path, width, height = order.pop(0)
            missing = c == 2 and i == 1
            file = NASTY[(c + i) % len(NASTY)] if nasty else name
            out.append(line("member", file, 5 + i * 1.37, 0 if missing else width, 0 if missing else height, "" if missing else path))
    out.append(line("problem", "0199.png", "damaged", "the picture is cut off: 61204 of 88112 bytes are there"))
    out.append(line("problem", "notes/scan 12.png", "unreadable", "cannot decode 'notes/scan 12.png': not a picture format pardon knows"))
    out.append(line("problem", NASTY[0] if nasty else "private.png", "unreadable", "cannot open 'private.png': Permission denied"))
    return "".join(out)


def write(text, folder, **environment):
    done = subprocess.run([TOOL_REPORT, folder], input=text.encode(), capture_output=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr.decode()
    return json.load(open(os.path.join(folder, "report.json"))), json.load(open(os.path.join(folder, "summary.json")))


def with_folder(work):
    with tempfile.TemporaryDirectory() as folder:
        return work(folder)


# --- CSV ---------------------------------------------------------------------------------------

def read_with_tool(paths):
    """For each file (rows, error): rows as lists of bytes."""
    raw = subprocess.run([TOOL_CSV, *paths], capture_output=True, check=True).stdout
    at, files = 0, []
    while at < len(raw):
        end = raw.index(b"\n", at)
        word, *rest = raw[at:end].split(b" ", 2)
        at = end + 1
        if word == b"file":
            files.append(([], None))
        elif word == b"error":
            files[-1] = (files[-1][0], b" ".join(rest).decode())
        else:
            row = []
            for _ in range(int(rest[1])):
                colon = raw.index(b":", at)
                length = int(raw[at:colon])
                row.append(raw[colon + 1:colon + 1 + length])
                at = colon + 1 + length + 1
            files[-1][0].append(row)
    return files


def python_reads(text, columns):
    """(rows, whether it is refused), by the csv module; a blank line is no row, every row has the header's width."""
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if row and len(row) != columns:
                return rows, True
            if row:
                rows.append([x.encode() for x in row])
    except csv.Error:
        return rows, True
    return rows, False


def random_csv(rng, columns):
    """Mostly well formed: a few stray characters are what makes it interesting."""
    fields = ["a", "", "\u00e4", "b c", '"x"', '"x,y"', '"say ""no"""', '"1\n2"', '"\r"', '""', 'in"side']
    rows = [[rng.choice(fields) for _ in range(columns)] for _ in range(rng.randint(0, 5))]
    text = "".join(",".join(row) + rng.choice(["\n", "\r\n", "\r", "\n\n"]) for row in rows)
    if rng.random() < .2:
        text = text.rstrip("\r\n")
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(',"\n\ra ') + text[at:]
    return ",".join("c%d" % i for i in range(columns)) + rng.choice(["\n", "\r\n"]) + text


def test_csv_reader_agrees_with_python():
    rng = random.Random(1)
    texts, paths = [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(3000):
            columns = rng.randint(1, 4)
            texts.append((random_csv(rng, columns), columns))
            paths.append(os.path.join(folder, "%d.csv" % i))
            with open(paths[-1], "w", encoding="utf-8", newline="") as f:
                f.write(texts[-1][0])
        read = read_with_tool(paths)
    refused = 0
    for (text, columns), (rows, error) in zip(texts, read, strict=True):
        want, fault = python_reads(text, columns)
        assert rows == want, (text, rows, want)
        assert (error is not None) == fault, (text, error)
        refused += fault
    assert 600 < refused < 2400, refused


def test_csv_reader_tells_the_delimiter():
    rng = random.Random(2)
    tables, paths = [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(600):
            columns, delimiter = rng.randint(2, 5), rng.choice(",;\t|")
            rows = [["h%d" % i for i in range(columns)]]
            rows += [["".join(rng.choice('ab,;\t|"\n\r') for _ in range(rng.randint(0, 6))) for _ in range(columns)]
                     for _ in range(rng.randint(0, 6))]
            tables.append(rows)
            paths.append(os.path.join(folder, "%d.csv" % i))
            with open(paths[-1], "w", encoding=rng.choice(["utf-8", "utf-8-sig"]), newline="") as f:
                csv.writer(f, delimiter=delimiter, quoting=rng.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])).writerows(rows)
        for rows, (got, error) in zip(tables, read_with_tool(paths), strict=True):
            assert error is None and got == [[x.encode() for x in row] for row in rows], (rows, got, error)


def test_csv_append_is_read_back_by_python():
    rng = random.Random(3)
    for _ in range(60):
        columns = rng.randint(2, 5)
        rows = [["".join(rng.choice('ab,;"\n\r\t \u00e4') for _ in range(rng.randint(0, 8))) for _ in range(columns)] for _ in range(8)]
        rows = [row for row in rows if not any(x == "--row" for x in row)]
        arguments = [x for row in rows for x in [*row, "--row"]]
        raw = subprocess.run([TOOL_CSV, "--write", *arguments], capture_output=True, check=True).stdout.decode()
        assert list(csv.reader(io.StringIO(raw, newline=""), strict=True)) == rows
        quoted = io.StringIO(newline="")
        csv.writer(quoted).writerows(rows)
        assert raw == quoted.getvalue()


# --- JSON --------------------------------------------------------------------------------------

def test_json_says_what_was_put_in():
    def work(folder):
        document, summary = write(realistic(folder), folder)
        assert document["version"] == 1 and document["program_version"] == summary["program_version"]
        assert document["settings"][0] == {"name": "paths", "value": "../shared/data/seed"}
        assert document["counts"] == {"found": 36, "ok": 33, "damaged": 1, "unreadable": 2, "skipped": 5, "added": 4, "vanished": 1}
        c = document["clustering"]
        assert (c["pictures"], c["dimensions"], c["k"], c["inertia"], c["silhouette"]) == (33, 10, 10, 8123.25, 0.3172)
        assert [p["k"] for p in c["curve"]] == list(range(2, 21))
        assert all(math.isclose(p["inertia"], 21044 * p["k"] ** -0.45, rel_tol=1e-6) for p in c["curve"])
        assert all(math.isclose(v, 5200 * 0.72 ** i, rel_tol=1e-6) for i, v in enumerate(c["explained_variance"]))
        assert [g["size"] for g in document["clusters"]] == summary["sizes"] and sum(summary["sizes"]) == 33
        assert all(math.isclose(g["share"], g["size"] / 33, rel_tol=1e-6) for g in document["clusters"])
        assert len(document["problems"]) == 3
        assert (summary["found"], summary["k"], summary["settings"]["view"]) == (36, 10, "stretch-nearest-227")
        for group in document["clusters"]:
            for member in group["members"]:
                t = member["thumbnail"]
                if t is None:
                    continue
                kind, data = t["uri"].split(",")
                assert kind == "data:image/jpeg;base64"
                assert base64.b64decode(data, validate=True) == open(os.path.join(folder, member["file"] + ".thumb.jpg"), "rb").read()
        assert sum(m["thumbnail"] is None for g in document["clusters"] for m in g["members"]) == 1
    with_folder(work)


def test_json_of_values_json_does_not_know():
    def work(folder):
        text = line("counts", 1, 1, 0, 0, 0, 0, 0) + line("clustering", 1, 1, 1, "inf", "nan", 1, "-inf") + line("curve", 1, "nan", "inf")
        text += line("component", "nan") + line("cluster", 0, 1, "nan", "inf", "-inf") + line("member", b"\xff\xe4.png", "nan", 0, 0, "")
        text += line("setting", "paths", b"\xc3") + line("setting", "paths", "b")
        document, summary = write(text, folder)
        c, g = document["clustering"], document["clusters"][0]
        assert [c["inertia"], c["silhouette"], c["total_variance"], g["silhouette"], g["mean_distance"], g["largest_distance"]] == [None] * 6
        assert c["explained_variance"] == [None] and c["curve"] == [{"k": 1, "inertia": None, "silhouette": None}]
        assert g["members"][0] == {"file": "\ufffd\ufffd.png", "distance": None, "noisy": False, "kind": None, "thumbnail": None}
        assert summary["settings"] == {"paths": "\ufffd, b"} and summary["inertia"] is None
    with_folder(work)


def test_hostile_names():
    def work(folder):
        document, _ = write(realistic(folder, nasty=True), folder)
        assert {m["file"] for g in document["clusters"] for m in g["members"]} == set(NASTY)  # JSON escapes by itself and loses nothing
    with_folder(work)


def test_nothing_found():
    def work(folder):
        document, summary = write(line("counts", 0, 0, 0, 0, 0, 0, 0), folder)
        assert document["clusters"] == [] and summary["k"] == 0 and summary["silhouette"] is None
    with_folder(work)


# --- writing -----------------------------------------------------------------------------------

FILES = ("report.json", "summary.json")


def written(text, folder, **environment):
    write(text, folder, **environment)
    return [open(os.path.join(folder, f), "rb").read() for f in FILES]


def test_same_input_same_bytes():
    def work(folder):
        text = realistic(folder)
        assert written(text, folder) == written(text, folder)
        assert not [f for f in os.listdir(folder) if f.endswith(".part")]
    with_folder(work)


def test_numbers_have_a_point_where_the_locale_has_a_comma():
    """On a locale of our own making where the machine has none: all that matters of it is the comma."""
    def work(folder):
        locale = os.path.join(folder, "comma.UTF-8")
        made = shutil.which("localedef") and os.path.isdir("/usr/share/i18n/locales") and subprocess.run(
            ["localedef", "-c", "-i", "de_DE", "-f", "UTF-8", locale], capture_output=True)
        if not made or not os.path.isdir(locale):
            raise tap.Skip("the sources of locales (Debian's package locales) are not on this machine")
        text = realistic(folder)
        environment = {"LOCPATH": folder, "LC_ALL": "comma.UTF-8"}
        said = subprocess.run(["locale", "decimal_point"], capture_output=True, text=True, env={**os.environ, **environment}).stdout
        assert said == ",\n", said
        assert written(text, folder, LC_ALL="C") == written(text, folder, **environment)
    with_folder(work)


def test_a_folder_that_cannot_be_written():
    done = subprocess.run([TOOL_REPORT, "/nonexistent"], input=b"", capture_output=True)
    assert done.returncode == 1 and done.stderr.decode() == "cannot write '/nonexistent/report.json': No such file or directory\n"


def test_full_disk_leaves_the_old_report():
    def limited():
        import resource
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    def work(folder):
        text = realistic(folder)
        write(text, folder)
        before = open(os.path.join(folder, "report.json"), "rb").read()
        done = subprocess.run([TOOL_REPORT, folder], input=text.encode(), capture_output=True, preexec_fn=limited)
        assert done.returncode == 1 and done.stderr.decode().startswith(f"cannot write '{folder}/report.json': "), done.stderr
        assert open(os.path.join(folder, "report.json"), "rb").read() == before
        assert not [f for f in os.listdir(folder) if f.endswith(".part")]
    with_folder(work)


if __name__ == "__main__":
    tap.main()
