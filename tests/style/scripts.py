"""The scripts: bash reads them, ShellCheck finds nothing, help names every command, wrong use is answered in a sentence."""
import glob
import os
import re
import shutil
import subprocess
import tempfile

import tap

ROOT = os.environ.get("PARDON_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCRIPTS = ["dev", ".ci/run"] + sorted(os.path.relpath(f, ROOT) for f in glob.glob(os.path.join(ROOT, "scripts", "*.sh")))
# formatters of different ages disagree; this is the one .clang-format was written for
CLANG_FORMAT = "14"


def run(*command, **more):
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)


def test_bash_reads_them():
    for script in SCRIPTS:
        done = run("bash", "-n", script)
        assert done.returncode == 0, done.stderr


def test_shellcheck():
    if not shutil.which("shellcheck"):
        raise tap.Skip("shellcheck is not installed")
    done = run("shellcheck", "-x", *SCRIPTS)
    assert done.returncode == 0, done.stdout


def test_they_can_be_run():
    for script in ("dev", ".ci/run"):
        assert os.access(os.path.join(ROOT, script), os.X_OK), script


def test_help_names_every_command():
    text = run("./dev", "help").stdout
    with open(os.path.join(ROOT, "dev")) as f:
        cases = re.search(r"case \$command in(.*?)esac", f.read(), re.S)[1]
    commands = re.findall(r"\b(demo|test|build|bench|lint|format|asan|clean)\b", cases)
    assert len(set(commands)) == 8
    for command in commands:
        assert re.search(rf"^\./dev {command}\b", text, re.M), command


def test_wrong_use():
    for arguments, words in (
        (["tset"], "no command is called 'tset'"),
        (["test", "--al"], "unknown option '--al'"),
        (["bench", "nothing-of-that-name"], "no benchmark is called 'nothing-of-that-name'"),
        (["bench", "--json"], "no benchmark is called '--json'"),
        (["bench", "noise", "cluster", "--json"], "arguments can be handed to one benchmark only"),
        (["build", "release"], "takes no arguments"),
    ):
        done = run("./dev", *arguments)
        assert done.returncode == 2 and words in done.stderr and not done.stdout, (arguments, done)


def test_bench_hands_arguments_on():
    """A copy of dev that builds nothing, with two benchmarks that print what they were given and where."""
    with tempfile.TemporaryDirectory() as top:
        shutil.copy(os.path.join(ROOT, "dev"), top)
        os.makedirs(os.path.join(top, "scripts"))
        os.makedirs(os.path.join(top, "bench"))
        os.makedirs(os.path.join(top, "elsewhere"))
        shutil.copy(os.path.join(ROOT, "scripts", "say.sh"), os.path.join(top, "scripts"))
        for name in ("packages", "onnxruntime", "build"):
            with open(os.path.join(top, "scripts", name + ".sh"), "w") as f:
                f.write("install_packages() { :; }; install_node() { :; }; bring_onnxruntime() { :; }; configure() { :; }; compile() { :; }\n")
        with open(os.path.join(top, "bench", "bench_one.py"), "w") as f:
            f.write('"""The first."""\nimport os, sys\nprint("one", sys.argv[1:], os.path.basename(os.getcwd()))\n')
        with open(os.path.join(top, "bench", "bench_two.sh"), "w") as f:
            f.write('# The second.\necho two "$@"\n')
        for arguments, lines in (
            ([], ["one          The first.", "two          The second."]),
            (["one", "--truth", "a b.csv", "DIR"], ["bench one", "one ['--truth', 'a b.csv', 'DIR'] elsewhere"]),
            (["two", "5", "one"], ["bench two", "two 5 one"]),
            (["two", "one"], ["bench two", "two", "bench one", "one [] elsewhere"]),
            (["all"], ["bench one", "one [] elsewhere", "bench two", "two"]),
        ):
            done = subprocess.run(["../dev", "bench", *arguments], cwd=os.path.join(top, "elsewhere"), capture_output=True, text=True)
            assert done.returncode == 0 and done.stdout.splitlines() == lines, (arguments, done)


def test_no_root_and_no_sudo_names_the_command():
    """install_packages, as someone without rights, missing one package."""
    script = """
      . scripts/say.sh; . scripts/packages.sh
      id() { echo 1000; }
      have() { [ "$1" = dpkg-query ]; }
      packages[build]="bash no-such-package-at-all"
      install_packages build
    """
    done = run("bash", "-c", "set -euo pipefail\n" + script)
    assert done.returncode == 2, done
    assert "apt-get install --no-install-recommends no-such-package-at-all" in done.stderr, done.stderr


def test_nothing_missing_is_silent():
    done = run("bash", "-c", "set -euo pipefail\n. scripts/say.sh; . scripts/packages.sh\npackages[build]='bash coreutils'\ninstall_packages build")
    assert done.returncode == 0 and not done.stdout + done.stderr, done


def test_mirror_is_read_from_either_form_of_sources():
    forms = {
        "a.list": "deb http://one.example/x nodistro main\ndeb [arch=amd64] http://mirror.example/debian/ bookworm main contrib\n",
        "b.sources": "Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm-updates bookworm\nComponents: main\n",
    }
    for name, text in forms.items():
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "parts"))
            os.makedirs(os.path.join(folder, "lists", "partial"))
            with open(os.path.join(folder, "parts", name), "w") as f:
                f.write(text)
            with open(os.path.join(folder, "conf"), "w") as f:
                f.write(f'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "{folder}/parts";\nDir::State::lists "{folder}/lists";\n')
            script = """
              set -euo pipefail
              . scripts/say.sh; . scripts/packages.sh; . scripts/onnxruntime.sh
              debian_mirror bookworm
            """
            done = run("bash", "-c", script, env={**os.environ, "APT_CONFIG": os.path.join(folder, "conf")})
            assert done.stdout == "http://mirror.example/debian/\n", (name, done)


def test_c_files_are_formatted():
    if not shutil.which("clang-format"):
        raise tap.Skip("clang-format is not installed")
    version = re.search(r"version (\d+)", run("clang-format", "--version").stdout)[1]
    if version != CLANG_FORMAT:
        raise tap.Skip(f"clang-format is version {version}, not {CLANG_FORMAT}")
    files = sorted(f for top in ("src", "include", "tests", "bench") for end in "ch"
                   for f in glob.glob(os.path.join(ROOT, top, "**", "*." + end), recursive=True))
    said = run("clang-format", "--dry-run", "--ferror-limit=1", *files).stderr
    unformatted = sorted({os.path.relpath(f, ROOT) for f in re.findall(r"^(.*?):\d+:\d+: warning", said, re.M)})
    assert not unformatted, "./dev format mends: " + " ".join(unformatted)


if __name__ == "__main__":
    tap.main()
