"""`pardon serve` against clients that are wrong, rude, slow or many: raw sockets and Python's http.client at the real program."""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time

import tap
from serving import FOLDER, PARDON, PICTURES, Server, read_all, results, status

SHARED = {}
ROUTES = ["/", "/app.js", "/app.css", "/icon.svg", "/api/scan", "/api/report", "/api/pictures", "/api/judging", "/api/classes", "/api/picture/0/thumb",
          "/api/picture/0/full", "/api/picture/0/view", "/api/picture/0/why", "/api/probe/fit", "/api/probe/gaussian-noise/3",
          "/api/decisions", "/api/decisions.csv"]
CHANGES = ["/api/decide", "/api/undo"]
ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src "
    "'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def server():
    """The one most tests ask; it must live through all of them."""
    if "server" not in SHARED:
        SHARED["server"] = Server()
    SHARED["server"].alive()
    return SHARED["server"]


def refused(answer, code, words=""):
    assert answer.status == code, (answer.status, answer.body[:200])
    sentence = json.loads(answer.body)["error"]
    assert words in sentence and not sentence.endswith("."), sentence
    for name, value in ALWAYS.items():
        assert answer[name] == value, name
    assert answer["Cache-Control"] == "no-store" and answer["Content-Type"] == "application/json"


# --- what it says and where it listens ------------------------------------------------------------


def test_one_address_with_a_token_of_its_own_and_silence():
    tokens = set()
    for _ in range(3):
        s = Server()
        tokens.add(s.token)
        assert s.stop() == 0
        assert s.process.returncode == 0 and s.said() == ""
    assert len(tokens) == 3


def listening(pid):
    """(address, port) in hex of every TCP socket the process listens at."""
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{fd}"))
        except OSError:
            continue
        if match:
            inodes.add(match[1])
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        if not os.path.exists(f"/proc/net/{table}"):
            continue
        with open(f"/proc/net/{table}") as f:
            rows = [line.split() for line in f.readlines()[1:]]
        found += [row[1] for row in rows if row[9] in inodes and (table.startswith("udp") or row[3] == "0A")]
    return found


def test_no_outside_address_is_bound():
    s = server()
    assert listening(s.process.pid) == ["0100007F:%04X" % s.port]


def test_the_token_leaves_the_address():
    s = server()
    answer = s.ask("/?token=" + s.token, Cookie=None)
    assert answer.status == 303 and answer["Location"] == "/" and answer.body == b""
    assert answer["Set-Cookie"] == f"pardon-{s.port}={s.token}; HttpOnly; SameSite=Strict; Path=/"
    assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "no-referrer"
    page = s.ask("/")
    assert page.status == 200 and page["Content-Type"] == "text/html; charset=utf-8" and s.token.encode() not in page.body
    about = re.search(rb'<script type="application/json" id="about">(.*?)</script>', page.body)
    assert json.loads(about[1]) == {"mode": "serve", "version": "0.1.0", "readonly": False, "scan": 1}


def test_every_answer_carries_the_headers():
    s = server()
    for path in ROUTES:
        answer = s.ask(path)
        for name, value in ALWAYS.items():
            assert answer[name] == value, (path, name)
        assert answer["Access-Control-Allow-Origin"] is None and answer["Server"] is None
        if answer.status == 200:
            numbers = path.startswith("/api") and answer["Content-Type"].split("/")[0] != "image"
            assert answer["Cache-Control"] == "no-store" if numbers or path == "/" else answer["Cache-Control"].startswith("private, "), path
            assert numbers or path == "/" or (answer["ETag"] and answer["Vary"] == "Cookie")


# --- strangers ------------------------------------------------------------------------------------


def test_without_the_token_nothing_is_told():
    s = server()
    name, token = f"pardon-{s.port}", s.token
    wrong = [None, "", token, name, f"{name}=", f"{name}={token[:-1]}", f"{name}={token}0", f"{name}={token.upper()}x", f"{name}={'0' * 32}",
             f"pardon-{s.port + 1}={token}", f"pardon={token}", f"x{name}={token}", f"{name}=\"{token}\"", f"{name}x={token}", f"{name}={token[:16]}",
             f"{name}={token[:-1]}{'0' if token[-1] != '0' else '1'}", f"{name}={'a' * 8000}"]
    for cookie in wrong:
        for path in ("/", "/app.js", "/api/pictures", "/api/picture/0/thumb", "/nowhere"):
            refused(s.ask(path, Cookie=cookie), 403, "token")
    for path in ROUTES + ["/api/no-such"]:
        refused(s.ask(path, Cookie=None), 403, "token")
    for path in CHANGES:
        refused(s.post(path, Cookie=None), 403, "token")
    for given in ("", "0" * 32, token[:-1], token + "0", token.upper() + "x", "%" + "".join("%02x" % ord(c) for c in token)):
        refused(s.ask("/?token=" + given, Cookie=None), 403, "token")
    refused(s.ask("/api/pictures?token=" + token, Cookie=None), 403, "token")
    assert s.ask("/", Cookie=f"a=b; {name}={token}; c=d").status == 200
    assert s.ask("/", Cookie=f"{name}=wrong; {name}={token}").status == 200  # one of another path does not shut us out


