"""A scan that is stopped and begun again ends with the same bytes as one that never was; a model's answers do not hang on where
it was stopped."""
import filecmp
import os
import signal
import subprocess
import tempfile
import time

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
FOLDER = tempfile.TemporaryDirectory(prefix="pardon-resume-")
FILES = ["images.csv", "noise.csv", "clusters.csv", "manifest.csv", "summary.json", "report.json", *tap.PAGE]


def command(out):
    return [PARDON, "scan", tap.shared("data", "imagenette"), "-o", os.path.join(FOLDER.name, out), "--model",
            tap.shared("models", "mobilenetv1_0.25_128.onnx"), "--scale", "tf", "--k", "5"]


def whole():
    out = os.path.join(FOLDER.name, "whole")
    if not os.path.exists(out):
        subprocess.run(command("whole"), check=True, stdout=subprocess.DEVNULL)
    return out


def check_stopped(number, code):
    out = "stopped-%d" % number
    done = None
    for seconds in (0.5, 0.3, 0.15):  # a quick machine may finish before the signal: then sooner
        scan = subprocess.Popen(command(out), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(seconds)
        began = time.monotonic()
        scan.send_signal(number)
        words = scan.communicate()[1].decode()
        done = scan.returncode
        if done != 0:
            break
        subprocess.run(["rm", "-rf", os.path.join(FOLDER.name, out)], check=True)
    if done == 0:
        raise tap.Skip("the scan is over before it can be stopped")
    assert done == -number, (done, words)
    assert code is None or code in words, words
    assert time.monotonic() - began < 20
    subprocess.run(command(out), check=True, stdout=subprocess.DEVNULL)
    for name in FILES:
        assert filecmp.cmp(os.path.join(whole(), name), os.path.join(FOLDER.name, out, name), shallow=False), name


def test_interrupted():
    check_stopped(signal.SIGINT, "stopped; what was done is kept")


def test_terminated():
    check_stopped(signal.SIGTERM, "stopped; what was done is kept")


def test_hung_up():
    check_stopped(signal.SIGHUP, "stopped; what was done is kept")


def test_killed():
    check_stopped(signal.SIGKILL, None)


tap.main()
