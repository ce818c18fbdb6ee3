#!/usr/bin/python3
"""Golden tests of the command line: every cases/NAME.sh is run by bash in an empty folder, and what it prints (standard output
and error together) and its exit code must equal cases/NAME.expected. Names of temporary folders are replaced.

    golden.py              run all, print TAP
    golden.py --update     write the expected files anew; look at the difference before you commit it
    golden.py NAME...      those alone
A case may end with 'skip: WHY' as its only output and exit code 77."""
import difflib
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("PARDON_BUILD", os.path.join(HERE, "..", "..", "build"))
SHARED = os.environ.get("PARDON_SHARED", os.path.join(HERE, "..", "..", "..", "shared"))


def run(case):
    with tempfile.TemporaryDirectory(prefix="pardon-cli-") as folder:
        env = dict(os.environ, PATH=os.path.abspath(BUILD) + ":" + os.environ["PATH"], LC_ALL="C.UTF-8", TMP_DIR=folder,
                   NO_COLOR="1", PARDON_CACHE=os.path.join(folder, ".cache"), PARDON_CONFIG=os.path.join(folder, ".config"),
                   SHARED=os.path.abspath(SHARED), HOME=folder, TERM="dumb", TOOLS=os.path.join(HERE, "..", "tools"))
        # in a session of its own, so that a program that hangs ends with its shell
        with subprocess.Popen(["bash", case], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, start_new_session=True) as process:
            try:
                output = process.communicate(timeout=int(os.environ.get("PARDON_CASE_SECONDS", "120")))[0]
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return "took too long\n", -1
        text = output.decode("utf-8", "replace").replace(os.path.realpath(folder), "TMP").replace(folder, "TMP")
    # the last digits hang on the processor; tests/oracle holds the numbers to account
    text = re.sub(r"silhouette -?[\d.]+, inertia [\d.e+]+", "silhouette S, inertia I", text)
    text = re.sub(r"after \d+ ms", "after N ms", text)
    # verdicts hang on the detector's table, which may be trained anew
    text = re.sub(r"^noise: \d+ of (\d+ .* too degraded to judge by) .*", r"noise: N of \1 (P %)", text, flags=re.M)
    text = re.sub(r"^noise: an estimated .*", "noise: an estimated P %", text, flags=re.M)
    text = re.sub(r"^note: \d+ % of the pictures are unlike .*\n", "", text, flags=re.M)
    return text.replace("\r", ""), process.returncode


def main():
    names = [a for a in sys.argv[1:] if not a.startswith("-")]
    update = "--update" in sys.argv
    cases = sorted(glob.glob(os.path.join(HERE, "cases", "*.sh")))
    if names:
        cases = [c for c in cases if os.path.basename(c)[:-3] in names]
    if not os.path.exists(os.path.join(BUILD, "pardon")):
        sys.exit("there is no program at " + os.path.join(BUILD, "pardon") + "; ./dev build makes it")
    print("TAP version 13")
    print(f"1..{len(cases)}")
    failed = 0
    for i, case in enumerate(cases, 1):
        name = os.path.basename(case)[:-3]
        expected_file = case[:-3] + ".expected"
        text, code = run(case)
        if code == 77:
            print(f"ok {i} - {name} # SKIP {text.strip()}")
            continue
        got = f"{text}exit {code}\n"
        if update:
            with open(expected_file, "w", encoding="utf-8") as f:
                f.write(got)
        expected = open(expected_file, encoding="utf-8").read() if os.path.exists(expected_file) else ""
        if got == expected:
            print(f"ok {i} - {name}")
        else:
            failed += 1
            print(f"not ok {i} - {name}")
            for line in difflib.unified_diff(expected.splitlines(), got.splitlines(), "expected", "got", lineterm=""):
                print("# " + line)
        sys.stdout.flush()
    sys.exit(1 if failed else 0)


main()