def test_wrong_hosts():
    s = server()
    for host in ("evil.example", f"evil.example:{s.port}", "127.0.0.1", f"127.0.0.1:{s.port + 1}", f"127.0.0.1:{s.port}.evil.example",
                 f"localhost:{s.port}@evil.example", f"127.0.0.2:{s.port}", f"0.0.0.0:{s.port}", f"[::1]:{s.port}", f"localhost.:{s.port}",
                 f"127.1:{s.port}", f"2130706433:{s.port}", f"192.168.0.1:{s.port}", f"127.0.0.1:0{s.port}", " ", f"127.0.0.1:{s.port},evil"):
        refused(s.ask("/api/pictures", Host=host), 403, "answers only at")
        refused(s.ask("/?token=" + s.token, Host=host, Cookie=None), 403)
    for host in (f"localhost:{s.port}", f"LocalHost:{s.port}", f"127.0.0.1:{s.port}"):
        assert s.ask("/api/pictures", Host=host).status == 200, host
    assert status(s.raw(s.get_line(Host=None))) in (400, 403)
    assert status(s.raw(s.get_line(Host=None).replace(b"HTTP/1.1", b"HTTP/1.0"))) in (400, 403)
    assert status(s.raw(s.get_line().replace(b"\r\n\r\n", b"\r\nHost: evil.example\r\n\r\n"))) == 400
    assert status(s.raw(s.get_line().replace(b"GET /api", b"GET http://evil.example/api"))) in (400, 403, 404)


def test_other_pages_are_refused():
    s = server()
    for origin in ("null", "", "http://evil.example", f"https://{s.own}", f"http://{s.own}.evil.example", f"http://127.0.0.1:{s.port + 1}", "http://127.0.0.1",
                   f"http://localhost:{s.port}", f"http://{s.own}/", f"http://x@{s.own}", f"{s.own}", "file://"):
        refused(s.ask("/api/pictures", Origin=origin), 403, "another page")
        refused(s.post("/api/decide", Origin=origin), 403, "another page")
        refused(s.ask("/api/decide", "OPTIONS", Origin=origin, Access_Control_Request_Method="POST"), 403)
    for site in ("cross-site", "same-site", "", "nonsense", "SAME-ORIGIN"):
        for path in ROUTES[1:]:
            refused(s.ask(path, Sec_Fetch_Site=site), 403, "another page")
        refused(s.post("/api/decide", Sec_Fetch_Site=site), 403, "another page")
        assert s.ask("/", Sec_Fetch_Site=site).status == 200  # a link to the page may stand anywhere
        assert s.ask("/?token=" + s.token, Sec_Fetch_Site=site, Cookie=None).status == 303
    assert s.ask("/api/pictures", Origin="http://" + s.own, Sec_Fetch_Site="same-origin").status == 200
    assert s.ask("/api/pictures", Host=f"localhost:{s.port}", Origin=f"http://localhost:{s.port}").status == 200


def test_changes_are_json_from_the_page():
    s = server()
    for kind in (None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", "text/json",
                 "text/plain; application/json", "application/ json"):
        for path in CHANGES:
            refused(s.post(path, Content_Type=kind), 400, "application/json")
    refused(s.post("/api/decide", Origin=None), 403, "Origin")
    refused(s.post("/api/decide", b'{"ids":[0],"noisy":true}'), 400, "which scan")
    refused(s.post("/api/undo"), 400, "which scan")
    refused(s.change("/api/decide", b"not json"), 400, "cannot be read")
    refused(s.change("/api/decide", b""), 400, "cannot be read")
    for changed in ({}, {"Origin": None, "Sec_Fetch_Site": "same-origin"}, {"Origin": None, "Sec_Fetch_Site": "none"}, {"Content_Type": "Application/JSON; charset=utf-8"}):
        answer = s.change("/api/decide", b'{"ids":[0],"noisy":true}', **changed)
        assert answer.status == 200 and json.loads(answer.body)["undo"] >= 1, answer.body
        assert s.change("/api/undo", **changed).status == 200


# --- addresses ------------------------------------------------------------------------------------

