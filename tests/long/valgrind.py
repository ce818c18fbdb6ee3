"""One small scan of drawn pictures under Valgrind: no bad read or write, nothing of ours left behind."""
import os
import shutil
import subprocess
import tempfile

import tap

PARDON = os.path.join(tap.BUILD, "pardon")
RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "suppressions", "valgrind.txt")


def test_a_small_scan():
    if not shutil.which("valgrind"):
        raise tap.Skip("valgrind is not installed")
    with tempfile.TemporaryDirectory() as folder:
        pictures, results = os.path.join(folder, "pictures"), os.path.join(folder, "results")
        subprocess.run([PARDON, "demo", "-o", pictures, "--count", "8", "--seed", "1"], check=True, capture_output=True)
        done = subprocess.run(
            ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite",
             "--show-leak-kinds=definite", "--gen-suppressions=all", "--suppressions=" + RULES,
             PARDON, "scan", pictures, "-o", results, "--k", "2", "--threads", "2"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            # kernels newer than Valgrind's own knowledge of instructions are not chosen; GLib's slices are plain mallocs
            env={**os.environ, "OPENBLAS_CORETYPE": "Haswell", "G_SLICE": "always-malloc"})
        assert done.returncode == 0, f"exit code {done.returncode}\n{done.stderr[-6000:]}"
        assert os.path.exists(os.path.join(results, "images.csv"))


if __name__ == "__main__":
    tap.main()
