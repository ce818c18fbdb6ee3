"""PCA and k-means beside scikit-learn's, in turn on the same data, medians of five. The tool times the computation
alone; so does this script. Run: PARDON_BUILD=build /usr/bin/python3 bench/bench_cluster.py [runs]"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("PARDON_BUILD", os.path.join(HERE, "..", "build"))
TOOL = os.path.join(BUILD, "tests", "tools", "tool_cluster")
RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
THREADS = str(len(os.sched_getaffinity(0)))


def ours(*arguments):
    out = subprocess.run([TOOL, *arguments], capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in out.splitlines())


def theirs(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def photographs_like(n, d, rng):
    """Features with falling spectrum, non-negative, in overlapping groups: what a network's layer looks like."""
    centres = rng.normal(size=(60, d)) * 1.5
    basis = rng.normal(size=(64, d)) / np.arange(1, 65)[:, None] ** 0.5
    x = centres[rng.integers(60, size=n)] * 0.5 + rng.normal(size=(n, 64)) @ basis + 0.3 * rng.normal(size=(n, d))
    return np.maximum(x, 0).astype(np.float32)


def row(name, mine, other, note):
    a, b = statistics.median(mine), statistics.median(other)
    print(f"{name:34s} {a:9.3f} {b:9.3f} {b / a:7.2f}  {note}", flush=True)


def main():
    rng = np.random.default_rng(0)
    print(f"{THREADS} threads, median of {RUNS} runs{'':11s}\n{'':34s} {'ours s':>9s} {'sklearn s':>9s} {'ratio':>7s}")
    with tempfile.TemporaryDirectory() as folder:
        wide = os.path.join(folder, "wide.npy")
        x = photographs_like(20000, 512, rng)
        np.save(wide, x)
        for solver in ("full", "auto"):
            mine, other, off = [], [], 0.0
            for _ in range(RUNS):
                mine.append(float(ours("pca", wide, "50", THREADS, os.path.join(folder, "p"))["seconds"]))
                seconds, fit = theirs(lambda: (lambda p: (p, p.fit_transform(x)))(PCA(50, svd_solver=solver, random_state=0)))
                other.append(seconds)
                variance = np.fromfile(os.path.join(folder, "p.variance"))
                off = np.abs(variance / fit[0].explained_variance_ - 1).max()
            row(f"PCA 20000 x 512 -> 50 ({solver})", mine, other, f"largest difference of a variance {off:.1e}")
        projected = np.fromfile(os.path.join(folder, "p.projected"), np.float32).reshape(-1, 50)
        sets = {"features": projected, "noise": rng.random((20000, 50), dtype=np.float32)}
        for name, data in sets.items():
            path = os.path.join(folder, name + ".npy")
            np.save(path, data)
            mine, other, inertia, reference = [], [], [], []
            for run in range(RUNS):
                r = ours("kmeans", path, "20", str(run), "10", "0", THREADS, "-")
                mine.append(float(r["seconds"]))
                inertia.append(float(r["inertia"]))
                seconds, fit = theirs(lambda: KMeans(20, n_init=10, random_state=run).fit(data))
                other.append(seconds)
                reference.append(fit.inertia_)
            row(f"k-means 20000 x 50, k = 20 ({name})", mine, other,
                f"inertia {max(inertia):.6g} to {min(reference):.6g}: our worst / their best {max(inertia) / min(reference):.5f}")


main()