TRAVERSALS = ["/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/..\\..\\etc\\passwd",
              "/..%5c..%5cetc%5cpasswd", "/....//....//etc/passwd", "/%252e%252e%252fetc/passwd", "/%c0%ae%c0%ae/etc/passwd", "/%uff0e%uff0e/etc/passwd",
              "//etc/passwd", "/./etc/passwd", "/app.js/../../etc/passwd", "/app.js%00", "/app.js%00.png", "/app.js/", "//app.js", "/./app.js", "/x/../app.js",
              "/%61pp.js", "/app%2ejs", "/APP.JS", "/api/picture/../../etc/passwd/thumb", "/api/picture/..%2f..%2fetc%2fpasswd/thumb", "/api/picture/%2e%2e/thumb",
              "/api/picture/../thumb", "/api/picture/./thumb", "/api/picture/0/../0/thumb", "/api/picture/0%2fthumb", "/api/probe/../fit", "/api/probe/../3",
              "/api/probe/..%2f..%2f/3", "/pardon.db", "/images.csv", "/report.json", "/index.html", "/report.html", "/favicon.ico", "/file:///etc/passwd",
              "/api/picture//etc/passwd/thumb", "/~root", "/proc/self/environ", "/%", "/%zz", "/api/picture/0/thumb%3fside=112", "/;/app.js", "/app.js;x"]


def test_no_spelling_reaches_a_file():
    s = server()
    for path in TRAVERSALS:
        answer = s.ask(path)
        refused(answer, 404)
        assert b"root:" not in answer.body and b"SQLite" not in answer.body
    assert status(s.raw(s.get_line("etc/passwd"))) in (400, 404)
    assert status(s.raw(s.get_line("*"))) in (400, 404)


def test_bad_ids():
    s = server()
    for look in ("thumb", "full", "view", "why"):
        for number in ("-1", "+1", "00", "01", "1.0", "1e0", "0x1", " 1", "1 ", "", "a", "%30", "\u0661", "1;", "1,2", "1'", "1--", str(10**9), str(2**32), str(2**63),
                       str(2**64), str(2**64 + 1), "9" * 31, "9" * 40, "nan", "inf", "..", "0/0", "*"):
            data = s.raw(s.get_line(f"/api/picture/{number}/{look}", Connection="close"))
            assert status(data) in (0, 400, 404), (number, data[:100])
    for query in ("side=0", "side=111", "side=4096", "side=", "side=112.0", "side=-112", "side=0112", "side=%3112", "a=b&side=3", "side=3&side=112"):
        refused(s.ask("/api/picture/0/thumb?" + query), 400, "side")
        refused(s.ask("/api/probe/fit?" + query), 400, "side")
    for probe in ("gaussian-noise/0", "gaussian-noise/6", "gaussian-noise/5.1", "gaussian-noise/0.99", "gaussian-noise/nan", "gaussian-noise/inf", "gaussian-noise/0x3",
                  "gaussian-noise/1e0", "gaussian-noise/", "gaussian-noise/-3", "gaussian-noise/3.", "gaussian-noise/3..", "gaussian-noise/3/3", "/3", "no-such/3",
                  "gaussian_noise/3", "GAUSSIAN-NOISE/3", "a" * 200 + "/3", "fit/x"):
        if probe != "gaussian-noise/3.":
            refused(s.ask("/api/probe/" + probe), 404)


def test_pictures_by_their_number():
    s = server()
    count = json.loads(s.ask("/api/pictures").body)["n"]
    assert count == PICTURES
    refused(s.ask(f"/api/picture/{count}/why"), 404)
    assert s.ask(f"/api/picture/{count - 1}/why").status == 200
    small = s.ask("/api/picture/0/thumb")
    assert small.status == 200 and small["Content-Type"] == "image/jpeg" and small.body[:3] == b"\xff\xd8\xff"
    assert s.ask("/api/picture/0/thumb?side=112").body == small.body != s.ask("/api/picture/0/thumb?side=224").body
    view = s.ask("/api/picture/0/view")
    assert view.status == 200 and view["Content-Type"] == "image/png" and view.body[:4] == b"\x89PNG"
    probe = s.ask("/api/probe/gaussian-noise/2.5?side=224")
    assert probe.status == 200 and probe["Content-Type"] == "image/jpeg"
    assert s.ask("/api/probe/fit").status == 200
    assert s.ask("/api/decisions.csv")["Content-Disposition"] == 'attachment; filename="decisions.csv"'


def test_what_is_known_is_not_sent_again():
    s = server()
    for path in ("/app.js", "/api/picture/0/thumb"):
        first = s.ask(path)
        again = s.ask(path, If_None_Match=first["ETag"])
        assert again.status == 304 and again.body == b"" and again["ETag"] == first["ETag"], path
        assert s.ask(path, If_None_Match='"other"').status == 200
    assert s.ask("/api/picture/1/thumb")["ETag"] != s.ask("/api/picture/0/thumb")["ETag"]


def test_unknown_routes_and_methods():
    s = server()
    for path in ("/x", "/api", "/api/", "/api/report/", "/api/reports", "/api/report.json", "/api/picture", "/api/picture/0", "/api/picture/0/", "/api/picture/0/thumb/x",
                 "/api/picture/0/exif", "/api/probe", "/api/probe/fit/", "/api/decisions.CSV", "/api/decide/x", "/robots.txt", "/.git/config"):
        refused(s.ask(path), 404, "nothing at this address")
        refused(s.post(path), 404, "nothing at this address")
    for path in CHANGES:
        answer = s.ask(path)
        refused(answer, 405)
        assert answer["Allow"] == "POST"
    for path in ROUTES:
        answer = s.post(path)
        refused(answer, 405)
        assert answer["Allow"] == "GET, HEAD"
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 100):
        answer = s.ask("/api/pictures", method)
        assert answer.status in (400, 405), (method, answer.status)
        if answer.status == 405:
            refused(answer, 405)
            assert answer["Allow"] == "GET, HEAD, POST" and s.cookie.encode() not in answer.body


