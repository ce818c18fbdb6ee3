"""Decisions from the outside: what the page is told, what a new scan makes of it, and what the command line prints, against each other."""
import base64
import csv
import json
import os
import shutil
import subprocess
import tempfile

import tap

folder = tempfile.mkdtemp(prefix="pardon-reviewing-")
pictures, results = os.path.join(folder, "pictures"), os.path.join(folder, "results")


def run(*arguments):
    return subprocess.run([os.path.join(tap.BUILD, "pardon"), *arguments], check=True, capture_output=True, text=True).stdout


class Review:
    """tool_review, a question at a time."""

    def __init__(self, *more):
        self.tool = subprocess.Popen([os.path.join(tap.BUILD, "tests/tools/tool_review"), results, *more], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = int(self.read())

    def read(self):
        answer = self.tool.stdout.readline().rstrip("\n")
        assert answer.startswith("ok "), answer
        return answer[3:]

    def say(self, question):
        self.tool.stdin.write(question + "\n")
        self.tool.stdin.flush()

    def ask(self, question):
        self.say(question)
        return json.loads(self.read())

    def decide(self, **what):
        return self.ask("decide " + json.dumps(what))

    def refused(self, question):
        self.say(question)
        answer = self.tool.stdout.readline().rstrip("\n")
        assert answer.startswith("no "), answer
        return answer.split(" ", 2)[2]

    def __enter__(self):
        return self

    def __exit__(self, fault, *_):
        self.tool.stdin.close()
        code = self.tool.wait()
        self.tool.stdout.close()
        assert fault is not None or code == 0, code


def scan(*more):
    return run("scan", pictures, "-o", results, "--labels", "folders", "--predictions", os.path.join(folder, "said.csv"), *more)


def images():
    with open(os.path.join(results, "images.csv"), newline="") as file:
        return list(csv.DictReader(file))


def place(name):
    return next(i for i, row in enumerate(images()) if row["file"].endswith(name))


def judging():
    with open(os.path.join(results, "report.json")) as file:
        return json.load(file)["judging"]


def bare(value):
    """Without thumbnails, which only the scan makes, and with numbers as report.json rounds them."""
    if isinstance(value, dict):
        return {k: bare(v) for k, v in value.items() if k != "thumbnail"}
    if isinstance(value, list):
        return [bare(v) for v in value]
    return float("%.7g" % value) if isinstance(value, float) else value


LEFT = ("words", "owed_groups", "slices", "suspected_labels")  # what needs features is the former scan's


def same(one, other, leave_out=()):
    one, other = ({k: v for k, v in bare(x).items() if k not in leave_out} for x in (one, other))
    assert one.keys() == other.keys()
    for key in one:
        assert one[key] == other[key], (key, str(one[key])[:300], str(other[key])[:300])


def headline(printed):
    lines = [line[12:] for line in printed.splitlines() if line.startswith("classifier: ")]
    return next(line for line in lines if "% right overall" in line)


def test_scan():
    run("demo", "-o", pictures, "--count", "160", "--seed", "3")
    os.remove(os.path.join(pictures, "truth.csv"))
    for name in ("twice-a.jpg", "twice-b.jpg"):  # one content under two names, in two classes
        where = sorted(os.listdir(pictures))[0 if "a" in name else 1]
        source = sorted(os.listdir(os.path.join(pictures, sorted(os.listdir(pictures))[0])))[0]
        shutil.copy(os.path.join(pictures, sorted(os.listdir(pictures))[0], source), os.path.join(pictures, where, name))
    broken = os.path.join(pictures, where, "broken.jpg")
    shutil.copy(os.path.join(pictures, where, sorted(os.listdir(os.path.join(pictures, where)))[1]), broken)
    os.truncate(broken, os.path.getsize(broken) * 2 // 3)
    names = sorted(d for d in os.listdir(pictures) if os.path.isdir(os.path.join(pictures, d)))
    with open(os.path.join(folder, "said.csv"), "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["file", "prediction", "confidence", "split", "camera"])
        for k, name in enumerate(sorted(os.path.join(d, f) for d in names for f in os.listdir(os.path.join(pictures, d)))):
            own = names.index(name.split("/")[0])
            out.writerow([name, names[(own + (k % 4 == 0)) % len(names)], 0.5 + k % 7 / 16, ("train", "val", "")[k % 3], f"c{k % 5}"])
    scan()
    rows = images()
    assert len(rows) == 163 and {row["decided"] for row in rows} == {""}
    assert any(row["noisy"] == "1" for row in rows) and any(row["verdict"] == "set-aside" for row in rows)


def test_restored_is_scanned():
    with Review() as r:
        assert r.count == 163
        told = r.ask("judging")
        same(told, judging())
        same(r.ask("report")["judging"], judging())
        assert r.ask("report")["noise"]["noisy"] == sum(row["noisy"] == "1" for row in images())


def test_thresholds_are_the_command_line():
    with Review() as r:
        entries = r.ask("judging")["thresholds"]
    values = [e["threshold"] for e in entries]
    assert 3 < len(values) <= 161 and values == sorted(set(values))
    own = json.load(open(os.path.join(results, "report.json")))["noise"]["threshold"]
    assert any(abs(v - own) < 1e-5 for v in values)
    with open(os.path.join(results, "noise.csv"), newline="") as file:
        scores = {row["file"]: float(row["score"]) for row in csv.DictReader(file)}
    damaged = {row["file"] for row in images() if row["status"] == "damaged"}
    kept, before = results, judging()
    for e in (entries[len(entries) // 5], entries[len(entries) // 2], entries[-10]):
        printed = scan(f"--threshold={e['threshold']!r}")
        assert headline(printed) == e["headline"]
        found = judging()
        noisy = {f for f, s in scores.items() if f in damaged or s > e["threshold"]}
        assert {row["file"] for row in images() if row["noisy"] == "1"} == noisy and e["noisy"] == len(noisy)
        for key in ("right", "right_noisy", "set_aside", "owed"):
            assert found["verdicts"][key] == e[key], key
        assert bare(found["accuracy"]["fit"]) == bare(e["fit"])
        assert found["guard"]["overall"] == e["guard"]
        assert [bare(found["excess_errors"][k]) for k in ("value", "low", "high")] == [bare(e["excess"][k]) for k in ("value", "low", "high")]
        report = json.load(open(os.path.join(results, "report.json")))["noise"]
        assert abs(report["false_alarms"] - e["false_alarms"]) < 1e-6
    scan()
    same(judging(), before)
    assert kept == results


def test_thresholds_refused():
    for more in (["--threshold", "1", "--false-alarms", "0.1"], ["--threshold", "much"], ["--threshold", "nan"]):
        try:
            scan(*more)
        except subprocess.CalledProcessError as fault:
            assert fault.returncode == 2
        else:
            raise AssertionError(more)


def decide_some(r):
    """The ids: one dismissed, two called noisy (one by kind), one label."""
    rows = images()
    noisy = [i for i, row in enumerate(rows) if row["noisy"] == "1" and row["status"] == "ok"]
    fit = [i for i, row in enumerate(rows) if i > 0 and row["noisy"] == "0" and "twice" not in row["file"]]  # 0 has copies
    classes = sorted({row["label"] for row in rows})
    label = next(c for c in classes if c != rows[fit[5]]["label"])
    r.decide(ids=noisy[:2], noisy=False)
    r.decide(ids=fit[:1], noisy=True)
    r.decide(ids=[fit[1]], kind="jpeg")
    r.decide(ids=[fit[5]], label=label)
    return noisy[:2], fit[0], fit[1], fit[5], label


def check_some(ids):
    dismissed, noisy, kind, labelled, label = ids
    rows = images()
    for i in dismissed:
        assert (rows[i]["noisy"], rows[i]["kind"], rows[i]["severity"], rows[i]["decided"]) == ("0", "", "", "noisy")
    assert rows[noisy]["noisy"] == "1" and rows[noisy]["kind"] != "" and rows[noisy]["decided"] == "noisy"
    assert (rows[kind]["noisy"], rows[kind]["kind"]) == ("1", "jpeg")
    assert rows[labelled]["label"] == label and rows[labelled]["decided"] == "label"
    assert rows[labelled]["correct"] == str(int(rows[labelled]["prediction"] == label))


def test_decisions_survive_and_rescan_agrees():
    before = images()
    with Review() as r:
        ids = decide_some(r)
        told = r.ask("judging")
        columns = r.ask("pictures")["columns"]
        report = r.ask("report")
        log = r.ask("decisions")["decisions"]
        assert len(log) == 6 and not any(d["undone"] for d in log)
    with Review() as r:  # another start
        same(r.ask("judging"), told)
        assert r.ask("decisions")["decisions"] == log
    assert images() == before  # files are the scan's
    printed = scan()
    check_some(ids)
    same(told, judging(), LEFT)
    assert headline(printed) in told["words"]
    after = json.load(open(os.path.join(results, "report.json")))
    for key in ("noisy", "judged", "by_kind", "threshold", "prevalence"):
        assert bare(report["noise"].get(key)) == bare(after["noise"].get(key)), key
    assert "noisy" in columns and "decided" in columns
    with Review() as r:
        same(r.ask("judging"), judging())


def test_dismissed_at_another_threshold():
    with Review() as r:
        log = r.ask("decisions")["decisions"]
    scan("--threshold=-50")
    rows = {row["file"]: row for row in images()}
    for d in log:
        if d["field"] == "noisy":
            assert rows[d["file"]]["noisy"] == d["to"]
    assert sum(row["noisy"] == "0" for row in rows.values()) == sum(d["to"] == "0" for d in log)
    scan()


def test_blind():
    """Scores, thresholds and the estimate are the detector's, whatever people decided."""
    with open(os.path.join(results, "noise.csv")) as file:
        decided = [line.split(",")[:2] for line in file]
    noise = json.load(open(os.path.join(results, "report.json")))["noise"]
    with Review() as r:
        while r.ask("undo")["undo"] > 0:
            pass
    scan()
    with open(os.path.join(results, "noise.csv")) as file:
        assert decided == [line.split(",")[:2] for line in file]
    now = json.load(open(os.path.join(results, "report.json")))["noise"]
    for key in ("threshold", "false_alarms", "prevalence"):
        assert now[key] == noise[key], key
    assert {row["decided"] for row in images()} == {""}


def test_undo():
    with Review() as r:
        before = r.ask("judging")
        ids = decide_some(r)
        for n in (3, 2, 1, 0):
            answer = r.ask("undo")
            assert answer["undo"] == n
        assert answer["changed"]["ids"] == ids[0] and answer["changed"]["noisy"] == [1, 1]
        assert answer["changed"]["decided"] == [0, 0] and answer["changed"]["forced"] == [0, 0]
        same(r.ask("judging"), before)
        assert r.ask("undo")["changed"]["ids"] == []
        assert all(d["undone"] for d in r.ask("decisions")["decisions"])


def test_restore():
    with Review() as r:
        before = r.ask("judging")
        ids = decide_some(r)
        everything = [*ids[0], *ids[1:4]]
        answer = r.decide(ids=everything, restore=["noisy", "label"])
        assert set(answer["changed"]["ids"]) == set(everything), answer["changed"]
        assert set(answer["changed"]["decided"]) == {0}, answer["changed"]
        same(answer["judging"], before)
        assert r.decide(ids=everything, restore=["noisy"])["changed"]["ids"] == []
        r.ask("undo")
        assert r.ask("undo")["undo"] == 3  # the restoring and the label
        for _ in range(3):
            r.ask("undo")


def test_renamed_and_copied():
    a, b = place("twice-a.jpg"), place("twice-b.jpg")
    with Review() as r:
        answer = r.decide(ids=[a], noisy=True)
        assert {a, b} <= set(answer["changed"]["ids"]) and len(answer["changed"]["ids"]) == 3  # and what they are copies of
    old = os.path.join(pictures, images()[a]["file"])
    os.rename(old, os.path.join(pictures, "a-new-name.jpg"))
    shutil.copy(os.path.join(pictures, "a-new-name.jpg"), os.path.join(pictures, "zz.jpg"))
    scan()
    rows = {row["file"]: row for row in images()}
    for name in ("a-new-name.jpg", "zz.jpg"):
        assert rows[name]["noisy"] == "1" and rows[name]["decided"] == "noisy"
    os.remove(os.path.join(pictures, "zz.jpg"))
    os.rename(os.path.join(pictures, "a-new-name.jpg"), old)
    scan()
    with Review() as r:
        r.ask("undo")


def test_refusals():
    with Review() as r:
        label = images()[0]["label"]
        for question, words in (
            ('{"ids":[0],"label":"%sx"}' % label, f"did you mean '{label}'"),
            ('{"ids":[0],"kind":"jpg"}', "no kind of noise"),
            ('{"ids":[163],"noisy":true}', "no picture 163"),
            ('{"ids":[],"noisy":true}', "names none"),
            ('{"ids":[0]}', "nothing is decided"),
            ('{"ids":[0],"noisy":false,"kind":"jpeg"}', "contradicts"),
            ('{"ids":[0],"noisy":true,"restore":["noisy"]}', "restored"),
            ('{"ids":[0],"noisy":"true"}', "true, false or null"),
            ('{"ids":[-1],"noisy":true}', "'ids' should be a list of numbers of pictures"),
            ('{"ids":[1.5],"noisy":true}', "numbers of pictures"),
            ('{"ids":["1"],"noisy":true}', "numbers of pictures"),
            ('{"ids":[18446744073709551616],"noisy":true}', "too big integer"),
            ('{"ids":0,"noisy":true}', "numbers of pictures"),
            ('{"ids":null,"noisy":true}', "numbers of pictures"),
            ('{"ids":[0],"noisy":0}', "'noisy' should be true, false or null"),
            ('{"ids":[0],"kind":["jpeg"]}', "'kind' should be a word or null"),
            ('{"ids":[0],"label":""}', "'label' should be a word or null"),
            ('{"ids":[0],"nosiy":true}', "'nosiy' means nothing"),
            ('{"ids":[0],"noisy":true,"noisy":false}', "duplicate"),
            ('{"ids":[0],"noisy":true', "'}'"),
            ('{"ids":[0],"noisy":true}}', "end of file expected near '}' (line 1, column 25)"),
            ("[]", "an object"),
            ('{"ids":[0],"restore":["kind"]}', "\"noisy\" and"),
            ('{"ids":[0],"restore":"noisy"}', "'restore' should be a list"),
            ("{" * 200, "line 1, column 2"),
            ("[" * 100000, "depth"),
        ):
            assert words in r.refused("decide " + question), question
        damaged = [i for i, row in enumerate(images()) if row["status"] == "damaged"]
        assert r.decide(ids=damaged[:1], noisy=False)["changed"]["forced"] == [2]  # a person may overrule that, too
        r.ask("undo")
    with Review("read-only") as r:
        assert "read-only" in r.refused('decide {"ids":[0],"noisy":true}')
        assert "read-only" in r.refused("undo")
        assert r.ask("judging")["verdicts"]["unjudged"] >= 0


def test_two_reviewers():
    with Review() as one, Review() as two:
        one.decide(ids=[3], noisy=True)
        answer = two.decide(ids=[4], noisy=True)  # sees what the other one did
        assert answer["changed"]["ids"] == [3, 4] and answer["undo"] == 2
        assert two.ask("undo")["changed"]["ids"] == [4]
        assert one.ask("undo")["changed"]["ids"] == [3]
        same(one.ask("judging"), json.loads(json.dumps(two.ask("undo")["judging"])))


def test_while_it_is_scanned():
    import fcntl
    with Review() as r:
        with open(os.path.join(results, "pardon.lock"), "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert "another pardon" in r.refused('decide {"ids":[0],"noisy":true}')
        r.decide(ids=[0], noisy=True)
        r.ask("undo")
        scan()
        assert "scanned again" in r.refused('decide {"ids":[0],"noisy":true}')
        assert "scanned again" in r.refused("pictures")


def test_pictures_probes_and_why():
    out = os.path.join(folder, "out")
    with Review() as r:
        for question, head in ((f"picture 0 0 112 {out}", b"\xff\xd8"), (f"picture 0 1 0 {out}", b"\xff\xd8"),
                               (f"picture 0 2 0 {out}", b"\x89PNG"), (f"probe fit 0 200 {out}", b"\xff\xd8"),
                               (f"probe jpeg 5 200 {out}", b"\xff\xd8")):
            r.say(question)
            assert r.read() == "saved"
            assert open(out, "rb").read(4).startswith(head), question
        assert "no picture" in r.refused(f"picture 163 0 112 {out}")
        assert "looks like" in r.refused(f"probe nothing 1 200 {out}")
        why = r.ask("why 0")
        assert "to judge by (noise" in why["sentences"][0] and why["measures"][0]["words"] == why["sentences"][2] or len(why["measures"]) <= 5
        noise = float(images()[0]["noise"])
        assert f"{noise:.2f}" in why["sentences"][0] or f"{noise:.3f}" in why["sentences"][0] or f"{noise:.4f}" in why["sentences"][0]
        gone = os.path.join(pictures, images()[1]["file"])
        os.rename(gone, gone + "x")
        assert "cannot" in r.refused(f"picture 1 0 112 {out}")
        os.rename(gone + "x", gone)


def embedded(path, document):
    with open(path) as file:
        text = file.read()
    at = text.index(f'<script type="application/json" id="{document}">')
    return json.loads(text[text.index(">", at) + 1:text.index("</script>", at)])


def test_names_of_classes_that_do_not_occur():
    """200,000 classes, of which the pictures have a few: the page holds those few; a label may be any."""
    page = os.path.join(results, "report.html")
    before, known = os.path.getsize(page), sorted({row["label"] for row in images()} | {row["prediction"] for row in images()})
    rows = images()
    many = sorted([f"made up class {i:06d}" for i in range(200000 - len(known))] + known, key=lambda name: name[::-1])
    listed = os.path.join(folder, "classes.txt")
    with open(listed, "w") as file:
        file.write("\n".join(many) + "\n")
    scan("--classes", listed)
    assert [(r["label"], r["prediction"], r["verdict"]) for r in images()] == [(r["label"], r["prediction"], r["verdict"]) for r in rows]
    print(f"# report.html {before} bytes, with 200,000 classes {os.path.getsize(page)}")
    assert os.path.getsize(page) - before < 20000
    with open(page) as file:
        assert "made up class" not in file.read()
    columns = embedded(page, "pictures")["columns"]
    for name in ("label", "prediction"):
        assert sorted(columns[name]["names"]) == known and "wide" not in columns[name]
        codes = memoryview(base64.b64decode(columns[name]["data"])).cast("H")
        assert [columns[name]["names"][c] for c in codes] == [row[name] for row in rows], name
    with Review() as r:
        assert "made up class" not in json.dumps(r.ask("report")) + json.dumps(r.ask("pictures"))
        assert r.ask("classes")["classes"] == many
        changed = r.decide(ids=[7], label=many[-1])["changed"]
        assert changed["label"] == [many[-1]] and many[-1] in r.ask("pictures")["columns"]["label"]["names"]
        r.ask("undo")
    scan()


def test_older_and_unfinished():
    import sqlite3
    shutil.copytree(results, results + "2")
    db = sqlite3.connect(results + "2/pardon.db")
    db.execute("UPDATE meta SET value = value + 1 WHERE key = 'list'")
    db.commit()
    tool = os.path.join(tap.BUILD, "tests/tools/tool_review")
    assert "did not end: scan again" in subprocess.run([tool, results + "2"], capture_output=True, text=True).stdout
    db.execute("DELETE FROM scan")
    db.commit()
    assert "by an older pardon: scan again" in subprocess.run([tool, results + "2"], capture_output=True, text=True).stdout
    assert "scan into it first" in subprocess.run([tool, folder], capture_output=True, text=True).stdout


def test_exports_say_what_they_do_not_show():
    def warned():
        told = subprocess.run([os.path.join(tap.BUILD, "pardon"), "export", results, "--list", "noisy"], capture_output=True, text=True)
        assert told.returncode == 0, told.stderr
        return told.stderr
    scan()
    assert "since this scan" not in warned()
    with Review() as r:
        r.decide(ids=[place("city-001.jpg")], noisy=True)
    assert "1 decision was made in 'pardon serve' since this scan" in warned(), warned()
    with Review() as r:
        r.ask("undo")
    assert "since this scan" not in warned(), "taken back before any table showed it"
    with Review() as r:
        r.decide(ids=[place("city-001.jpg")], noisy=True)
    scan()
    assert "since this scan" not in warned()
    with Review() as r:
        r.ask("undo")
    assert "1 decision was made" in warned(), "the tables show what no longer holds"
    scan()
    assert "since this scan" not in warned()


def test_what_is_there_is_not_replaced():
    picture = os.path.join(folder, "mine.jpg")
    with open(picture, "wb") as file:
        file.write(b"\xff\xd8 mine")
    told = subprocess.run([os.path.join(tap.BUILD, "pardon"), "export", results, "--decisions", picture], capture_output=True, text=True)
    assert told.returncode == 2 and "is not replaced" in told.stderr, told
    with open(picture, "rb") as file:
        assert file.read() == b"\xff\xd8 mine"
    table = os.path.join(folder, "decisions.csv")
    run("export", results, "--decisions", table)
    run("export", results, "--decisions", table)


def test_a_folder_that_is_gone_is_not_made_anew():
    away = results + "-away"
    with Review() as r:
        os.rename(results, away)
        told = r.refused('decide {"ids":[0],"noisy":true}')
        assert "is gone" in told, told
        assert not os.path.exists(results)
        os.rename(away, results)


def test_cleanup():
    shutil.rmtree(folder)


if __name__ == "__main__":
    tap.main()
