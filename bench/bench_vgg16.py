"""VGG16 to fc2: a scan beside the runtime alone, in turn on as many pictures, medians of five; the ratio is to stay below 1.10.
Run: PARDON_BUILD=build /usr/bin/python3 bench/bench_vgg16.py [pictures [runs]]. Needs 2 GB of memory, 0.6 GB of disk in the
temporary folder, where the generated model (random weights) is kept for the next time. Both sides load the model, in their own process."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("PARDON_BUILD", os.path.join(HERE, "..", "build"))
TOOL = os.path.join(BUILD, "tests", "tools", "tool_onnx")
PARDON = os.path.join(BUILD, "pardon")
PICTURES = int(sys.argv[1]) if len(sys.argv) > 1 else 64
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
BATCH = 8
THREADS = len(os.sched_getaffinity(0))
MODEL = os.path.join(tempfile.gettempdir(), "pardon-bench-%d" % os.getuid(), "vgg16.onnx")


def generate():
    if os.path.exists(MODEL):
        return
    os.makedirs(os.path.dirname(MODEL), exist_ok=True)
    maker = os.path.join(HERE, "..", "tests", "tools", "make_vgg16.py")
    subprocess.run([sys.executable, maker, MODEL + ".part"], check=True)
    os.rename(MODEL + ".part", MODEL)


def draw(folder):
    """Pictures of a camera's small size, with detail enough for JPEG to have work."""
    rng = np.random.default_rng(0)
    for i in range(PICTURES):
        coarse = Image.fromarray(rng.integers(0, 256, (30, 40, 3), "u1")).resize((500, 375), Image.BICUBIC)
        fine = np.asarray(coarse, "i2") + rng.integers(-12, 13, (375, 500, 3))
        Image.fromarray(np.clip(fine, 0, 255).astype("u1")).save(os.path.join(folder, "%03d.jpg" % i), quality=90)


def seconds(*command):
    start = time.perf_counter()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s\n%s%s" % (" ".join(map(str, command)), done.stdout, done.stderr))
    return time.perf_counter() - start


def runtime_alone():
    # The tool warms up with one batch, which counts here.
    return seconds(TOOL, "time", MODEL, 224, 224, BATCH, max(PICTURES - BATCH, 0), THREADS, "fc2")


def scan(pictures):
    with tempfile.TemporaryDirectory() as out:
        return seconds(PARDON, "scan", pictures, "-o", os.path.join(out, "results"), "--model", MODEL, "--layer", "fc2", "--view",
                       "stretch-nearest-224", "--scale", "caffe", "--pca", 10, "--k", 4, "--threads", THREADS)


def main():
    generate()
    with tempfile.TemporaryDirectory() as pictures:
        draw(pictures)
        alone, scanned = [], []
        scans = os.path.exists(PARDON)
        runtime_alone()  # brings the model into the page cache
        for _ in range(RUNS):
            alone.append(runtime_alone())
            if scans:
                scanned.append(scan(pictures))
        a = statistics.median(alone)
        print("%d pictures, %d threads, batches of %d, medians of %d" % (PICTURES, THREADS, BATCH, RUNS))
        print("runtime alone   %7.2f s   %5.2f pictures/s" % (a, PICTURES / a))
        if scans:
            s = statistics.median(scanned)
            print("pardon scan     %7.2f s   %5.2f pictures/s" % (s, PICTURES / s))
            print("ratio           %7.3f     (target: at most 1.10)" % (s / a))


if __name__ == "__main__":
    main()