def test_read_only():
    s = Server("--read-only")
    for path in CHANGES:
        refused(s.post(path, b'{"ids":[0],"noisy":true}'), 403, "read-only")
    assert b'"readonly":true' in s.ask("/").body and s.ask("/api/pictures").status == 200
    assert s.stop() == 0 and s.said() == ""


# --- requests that are no requests ------------------------------------------------------------------


def test_oversized_bodies():
    s = server()
    head = s.get_line("/api/decide", Origin="http://" + s.own, Content_Type="application/json", Connection="close").replace(b"GET", b"POST")[:-2]
    refused(s.change("/api/decide", b" " * (1 << 20)), 400, "cannot be read")  # as large as may be, and no JSON
    refused(s.post("/api/decide", b" " * ((1 << 20) + 1)), 413)
    refused(s.post("/api/decide", b" " * (20 << 20)), 413)
    refused(s.post("/app.js", b" " * (2 << 20)), 413)
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    assert status(s.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 17 + b"0\r\n\r\n")) == 413
    assert status(s.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 16 + b"0\r\n\r\n")) == 400
    refused(s.ask("/api/pictures", body=b" " * (2 << 20)), 413)
    assert s.ask("/api/pictures", body=b"ignored").status == 200
    for length in (b"-1", b"x", b"99999999999999999999999999", b"1, 2"):
        data = s.raw(head + b"Content-Length: " + length + b"\r\n\r\n{}")
        assert status(data) in (0, 400, 413), data[:80]
    s.alive()


def test_oversized_headers():
    s = server()
    for data in (s.get_line("/" + "a" * 100000), s.get_line("/?" + "a" * 100000), s.get_line(Cookie="a" * 100000), s.get_line(X="b" * 1000000),
                 s.get_line().replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 20000 + b"\r\n"), b"G" * 100000, b"GET " + b"/" * 1000000):
        answer = s.raw(data)
        assert status(answer) in (0, 400, 403, 404, 413, 414, 431, 494), answer[:100]
        assert b'"n":' not in answer
    s.alive()


def test_malformed_requests():
    s = server()
    cookie = s.get_line().split(b"\r\n", 1)[1]
    bad = [b"\r\n\r\n", b"\0" * 1000, b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\n" + cookie, b"GET  /api/pictures  HTTP/1.1\r\n" + cookie, b"GET /\0 HTTP/1.1\r\n" + cookie,
           b"GET /api/pictures\0x HTTP/1.1\r\n" + cookie, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(200), os.urandom(4096), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
           b"GET / HTTP/1.1\r\nno colon\r\n" + cookie, b"GET / HTTP/1.1\r\n: empty\r\n" + cookie, b"GET / HTTP/1.1\r\n folded: x\r\n" + cookie, b"GET /\xff\xfe HTTP/1.1\r\n" + cookie,
           b"POST /api/decide HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" + cookie + b"0\r\n\r\n", b"POST /api/decide HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + cookie + b"zz\r\n\r\n",
           b"POST /api/decide HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + cookie + b"ffffffffffffffffff\r\n\r\n", b"GET / HTTP/1.1\nHost: x\n\n", b"GET / HTTP/1.1\r\nExpect: 100-continue\r\n" + cookie]
    for data in bad:
        answer = s.raw(data, 5)
        assert status(answer) in (0, 100, 200, 400, 403, 404, 405, 413, 501, 505), (data[:40], answer[:80])
        assert b"Set-Cookie" not in answer
    for twice in (b"Cookie: " + s.cookie.encode(), b"Origin: http://" + s.own.encode(), b"Sec-Fetch-Site: none"):
        assert status(s.raw(s.get_line(Origin="http://" + s.own, Sec_Fetch_Site="same-origin").replace(b"\r\n\r\n", b"\r\n" + twice + b"\r\n\r\n"))) == 400
    for cut in range(1, len(s.get_line()), 7):  # clients that leave in the middle
        with s.connect() as c:
            c.sendall(s.get_line()[:cut])
    s.alive()


def test_mutated_requests():
    """Right requests with bytes put in, taken out and changed, the same ones each time."""
    s = server()
    post = s.get_line("/api/undo", Origin="http://" + s.own, Content_Type="application/json", Content_Length="2").replace(b"GET", b"POST") + b"{}"
    right = [s.get_line(path) for path in ROUTES] + [post]
    pieces = [b"\0", b"\r\n", b"\n", b":", b" ", b"%00", b"..", b"/", b"\xff", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"HTTP/1.0", b"A" * 5000,
              b"Expect: 100-continue\r\n", b"Cookie: ;;=;\r\n", b"-1", b"9" * 20]
    rng = random.Random(5)
    for _ in range(1000):
        data = bytearray(b"".join(rng.choices(right, k=rng.randrange(1, 4))))
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(data))
            change = rng.randrange(3)
            data[at:at + (rng.randrange(20) if change == 0 else change - 1)] = [b"", rng.choice(pieces), rng.randbytes(1)][change]
        with s.connect() as c:
            c.sendall(data)
            c.settimeout(0.02)
            try:
                assert status(c.recv(65536)) in (0, 100, 200, 400, 403, 404, 405, 413, 414, 431, 500, 501, 505)
            except (TimeoutError, ConnectionError):
                pass
    s.alive()


