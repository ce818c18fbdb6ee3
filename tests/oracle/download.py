"""Downloads against a local server that behaves, misbehaves and breaks off; the sums are Python's own."""
import hashlib
import http.server
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import tap

TOOL = os.path.join(tap.BUILD, "tests", "tools", "tool_model")
BODY = bytes((i * 2654435761 >> 13) & 255 for i in range(300_000))
SUM = hashlib.sha256(BODY).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """One behaviour per path; every request is noted."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []
        self.in_the_middle = lambda: None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def handle_error(self, request, client_address):
        pass  # clients that stop are what is tested


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def head(self, status, length, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()

    def part(self, start, lie=0):
        self.head(206, len(BODY) - start,
                  Content_Range=f"bytes {start + lie}-{len(BODY) - 1}/{len(BODY) + (1 if lie < 0 else 0)}")
        self.wfile.write(BODY[start:])

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        asked = self.headers.get("Range")
        start = int(asked.split("=")[1].rstrip("-")) if asked else 0
        getattr(self, "do_" + self.path.strip("/").split("/")[0].replace("-", "_"))(start)

    def do_ok(self, start):
        if start >= len(BODY):
            self.head(416, 0, Content_Range=f"bytes */{len(BODY)}")
        elif start:
            self.part(start)
        else:
            self.head(200, len(BODY))
            self.wfile.write(BODY)

    def do_cut(self, start):
        """Breaks off at a third of what is left."""
        if start > len(BODY) // 2:
            return self.part(start)
        stop = start + (len(BODY) - start) // 3
        self.head(206 if start else 200, len(BODY) - start,
                  **({"Content_Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"} if start else {}))
        self.wfile.write(BODY[start:stop])

    def do_no_range(self, start):
        self.do_ok(0)

    def do_lying_range(self, start):
        """Continues from elsewhere than asked; the whole is right."""
        self.part(start, lie=5) if start else self.do_ok(0)

    def do_other_total(self, start):
        self.head(206, len(BODY) - start, Content_Range=f"bytes {start}-{len(BODY)}/{len(BODY) + 1}")
        self.wfile.write(BODY[start:])

    def do_never_range(self, start):
        self.head(416, 0) if start else self.do_ok(0)

    def do_wrong(self, start):
        self.head(200, len(BODY))
        self.wfile.write(BODY[:-1] + b"?")

    def do_missing(self, start):
        self.head(404, 9)
        self.wfile.write(b"not found")

    def do_busy(self, start):
        self.head(503, 0)

    def do_forbidden(self, start):
        self.head(403, 0)

    def do_redirect(self, start):
        self.head(302, 0, Location="/ok")

    def do_loop(self, start):
        self.head(302, 0, Location="/loop")

    def do_to_file(self, start):
        self.head(302, 0, Location="file:///etc/passwd")

    def do_short_announced(self, start):
        self.head(200, 1234)
        self.wfile.write(BODY[:1234])

    def do_no_length(self, start):
        self.head(200, None)
        self.wfile.write(BODY)

    def do_too_long(self, start):
        self.head(200, None)
        self.wfile.write(BODY + b"and more")

    def do_too_short(self, start):
        self.head(200, None)
        self.wfile.write(BODY[:1000])

    def do_empty(self, start):
        self.head(200, None)

    def do_slow(self, start):
        self.head(200, len(BODY))
        self.wfile.write(BODY[:50_000])
        self.wfile.flush()
        time.sleep(20)

    def do_middle(self, start):
        self.head(200, len(BODY))
        self.wfile.write(BODY[:50_000])
        self.wfile.flush()
        self.server.in_the_middle()
        self.wfile.write(BODY[50_000:])

    do_validated = do_wrong


SERVER = Server()


class Folder:
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="pardon-download-")
        self.final = os.path.join(self.path, "deep", "model.onnx")
        self.part = self.final + ".part"
        return self

    def __exit__(self, *args):
        shutil.rmtree(self.path)

    def put_part(self, data):
        os.makedirs(os.path.dirname(self.final), exist_ok=True)
        with open(self.part, "wb") as f:
            f.write(data)

    def read(self, path):
        with open(path, "rb") as f:
            return f.read()

    def state(self):
        """Names beside the final file."""
        d = os.path.dirname(self.final)
        return sorted(os.listdir(d)) if os.path.isdir(d) else []


def environment(**more):
    env = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    env.update(more)
    return env


def tool(*args, **env):
    """Exit code, last line, all lines."""
    r = subprocess.run([TOOL, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(**env),
                       timeout=60)
    assert r.stderr == b"", r.stderr
    lines = r.stdout.decode().splitlines()
    return r.returncode, lines[-1], lines


def get(folder, path, expected_sum=SUM, size=len(BODY)):
    SERVER.requests.clear()
    return tool("download", SERVER.url(path), folder.final, expected_sum, size)


def succeeds(folder, path, **more):
    code, last, lines = get(folder, path, **more)
    assert (code, last) == (0, "ok"), last
    assert folder.read(folder.final) == BODY
    assert folder.state() == ["model.onnx"], folder.state()
    return lines


def fails(folder, path, *words, code="NETWORK", **more):
    status, last, _ = get(folder, path, **more)
    assert status == 1 and last.startswith(code + ": "), last
    for word in words:
        assert word in last, (word, last)
    assert not last.endswith(".")
    assert not os.path.exists(folder.final)


def test_whole():
    with Folder() as f:
        lines = succeeds(f, "/ok")
        assert f"progress downloading {len(BODY)} {len(BODY)}" in lines, lines
        headers = SERVER.requests[0][1]
        assert headers["User-Agent"].startswith("pardon/"), headers
        assert "Range" not in headers and "Authorization" not in headers
        # again: nothing is asked of the server, the sum is checked
        lines = succeeds(f, "/ok")
        assert SERVER.requests == [] and any("checking" in x for x in lines)
        # upper case sums are sums; size may be unknown
        os.unlink(f.final)
        succeeds(f, "/ok", expected_sum=SUM.upper(), size=0)


def test_wrong_final_file_is_replaced():
    with Folder() as f:
        os.makedirs(os.path.dirname(f.final))
        for wrong in (b"half", BODY[:-1] + b"?"):
            with open(f.final, "wb") as out:
                out.write(wrong)
            # a failure leaves it as it was
            code, last, _ = get(f, "/missing")
            assert code == 1 and f.read(f.final) == wrong
            succeeds(f, "/ok")


def test_wrong_sum():
    with Folder() as f:
        fails(f, "/wrong", "SHA-256", SUM, "deleted", f.final)
        assert f.state() == [], f.state()


def test_cut_then_resumed():
    with Folder() as f:
        fails(f, "/cut", "broke off after 100000 bytes", "run the same command again to go on")
        assert f.read(f.part) == BODY[:100_000]
        fails(f, "/cut", "broke off after 166666 bytes")
        assert SERVER.requests[0][1]["Range"] == "bytes=100000-"
        succeeds(f, "/cut")
        assert SERVER.requests[0][1]["Range"] == "bytes=166666-"


def test_resume_at_odd_sizes():
    for n in (1, 4096, len(BODY) - 1):
        with Folder() as f:
            f.put_part(BODY[:n])
            succeeds(f, "/ok")
            assert SERVER.requests[0][1]["Range"] == f"bytes={n}-"
    for n, requests in ((0, 1), (len(BODY), 0)):
        with Folder() as f:
            f.put_part(BODY[:n])
            succeeds(f, "/ok")
            assert len(SERVER.requests) == requests and all("Range" not in r[1] for r in SERVER.requests)
    with Folder() as f:  # longer than the file can be
        f.put_part(BODY + b"x")
        succeeds(f, "/ok")
        assert "Range" not in SERVER.requests[0][1]


def test_resume_of_a_spoilt_part():
    with Folder() as f:
        f.put_part(b"?" * 1000)
        fails(f, "/ok", "SHA-256")
        assert f.state() == []
        succeeds(f, "/ok")


def test_no_range_support():
    for path in ("/no-range", "/lying-range", "/never-range"):
        with Folder() as f:
            f.put_part(b"?" * 1000)
            succeeds(f, path)


def test_other_total():
    with Folder() as f:
        f.put_part(BODY[:1000])
        fails(f, "/other-total", "announces a file of 300001 bytes where 300000 are expected")
        assert f.read(f.part) == BODY[:1000]


def test_refused():
    with Folder() as f:
        fails(f, "/missing", "404", f.final)
        fails(f, "/forbidden", "403", f.final)
        fails(f, "/busy", "503", "later")
        assert f.state() == [], f.state()


def test_redirects():
    with Folder() as f:
        succeeds(f, "/redirect")
    with Folder() as f:
        f.put_part(BODY[:777])
        succeeds(f, "/redirect")
        assert SERVER.requests[1][1]["Range"] == "bytes=777-"
    with Folder() as f:
        fails(f, "/loop", "without end")
        assert len(SERVER.requests) == 11
        fails(f, "/to-file", "only http and https")


def test_addresses_refused():
    with Folder() as f:
        source = os.path.join(f.path, "source")
        with open(source, "wb") as out:
            out.write(BODY)
        for url in ("file://" + source, "ftp://127.0.0.1/x", "nonsense://x", "", "http://"):
            code, last, _ = tool("download", url, f.final, SUM, len(BODY))
            assert code == 1 and last.startswith("NETWORK: ") and not os.path.exists(f.final), (url, last)


def test_sizes():
    with Folder() as f:
        fails(f, "/short-announced", "announces a file of 1234 bytes where 300000 are expected")
        fails(f, "/too-long", "more than the 300000 bytes")
        assert f.state() == [], f.state()
        fails(f, "/too-short", "1000 of 300000 bytes", "run the same command again")
        assert f.read(f.part) == BODY[:1000]
    with Folder() as f:
        fails(f, "/empty", "0 of 300000 bytes")
        succeeds(f, "/no-length")


def test_stop():
    with Folder() as f:
        p = subprocess.Popen([TOOL, "download", SERVER.url("/slow"), f.final, SUM, str(len(BODY))],
                             stdout=subprocess.PIPE, env=environment())
        deadline = time.time() + 10
        while time.time() < deadline and not (os.path.exists(f.part) and os.path.getsize(f.part) == 50_000):
            time.sleep(0.01)
        # a second one is told to wait, at once
        fails(f, "/ok", "another pardon is downloading it")
        start = time.time()
        p.send_signal(signal.SIGINT)
        out = p.communicate(timeout=10)[0].decode().splitlines()
        assert time.time() - start < 1.5, time.time() - start
        assert p.returncode == 1 and out[-1].startswith("STOPPED: "), out[-1]
        assert f.read(f.part) == BODY[:50_000] and not os.path.exists(f.final)
        succeeds(f, "/ok")
        assert SERVER.requests[0][1]["Range"] == "bytes=50000-"


def test_killed_then_resumed():
    with Folder() as f:
        p = subprocess.Popen([TOOL, "download", SERVER.url("/slow"), f.final, SUM, str(len(BODY))],
                             stdout=subprocess.DEVNULL, env=environment())
        deadline = time.time() + 10
        while time.time() < deadline and not (os.path.exists(f.part) and os.path.getsize(f.part) == 50_000):
            time.sleep(0.01)
        p.kill()
        p.wait()
        succeeds(f, "/ok")


def test_two_at_once():
    with Folder() as f:
        for _ in range(10):
            ps = [subprocess.Popen([TOOL, "download", SERVER.url("/ok"), f.final, SUM, str(len(BODY))],
                                   stdout=subprocess.PIPE, env=environment()) for _ in range(4)]
            last = [p.communicate()[0].decode().splitlines()[-1] for p in ps]
            assert all(x == "ok" or "another pardon" in x for x in last) and "ok" in last, last
            assert f.read(f.final) == BODY and f.state() == ["model.onnx"]
            os.unlink(f.final)


def test_no_network():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with Folder() as f:
        for url in (f"http://127.0.0.1:{port}/x.onnx", "http://no-such-host.invalid/x.onnx"):
            code, last, _ = tool("download", url, f.final, SUM, len(BODY))
            assert code == 1 and last.startswith("NETWORK: "), last
            assert "no connection" in last and url in last and f.final in last, last
            assert f.state() == []


def with_small_disk(test):
    with Folder() as f:
        disk = os.path.dirname(f.final)
        os.makedirs(disk)
        r = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "pardon-test", disk], stderr=subprocess.PIPE)
        if r.returncode != 0:
            raise tap.Skip("a small disk cannot be mounted here: " + r.stderr.decode().strip())
        try:
            test(f, disk)
        finally:
            subprocess.run(["umount", disk], check=True)


def fill(disk, leave):
    fs = os.statvfs(disk)
    with open(os.path.join(disk, "filler"), "wb") as out:
        out.write(b"\0" * (fs.f_bavail * fs.f_frsize - leave))


def test_disk_full_from_the_start():
    def check(f, disk):
        fill(disk, 100_000)
        fails(f, "/ok", "no room left in", "PARDON_CACHE", "run the same command again")
        assert SERVER.requests == [] and f.state() == ["filler"]
        os.unlink(os.path.join(disk, "filler"))
        succeeds(f, "/ok")
    with_small_disk(check)


def test_disk_full_on_the_way():
    def check(f, disk):
        def in_the_middle():
            deadline = time.time() + 10
            while time.time() < deadline and os.path.getsize(f.part) < 50_000:
                time.sleep(0.01)
            fill(disk, 40_960)
        SERVER.in_the_middle = in_the_middle
        fails(f, "/middle", "no room left in", "are kept", "run the same command again")
        n = os.path.getsize(f.part)
        assert 50_000 <= n < len(BODY) and f.read(f.part) == BODY[:n], n
        os.unlink(os.path.join(disk, "filler"))
        succeeds(f, "/ok")
        assert SERVER.requests[0][1]["Range"] == f"bytes={n}-"
    with_small_disk(check)


def test_folder_not_writable():
    with Folder() as f:
        with open(os.path.join(f.path, "deep"), "wb"):
            pass
        code, last, _ = get(f, "/ok")
        assert code == 1 and "PARDON_CACHE" in last, last
    with Folder() as f:
        f.final = "/proc/pardon/model.onnx"
        code, last, _ = get(f, "/ok")
        assert code == 1 and "cannot write in '/proc/pardon'" in last and "PARDON_CACHE" in last, last
    with Folder() as f:
        os.mkdir(os.path.dirname(f.final))
        os.chmod(os.path.dirname(f.final), 0o555)
        if os.access(os.path.dirname(f.final), os.W_OK):
            r = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "pardon-test", os.path.dirname(f.final)],
                               stderr=subprocess.PIPE)
            if r.returncode != 0:
                raise tap.Skip("the superuser writes everywhere, and no read-only disk can be mounted: "
                               + r.stderr.decode().strip())
            try:
                fails(f, "/ok", "cannot write in", "PARDON_CACHE")
            finally:
                subprocess.run(["umount", os.path.dirname(f.final)], check=True)
        else:
            fails(f, "/ok", "cannot write in", "PARDON_CACHE")


def test_catalogue():
    with Folder() as f:
        env = dict(PARDON_CACHE=os.path.join(f.path, "cache"), PARDON_CONFIG=os.path.join(f.path, "config"),
                   PARDON_MODEL_MIRROR=SERVER.url("/"))
        SERVER.requests.clear()
        code, last, _ = tool("get", "vgg16", **env)
        # the mirror's file has another size, which is seen before it is taken
        assert code == 1 and "announces a file of 300000 bytes where 553437752 are expected" in last, last
        assert SERVER.requests[0][0] == "/validated/vision/classification/vgg/model/vgg16-12.onnx"
        assert os.path.join(f.path, "cache", "vgg16-12.onnx") in last
        code, last, _ = tool("get", "no-such", **env)
        assert code == 1 and last.startswith("INPUT: ") and "squeezenet1.1, vgg16" in last, last
        mine = os.path.join(f.path, "mine.onnx")
        with open(mine, "wb") as out:
            out.write(b"x")
        assert tool("add", "mine", mine, "none", "tf", "-", **env)[1] == "ok"
        assert tool("get", "mine", **env)[1] == "ok"
        os.unlink(mine)
        code, last, _ = tool("get", "mine", **env)
        assert code == 1 and last.startswith("MISSING: ") and mine in last, last


tap.main()
