"""The Test Anything Protocol for our Python tests: functions named test_* are run in order; a failed assertion is
'not ok' with its traceback as comments, Skip('why') is a printed skip."""
import os
import sys
import traceback

SHARED = os.environ.get("PARDON_SHARED", os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared"))
BUILD = os.environ.get("PARDON_BUILD", os.path.join(os.path.dirname(__file__), "..", "..", "build"))
PAGE = ["report.html"] if os.environ.get("PARDON_PAGE", "1") == "1" else []  # what -Dui=false leaves out


class Skip(Exception):
    pass


def shared(*parts):
    """A path below the shared material, or a skip that says what is missing."""
    path = os.path.join(SHARED, *parts)
    if not os.path.exists(path):
        raise Skip("the shared material is not on this machine: " + path)
    return path


def main(module="__main__"):
    tests = [(k, v) for k, v in vars(sys.modules[module]).items() if k.startswith("test_") and callable(v)]
    print("TAP version 13")
    print(f"1..{len(tests)}")
    failed = 0
    for i, (name, test) in enumerate(tests, 1):
        try:
            test()
        except Skip as why:
            print(f"ok {i} - {name} # SKIP {why}")
        except Exception:
            failed += 1
            print(f"not ok {i} - {name}")
            for line in traceback.format_exc().splitlines():
                print("# " + line)
        else:
            print(f"ok {i} - {name}")
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