# --- HTTP as it should be -----------------------------------------------------------------------------


def test_head():
    s = server()
    for path in ("/", "/app.js", "/api/pictures", "/api/picture/0/thumb", "/nowhere"):
        get, head = s.ask(path), s.ask(path, "HEAD")
        assert head.status == get.status and head.body == b"" and int(head["Content-Length"]) == len(get.body), path
        assert {k: v for k, v in head.headers.items() if k != "Date"} == {k: v for k, v in get.headers.items() if k != "Date"}
    data = s.raw(s.get_line().replace(b"GET", b"HEAD") + s.get_line(Connection="close"))
    assert data.count(b"HTTP/1.1 200 ") == 2 and data.count(b'"n":') == 1


def test_pipelined_requests_are_answered_in_order():
    s = server()
    data = s.raw(s.get_line() + s.get_line("/nowhere") + s.get_line("/app.css") + s.get_line(Host="evil.example", Connection="close"))
    assert re.findall(rb"HTTP/1\.1 (\d+) ", data) == [b"200", b"404", b"200", b"403"], data


def test_keep_alive():
    s = server()
    with s.connect() as c:
        for i in range(100):
            c.sendall(s.get_line("/api/pictures" if i % 2 else "/nowhere"))
            data = b""
            while b"}" not in data:
                piece = c.recv(65536)
                assert piece, i
                data += piece
                if i % 2 and len(data) >= int(re.search(rb"Content-Length: (\d+)", data)[1]):
                    length = int(re.search(rb"Content-Length: (\d+)", data)[1]) + data.index(b"\r\n\r\n") + 4
                    while len(data) < length:
                        data += c.recv(65536)
            assert status(data) == (200 if i % 2 else 404)


# --- many, and slow ---------------------------------------------------------------------------------


