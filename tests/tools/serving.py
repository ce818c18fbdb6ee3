"""`pardon serve` under a test: started, its one line read, asked, and always ended."""
import atexit
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-serve-")
STARTED = []
PICTURES = 12


def results():
    """A finished scan of drawn pictures, made once."""
    out = os.path.join(FOLDER.name, "results")
    if not os.path.exists(out):
        pictures = os.path.join(FOLDER.name, "pictures")
        for line in ([PARDON, "demo", "-n", str(PICTURES), "-o", pictures], [PARDON, "scan", pictures, "-o", out]):
            subprocess.run(line, check=True, stdout=subprocess.DEVNULL, timeout=120)
    return out


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __getitem__(self, name):
        return self.headers.get(name)


class Server:
    def __init__(self, *options, before=(), environment=None, folder=None):
        line = [*before, PARDON, "serve", *options, folder or results()]
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=self.errors, env={**os.environ, **(environment or {})},
                                        start_new_session=True)
        STARTED.append(self)
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        self.line = self.process.stdout.readline().decode() if ready else ""
        if "built without its page" in self.said():
            raise tap.Skip("this build has no page (-Dui=false)")
        match = re.fullmatch(r"http://(\[?[\w.:]+?\]?):(\d+)/\?token=([0-9a-f]{32})\n", self.line)
        assert match, f"not one address: {self.line!r}, {self.said()!r}"
        self.host, self.port, self.token = match[1], int(match[2]), match[3]
        self.own = f"{self.host}:{self.port}"
        self.cookie = f"pardon-{self.port}={self.token}"

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode()

    def headers(self, **changed):
        """What pardon's page sends; None leaves one out. Names with '_' for '-'."""
        sent = {"Host": self.own, "Cookie": self.cookie, **{k.replace("_", "-"): v for k, v in changed.items()}}
        return {k: v for k, v in sent.items() if v is not None}

    def ask(self, path, method="GET", body=None, **changed):
        connection = http.client.HTTPConnection(self.host.strip("[]"), self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers(**changed).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def post(self, path, body=b"{}", **changed):
        return self.ask(path, "POST", body, **{"Origin": "http://" + self.own, "Content_Type": "application/json", **changed})

    def change(self, path, body=b"{}", **changed):
        """A change of the scan that is shown now."""
        scan = json.loads(self.ask("/api/scan").body)["scan"]
        return self.post(f"{path}?scan={scan}", body, **changed)

    def connect(self):
        return socket.create_connection((self.host.strip("[]"), self.port), timeout=30)

    def raw(self, data, seconds=10):
        """What comes back for these bytes until the server closes, or falls silent for a second."""
        with self.connect() as s:
            try:
                s.sendall(data)
            except OSError:
                pass  # it may have heard enough
            return read_all(s, seconds)

    def get_line(self, path="/api/pictures", **changed):
        lines = [f"GET {path} HTTP/1.1"] + [f"{k}: {v}" for k, v in self.headers(**changed).items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def alive(self):
        assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.said()}"
        assert self.ask("/api/pictures").status == 200

    def stop(self, number=signal.SIGTERM):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(30)
        finally:
            self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@atexit.register
def end_all():
    for server in STARTED:
        server.kill()


def read_all(s, seconds=10):
    data, end = b"", time.monotonic() + seconds
    s.settimeout(1)
    while time.monotonic() < end:
        try:
            piece = s.recv(65536)
        except (TimeoutError, ConnectionError):
            break
        if not piece:
            break
        data += piece
    return data


def status(data):
    """The status of the first answer in raw bytes; 0: none, the connection was closed."""
    match = re.match(rb"HTTP/1\.[01] (\d\d\d) ", data)
    return int(match[1]) if match else 0
