"""The store's files as others read them: NumPy the matrices and the .npy, Python's sqlite3 the database."""
import io
import os
import shutil
import sqlite3
import subprocess
import tempfile

import numpy as np
import tap

folder = tempfile.mkdtemp(prefix="pardon-store-")


def database():
    db = sqlite3.connect(f"file:{folder}/pardon.db?mode=ro", uri=True)
    db.text_factory = os.fsdecode  # file names are bytes
    return db


def rows(first):
    f = np.float32(first)
    return [f, f / np.float32(3), -f, np.float32(1e-20)]


def test_tool_runs():
    subprocess.run([os.path.join(tap.BUILD, "tests/tools/tool_store"), folder], check=True)
    assert sorted(os.listdir(folder)) == ["features-1.f32", "features-2.f32", "pardon.db", "pardon.lock", "x.npy"]


def test_matrix_is_a_memmap():
    for name, wanted in (("features-1.f32", [rows(7), rows(0.1)]), ("features-2.f32", [rows(3)[:2]])):
        wanted = np.array(wanted, "<f4")
        path = os.path.join(folder, name)
        x = np.memmap(path, "<f4", "r", offset=64).reshape(-1, wanted.shape[1])
        assert x.shape == wanted.shape and x.tobytes() == wanted.tobytes()
        header = np.fromfile(path, np.dtype([("magic", "S8"), ("version", "<u4"), ("d", "<u4"), ("n", "<u8")]), 1)[0]
        assert header.tolist() == (b"PARDONF4", 1, wanted.shape[1], wanted.shape[0])
        assert open(path, "rb").read(64)[24:] == bytes(40)


def test_npy_is_what_numpy_writes():
    path = os.path.join(folder, "x.npy")
    x = np.load(path)
    assert x.dtype == np.dtype("<f4") and x.flags.c_contiguous and x.tobytes() == np.array([rows(0.1), rows(7)], "<f4").tobytes()
    out = io.BytesIO()
    np.lib.format.write_array(out, x, version=(1, 0))
    assert out.getvalue() == open(path, "rb").read()


def test_database_is_whole():
    db = database()
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("PRAGMA journal_mode").fetchall() == [("delete",)]
    assert db.execute("PRAGMA application_id").fetchone()[0].to_bytes(4, "big") == b"PARD"
    assert dict(db.execute("SELECT key, value FROM meta"))["format"] == "3"


def test_pictures():
    db = database()
    got = db.execute("SELECT file, path, status, reason FROM picture ORDER BY file").fetchall()
    odd = os.fsdecode(b"a\xff\n.png")
    assert got == [(odd, "/x/" + odd, None, None), ("b.png", "/x/b.png", None, None),
                   ("z.png", "/x/z.png", "unreadable", "no permission")]
    stamp = db.execute("SELECT size, inode, mtime, ctime FROM picture WHERE file = 'b.png'").fetchone()
    assert stamp == (10, -1, -5, 1700000000123456789)
    joined = db.execute("SELECT p.file, c.width, c.height, c.format, hex(c.hash), f.row, a.cluster, a.distance FROM picture p"
                        " JOIN content c ON c.id = p.content JOIN feature f ON f.content = c.id AND f.feature_set = 1"
                        " JOIN assignment a ON a.file = p.file ORDER BY p.file").fetchall()
    assert joined == [(odd, 4, 3, "png", "02010203" + "00" * 12, 1, 0, float(np.float32(0.1))),
                      ("b.png", 4, 3, "png", "01010203" + "00" * 12, 0, 0, 2.0)]
    assert db.execute("SELECT * FROM skipped").fetchall() == [("n.txt", "/x/n.txt", "not a picture")]


def test_clustering():
    db = database()
    assert db.execute("SELECT n, d, k, inertia, silhouette FROM clustering").fetchall() == [(2, 2, 1, 4.01, np.finfo("f8").max)]
    assert db.execute("SELECT * FROM cluster").fetchall() == [(0, 2, None)]
    assert db.execute("SELECT * FROM component").fetchall() == [(0, 0.1)]


def test_documented_schema():
    """Every table and column stands in docs/file-formats.md."""
    source = os.environ.get("PARDON_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))
    text = open(os.path.join(source, "docs", "file-formats.md"), encoding="utf-8").read()
    db = database()
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        head = f"### {table}\n"
        assert head in text, table
        part = text.split(head, 1)[1].split("\n#", 1)[0]
        for column in db.execute(f"SELECT name FROM pragma_table_info('{table}')"):
            assert f"`{column[0]}`" in part, (table, column)


def test_cleanup():
    shutil.rmtree(folder)


tap.main()