def together(count, do):
    """Runs do(i) in as many threads; what each gave, or the error."""
    out = [None] * count

    def one(i):
        try:
            out[i] = do(i)
        except Exception as why:  # it is looked at below
            out[i] = why

    threads = [threading.Thread(target=one, args=(i,), daemon=True) for i in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(90)
    return out


def test_200_clients_at_once():
    s = server()
    gate = threading.Barrier(200)

    def client(i):
        with s.connect() as c:
            gate.wait(30)  # all are connected before the first asks
            c.settimeout(60)
            c.sendall(s.get_line(f"/api/picture/{i % 3}/thumb", Connection="close"))
            data = b""
            while True:
                piece = c.recv(65536)
                if not piece:
                    return status(data)
                data += piece

    assert together(200, client) == [200] * 200
    s.alive()


def test_200_clients_that_stay():
    """As browsers do: a connection is kept after the answer. Those in the queue must still have their turn."""
    s = server()
    kept = []

    def client(i):
        c = s.connect()
        kept.append(c)
        c.settimeout(60)
        c.sendall(s.get_line())
        return status(c.recv(65536))

    began = time.monotonic()
    try:
        assert together(200, client) == [200] * 200
    finally:
        for c in kept:
            c.close()
    print(f"# {time.monotonic() - began:.1f} s")
    s.alive()


def test_slow_clients_are_cut_off():
    """One that sends a byte now and then, alone: it is let go after a while. As many as there is room for: sooner, and others are answered."""
    s = Server()
    began = time.monotonic()
    lone = s.connect()
    slow, closed = [lone], {}

    def drip(c, until):
        c.settimeout(0.01)
        while time.monotonic() < until and c not in closed:
            try:
                c.sendall(b"X")
                if c.recv(100) == b"":
                    closed[c] = time.monotonic() - began
            except TimeoutError:
                pass
            except OSError:
                closed[c] = time.monotonic() - began
            time.sleep(0.3)

    lone.sendall(b"GET /")
    threading.Thread(target=drip, args=(lone, began + 30), daemon=True).start()
    time.sleep(5)
    assert not closed
    crowd_began = time.monotonic()
    for _ in range(150):
        c = s.connect()
        c.sendall(b"GET / HTTP/1.1\r\nX-")
        slow.append(c)
        threading.Thread(target=drip, args=(c, began + 40), daemon=True).start()
    assert s.ask("/api/pictures").status == 200
    print(f"# answered {time.monotonic() - crowd_began:.1f} s after 150 slow clients came")
    while len(closed) < len(slow) and time.monotonic() < began + 40:
        time.sleep(0.2)
    assert len(closed) == len(slow), f"{len(slow) - len(closed)} still hang on"
    print(f"# the last one cut off after {max(closed.values()):.1f} s")
    assert s.ask("/api/pictures").status == 200
    assert s.stop() == 0 and s.said() == ""


def test_a_slow_client_alone():
    s = Server()
    with s.connect() as c:
        c.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        c.settimeout(0.01)
        while time.monotonic() < began + 30:
            try:
                c.sendall(b"X: y\r\n")
                if c.recv(100) == b"":
                    break
            except TimeoutError:
                time.sleep(0.3)
            except OSError:
                break
        assert 10 < time.monotonic() - began < 25, time.monotonic() - began
    assert s.stop() == 0


def test_a_client_that_takes_nothing_holds_up_no_other():
    s = server()
    held = [s.connect() for _ in range(10)]
    for c in held:
        c.sendall(s.get_line("/app.js") * 200)
    began = time.monotonic()
    assert s.ask("/api/pictures").status == 200 and time.monotonic() - began < 5
    for c in held:
        c.close()
    s.alive()


# --- the folder is scanned again ----------------------------------------------------------------------


class Folder:
    """Pictures and results of their own, scanned when asked."""

    def __init__(self, name):
        self.pictures, self.out = (os.path.join(FOLDER.name, name, part) for part in ("pictures", "out"))
        subprocess.run([PARDON, "demo", "-n", "6", "-o", self.pictures], check=True, stdout=subprocess.DEVNULL, timeout=120)
        self.scan()

    def scan(self):
        subprocess.run([PARDON, "scan", self.pictures, "-o", self.out], check=True, stdout=subprocess.DEVNULL, timeout=120)

    def add(self, name):
        """A copy of the first picture that stands before all others in the list: each of them has another number then."""
        first = min(os.path.join(at, f) for at, _, files in os.walk(self.pictures) for f in files if f.endswith((".jpg", ".png")))
        shutil.copy(first, os.path.join(self.pictures, name))


def names(s, scan):
    return json.loads(s.ask(f"/api/pictures?scan={scan}").body)["columns"]["file"]["values"]


def test_a_newer_scan_is_opened_when_the_page_is_loaded():
    of = Folder("again")
    s = Server(folder=of.out)
    former = names(s, 1)
    assert s.post("/api/decide?scan=1", b'{"ids":[2],"noisy":true}').status == 200
    small = s.ask("/api/picture/2/thumb?scan=1")
    assert small["Cache-Control"] == "private, max-age=600" and s.ask("/api/picture/2/thumb")["Cache-Control"] == "private, no-cache"
    of.add("0-new.jpg")
    of.scan()
    refused(s.post("/api/decide?scan=1", b'{"ids":[2],"noisy":false}'), 500, "scanned again")
    refused(s.ask("/api/pictures?scan=1"), 500, "scanned again")
    page = s.ask("/")  # the page is loaded again
    assert b'"scan":2' in page.body and json.loads(s.ask("/api/scan").body) == {"scan": 2}
    assert names(s, 2) == ["0-new.jpg", *former]
    for path in ROUTES[5:]:
        refused(s.ask(path + "?scan=1"), 409, "scanned again")
        assert s.ask(path + "?scan=2").status == 200, path
    for path in CHANGES:
        refused(s.post(path + "?scan=1", b'{"ids":[2],"noisy":false}'), 409, "scanned again")
    assert s.ask("/api/picture/3/thumb?scan=2").body == small.body
    log = json.loads(s.ask("/api/decisions").body)
    assert [d["file"] for d in log["decisions"]] == [former[2]] and log["undo"] == 1
    answer = json.loads(s.post("/api/undo?scan=2").body)
    assert answer["changed"]["ids"] == [3] and answer["changed"]["decided"] == [0], answer
    assert s.stop() == 0 and s.said() == ""


def test_a_folder_that_was_made_anew():
    """Its store counts its scans from 1, as the former one did."""
    of = Folder("anew")
    s = Server(folder=of.out)
    shutil.rmtree(of.out)
    assert json.loads(s.ask("/api/scan").body) == {"scan": 1}  # nothing to open: what there was is shown
    assert s.ask("/api/picture/0/thumb?scan=1").status == 200
    of.add("0-new.jpg")
    of.scan()
    refused(s.post("/api/decide?scan=1", b'{"ids":[2],"noisy":true}'), 500, "scanned again")
    assert json.loads(s.ask("/api/scan").body) == {"scan": 2} and len(names(s, 2)) == 7
    assert s.post("/api/decide?scan=2", b'{"ids":[2],"noisy":true}').status == 200
    assert s.stop() == 0 and s.said() == ""


def test_a_folder_that_is_gone():
    """What was read from it before is shown; all else ends in words, and not the server with it."""
    of = Folder("gone")
    s = Server(folder=of.out)
    measured = [i for i in range(6) if s.ask(f"/api/picture/{i}/why?scan=1").status == 200]
    assert measured
    os.rename(of.out, of.out + ".gone")
    for _ in range(4):
        for i in measured:
            refused(s.ask(f"/api/picture/{i}/why?scan=1"), 500)
        for path in ROUTES[4:]:
            answer = s.ask(path + "?scan=1")
            assert answer.status == 200 or json.loads(answer.body)["error"], (path, answer.status)
        for path in CHANGES:
            assert json.loads(s.post(path + "?scan=1", b'{"ids":[2],"noisy":true}').body)
    os.rename(of.out + ".gone", of.out)
    assert s.ask("/api/picture/%d/why?scan=1" % measured[0]).status == 200
    assert s.stop() == 0 and s.said() == ""


def test_a_folder_that_another_detector_judged():
    import sqlite3
    of = Folder("other")
    db = sqlite3.connect(os.path.join(of.out, "pardon.db"))
    assert db.execute("UPDATE scan SET value = replace(value, 'detector=', 'detector=former ') WHERE key = 'review'").rowcount == 1
    db.commit()
    db.close()
    s = Server(folder=of.out)
    for path in ROUTES[4:]:
        answer = s.ask(path + "?scan=1")
        if path.endswith("/why"):
            refused(answer, 404, "scanned with another detector: scan it again")
        else:
            assert answer.status == 200, (path, answer.body)
    assert s.stop() == 0 and s.said() == ""


def test_a_scan_is_a_number():
    s = server()
    for wrong in ("abc", "", "-1", "1.5", "+1", "%31", "1x", "0x1"):
        refused(s.ask("/api/pictures?scan=" + wrong), 400, "scan is a number")
        refused(s.post("/api/decide?scan=" + wrong, b'{"ids":[2],"noisy":true}'), 400, "scan is a number")
    for other in ("0", "2", "99999999999999999999999"):
        refused(s.ask("/api/pictures?scan=" + other), 409, "scanned again")


def test_a_scan_that_did_not_end_is_not_opened():
    import sqlite3
    of = Folder("unfinished")
    s = Server(folder=of.out)
    db = sqlite3.connect(os.path.join(of.out, "pardon.db"))
    db.execute("UPDATE meta SET value = value + 1 WHERE key = 'list'")
    db.commit()
    assert b'"scan":1' in s.ask("/").body
    assert s.ask("/api/picture/0/thumb?scan=1").status == 200
    refused(s.ask("/api/pictures?scan=1"), 500, "scanned again, or is being scanned")
    of.scan()
    assert b'"scan":2' in s.ask("/").body and s.ask("/api/pictures?scan=2").status == 200
    db.close()
    assert s.stop() == 0 and s.said() == ""


def test_many_ask_while_it_is_scanned_again_and_again():
    """Nobody is answered with what is of another scan than the one asked about, and every decision that was taken is in the log."""
    of = Folder("busy")
    s = Server(folder=of.out)
    first, over, taken, wrong = names(s, 1), threading.Event(), [], []
    expected = {1: first}
    known = threading.Lock()

    def ask(i):
        rng = random.Random(i)
        while not over.is_set():
            scan = json.loads(s.ask("/api/scan").body)["scan"]
            answer = s.ask(f"/api/pictures?scan={scan}")
            if answer.status != 200:
                wrong.extend([answer.body] if answer.status not in (409, 500) or b"scanned again" not in answer.body else [])
                continue
            files = json.loads(answer.body)["columns"]["file"]["values"]
            with known:
                if expected.setdefault(scan, files) != files:
                    wrong.append((scan, files))
            at = rng.randrange(len(files))
            s.ask(f"/api/picture/{at}/thumb?scan={scan}")
            answer = s.post(f"/api/decide?scan={scan}", json.dumps({"ids": [at], "noisy": rng.random() < 0.5}).encode())
            if answer.status == 200:
                taken.append(files[at])
            elif answer.status not in (409, 500):
                wrong.append(answer.body)

    threads = [threading.Thread(target=ask, args=(i,), daemon=True) for i in range(8)]
    for t in threads:
        t.start()
    for i in range(4):
        of.add(f"0-new-{9 - i}.jpg")
        while subprocess.run([PARDON, "scan", of.pictures, "-o", of.out], capture_output=True, timeout=120).returncode != 0:
            time.sleep(0.01)  # somebody decided just now
        time.sleep(0.3)
    over.set()
    for t in threads:
        t.join(60)
    assert not wrong, wrong[:3]
    scan = json.loads(s.ask("/api/scan").body)["scan"]
    assert scan >= 2 and len(names(s, scan)) == 10 and max(expected) == scan
    log = {d["file"] for d in json.loads(s.ask("/api/decisions").body)["decisions"]}
    copies = {name for name in names(s, scan) if name.startswith("0-new")} | {first[0]}
    assert taken and all(name in log or (name in copies and copies & log) for name in taken), set(taken) - log
    assert s.stop() == 0 and s.said() == ""


# --- beginning and end ------------------------------------------------------------------------------


def test_signals_end_it_well():
    for number in (signal.SIGINT, signal.SIGTERM):
        s = Server()
        idle, half = s.connect(), s.connect()
        idle.sendall(s.get_line())
        assert status(read_all(idle, 3)) == 200
        half.sendall(b"GET /api")
        began = time.monotonic()
        assert s.stop(number) == 0 and time.monotonic() - began < 5
        assert s.said() == ""
        again = Server("--port", str(s.port))  # free at once
        assert again.port == s.port and again.token != s.token
        assert again.ask("/api/pictures", Cookie=s.cookie).status == 403
        assert again.stop() == 0


def fails(*words):
    done = subprocess.run([PARDON, "serve", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and done.stdout == "", done
    return done.stderr


def test_what_cannot_be_is_said():
    s = server()
    assert f"port {s.port} is in use by another program" in fails("--port", str(s.port), results())
    assert "up to 65535" in fails("--port", "65536", results())
    assert "numeric address" in fails("--host", "example.org", results())
    assert "cannot answer at '203.0.113.7'" in fails("--host", "203.0.113.7", results())
    assert "one results folder" in fails() and "one results folder" in fails(results(), results())
    assert "pardon: " in fails(os.path.join(FOLDER.name, "no-such-folder"))
    with open("/dev/full", "w") as full:  # an address nobody can read is no service
        done = subprocess.run([PARDON, "serve", results()], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2 and done.stderr == "pardon: cannot write the output\n", done


def test_other_addresses_are_warned_of():
    s = Server("--host", "0.0.0.0")
    assert "other machines can reach this page" in s.said() and s.host == "127.0.0.1" and s.said().count("\n") == 1
    assert listening(s.process.pid) == ["00000000:%04X" % s.port]
    for host in (f"192.168.0.7:{s.port}", f"localhost:{s.port}", f"[fe80::1]:{s.port}"):
        assert s.ask("/api/pictures", Host=host, Origin="http://" + host).status == 200, host
    for host in (f"evil.example:{s.port}", "192.168.0.7", f"192.168.0.7:{s.port + 1}", f"fe80::1:{s.port}", f"[192.168.0.7]:{s.port}", f":{s.port}", f"[]:{s.port}"):
        refused(s.ask("/api/pictures", Host=host), 403)
    refused(s.ask("/api/pictures", Cookie=None), 403)
    assert s.stop() == 0
    if os.path.exists("/proc/net/if_inet6") and "lo" in open("/proc/net/if_inet6").read():
        s = Server("--host", "::1")
        assert s.host == "[::1]" and s.said() == "" and s.ask("/", Origin="http://" + s.own).status == 200
        assert s.stop() == 0
    s = Server("--host", "127.0.0.2", "--read-only")
    assert s.said() == "" and s.host == "127.0.0.2" and s.ask("/api/pictures").status == 200
    assert s.stop() == 0


def test_a_browser_is_opened_only_when_asked():
    heard = os.path.join(FOLDER.name, "heard")
    browser = os.path.join(FOLDER.name, "browser")
    with open(browser, "w") as f:
        f.write(f'#!/bin/sh\nprintf "%s\\n" "$@" >{heard}.part && mv {heard}.part {heard}\n')
    os.chmod(browser, 0o755)
    s = Server(environment={"BROWSER": browser})
    time.sleep(0.5)
    assert s.stop() == 0 and not os.path.exists(heard)
    s = Server("--open", environment={"BROWSER": browser})
    for _ in range(100):
        if os.path.exists(heard):
            break
        time.sleep(0.1)
    with open(heard) as f:
        assert f.read() == s.line
    assert s.stop() == 0
    s = Server("--open", environment={"BROWSER": "/no/such/browser"})
    s.alive()
    assert s.stop() == 0 and "cannot start '/no/such/browser'" in s.said()


def test_nothing_leaves_the_machine():
    if not shutil.which("strace"):
        raise tap.Skip("strace is not on this machine")
    trace = os.path.join(FOLDER.name, "trace")
    # -D: the server stays our child; the address sanitizer's leak check cannot work under a tracer
    s = Server(before=["strace", "-D", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,bind", "-o", trace], environment={"ASAN_OPTIONS": "detect_leaks=0"})
    for path in ROUTES:
        s.ask(path)
    assert s.change("/api/undo").status == 200
    assert s.stop() == 0
    time.sleep(0.5)
    with open(trace) as f:
        lines = f.read()
    assert lines.count("bind(") == 1 and 'inet_addr("127.0.0.1")' in lines
    assert "connect(" not in lines, lines
    for address in re.findall(r'inet_addr\("([^"]+)"\)', lines):
        assert address == "127.0.0.1"


def test_the_server_of_all_these_tests_ends_well():
    s = server()
    assert s.stop() == 0 and s.said() == "", s.said()


tap.main()
