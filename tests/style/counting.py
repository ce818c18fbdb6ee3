"""./dev test counts cases: what scripts/run_tests.py makes of TAP, good and bad."""
import os
import sys

import tap

sys.path.insert(0, os.path.join(os.environ.get("PARDON_SOURCE", os.path.join(os.path.dirname(__file__), "..", "..")), "scripts"))
import run_tests  # noqa: E402


def counted(text, **entry):
    died = run_tests.why_died({"result": "OK", "returncode": 0, "duration": 1.0, **entry})
    counts, failures, skips = run_tests.read_tap(text, died)
    return counts.passed, counts.failed, counts.skipped, failures, skips


def test_all_well():
    assert counted("TAP version 13\n1..2\nok 1 - a\nok 2 /b/c\n") == (2, 0, 0, [], [])


def test_plan_at_the_end():
    assert counted("ok 1 a\nok 2 b\n1..2\n") == (2, 0, 0, [], [])


def test_a_failed_case():
    got = counted("1..2\nok 1 - a\nnot ok 2 - b\n", result="FAIL", returncode=1)
    assert got == (1, 1, 0, ["b"], []), got


def test_a_skipped_case():
    got = counted("1..2\nok 1 /a # SKIP no such folder: x#y\nok 2 /b\n")
    assert got == (1, 0, 1, [], [("/a", "no such folder: x#y")]), got


def test_a_hash_in_a_name_is_no_skip():
    assert counted("1..1\nok 1 - number #3\n") == (1, 0, 0, [], [])


def test_everything_skipped():
    assert counted("1..0 # SKIP no chromium\n", result="SKIP") == (0, 0, 1, [], [("(all of it)", "no chromium")])
    assert counted("1..0\n", result="SKIP")[:3] == (0, 0, 1)


def test_a_crash():
    got = counted("1..3\nok 1 a\n", result="ERROR", returncode=-11)
    assert got == (1, 1, 0, ["died of SIGSEGV"], []), got


def test_a_crash_after_every_case():
    assert counted("1..1\nok 1 a\n", result="ERROR", returncode=-6)[:2] == (1, 1)


def test_a_failure_that_also_sets_the_exit_code_counts_once():
    assert counted("1..1\nnot ok 1 a\n", result="FAIL", returncode=1)[:2] == (0, 1)


def test_an_exit_code_without_a_failed_case():
    assert counted("1..1\nok 1 a\n", result="ERROR", returncode=23)[:4] == (1, 1, 0, ["ended with exit code 23"])


def test_too_long():
    got = counted("1..2\nok 1 a\n", result="TIMEOUT", returncode=-15, duration=30.2)
    assert got[:4] == (1, 1, 0, ["took too long (stopped after 30 s)"]), got


def test_too_few_cases():
    assert counted("1..3\nok 1 a\nok 2 b\n")[:4] == (2, 1, 0, ["ran 2 of 3 cases"])


def test_nothing_printed():
    assert counted("")[:4] == (0, 1, 0, ["printed no plan"])


def test_last_line():
    counts = run_tests.Counts()
    assert str(counts) == "0 passed, 0 failed"
    counts.skipped = 2
    assert str(counts) == "0 passed, 0 failed, 2 skipped"


if __name__ == "__main__":
    tap.main()
