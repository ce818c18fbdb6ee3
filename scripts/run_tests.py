"""Builds what the tests need and runs them, suite by suite, with the seconds each took. Counts single cases, not
programs: a program that crashes, hangs or dies half-way counts one failed case more. Called by ./dev test; the last
line is 'N passed, N failed' and, where cases were skipped, ', N skipped'."""
import json
import os
import re
import signal
import subprocess
import sys
import time

CASE = re.compile(r"^(not ok|ok)\b\s*(\d*)\s*(?:-\s*)?(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)")
DIRECTIVE = re.compile(r"(?<!\\)#\s*(SKIP|TODO)\b\S*\s*(.*)$", re.IGNORECASE)


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


def read_tap(text, died):
    """Counts, names of failed cases, [(name, reason)] of skipped ones. `died`: why the program as a whole failed, or ''."""
    counts, failures, skips = Counts(), [], []
    plan, seen = None, 0
    for line in text.splitlines():
        if plan is None and (m := PLAN.match(line)):
            plan = int(m[1])
            if plan == 0:
                why = DIRECTIVE.search(line)
                counts.skipped += 1
                skips.append(("(all of it)", why[2] if why and why[2] else "it holds no case"))
        if not (m := CASE.match(line)):
            continue
        seen += 1
        name = DIRECTIVE.sub("", m[3]).strip() or f"case {m[2]}"
        directive = DIRECTIVE.search(line)
        if directive and directive[1].upper() == "SKIP" and m[1] == "ok":
            counts.skipped += 1
            skips.append((name, directive[2] or "no reason given"))
        elif m[1] == "ok":
            counts.passed += 1
        else:
            counts.failed += 1
            failures.append(name)
    if plan is None and not died:
        died = "printed no plan"
    elif plan is not None and seen != plan and not died:
        died = f"ran {seen} of {plan} cases"
    if died and not failures:
        counts.failed += 1
        failures.append(died)
    return counts, failures, skips


def why_died(entry):
    """What happened to the whole program, in words; '' when its cases tell all."""
    code = entry.get("returncode", 0)
    if entry["result"] == "TIMEOUT":
        return f"took too long (stopped after {entry['duration']:.0f} s)"
    if code < 0:
        try:
            return "died of " + signal.Signals(-code).name
        except ValueError:
            return f"died of signal {-code}"
    if code not in (0, 77):
        return f"ended with exit code {code}"
    return "" if entry["result"] in ("OK", "SKIP") else f"failed ({entry['result'].lower()})"


def indent(text, limit=120):
    lines = text.rstrip().splitlines()
    if len(lines) > limit:
        lines = [f"... {len(lines) - limit} lines above"] + lines[-limit:]
    return "\n".join("    " + line for line in lines)


def report_failure(entry, failures):
    print(f"  failed: {entry['name']}: {'; '.join(failures)}")
    # passed cases of the same program say nothing about the failed one
    out = "\n".join(l for l in entry.get("stdout", "").splitlines() if not re.match(r"^ok\b|^# (Start|End) of|^TAP version", l))
    for text in (out, entry.get("stderr") or ""):
        if text.strip():
            print(indent(text))


class Run:
    def __init__(self):
        self.total = Counts()
        self.told = set()  # a skip is explained once, not once more by the sanitizers' pass

    def line(self, label, what, begun):
        print(f"{label:<22} {what:<40} {time.monotonic() - begun:6.1f} s", flush=True)

    def step(self, label, command):
        """A build: one case."""
        begun = time.monotonic()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace")
        good = done.returncode == 0
        counts = Counts()
        counts.passed, counts.failed = int(good), int(not good)
        self.total.add(counts)
        self.line(label, "built without a warning" if good else "does not build", begun)
        if not good:
            # a build that configured itself anew says so at length first
            print(indent(done.stdout[max(done.stdout.find("FAILED:"), 0):]))
        return good

    def suites(self, label, folder, suites, multiplier=1, environment=None):
        begun = time.monotonic()
        logbase = "testlog-" + "-".join(suites)
        log = os.path.join(folder, "meson-logs", logbase + ".json")
        if os.path.exists(log):
            os.remove(log)
        command = ["meson", "test", "-C", folder, "--no-rebuild", "--logbase", logbase, "-t", str(multiplier)]
        for suite in suites:
            command += ["--suite", suite]
        if "long" not in suites:
            command += ["--no-suite", "long"]
        if multiplier > 1:
            command += ["--no-suite", "slow"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                              env={**os.environ, **(environment or {})})
        counts, failed, skips = Counts(), [], []
        if os.path.exists(log):
            with open(log, encoding="utf-8", errors="replace") as lines:
                for entry in map(json.loads, lines):
                    entry["name"] = entry["name"].split(" / ")[-1]
                    c, failures, skipped = read_tap(entry.get("stdout", ""), why_died(entry))
                    counts.add(c)
                    if failures:
                        failed.append((entry, failures))
                    skips += [(reason, f"{entry['name']} {name}") for name, reason in skipped]
        if not os.path.exists(log) or (done.returncode and not failed):
            counts.failed += 1
            failed.append(({"name": "meson test", "stdout": done.stdout}, ["did not run"]))
        self.total.add(counts)
        self.line(label, str(counts), begun)
        for entry, failures in failed:
            report_failure(entry, failures)
        self.explain(skips)

    def explain(self, skips):
        by_reason = {}
        for reason, name in skips:
            if name not in self.told:
                self.told.add(name)
                by_reason.setdefault(reason, []).append(name)
        for reason, names in by_reason.items():
            print(f"  skipped: {', '.join(names)}: {reason}")

    def end(self):
        print(self.total, flush=True)
        return 1 if self.total.failed else 0


def sanitizer_environment(root):
    rules = os.path.join(root, "tests", "suppressions")
    return {
        "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:allocator_may_return_null=1",
        "LSAN_OPTIONS": f"suppressions={rules}/lsan.txt:print_suppressions=0",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "PARDON_SANITIZED": "1",
    }


def main(arguments):
    root = os.getcwd()
    run = Run()
    if not run.step(os.environ.get("CC", "gcc"), ["ninja", "-C", "build", "--quiet"]):
        return run.end()
    if "--all" in arguments:  # the long counts, with time for them
        for suite in ("style", "unit", "oracle", "cli", "ui", "long"):
            run.suites(suite, "build", [suite], 10, {"PARDON_LONG": "1"})
    else:
        for suite in ("style", "unit", "oracle", "cli", "ui"):
            run.suites(suite, "build", [suite])
    if run.step("with sanitizers", ["ninja", "-C", "build-asan", "--quiet"]):
        # together, so that one slow program does not leave the other cores idle
        run.suites("the same, sanitized", "build-asan", ["unit", "oracle", "cli"], 4, sanitizer_environment(root))
    if os.path.exists("build-clang"):
        run.step("clang", ["ninja", "-C", "build-clang", "--quiet"])
    else:
        print("clang is not installed: its build is left to CI", flush=True)
    return run.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
