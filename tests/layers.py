"""The rules that keep the house standing, checked: which folder may include and link which, one outside library one
file, sizes, words, links of the documents. `layers.py ROOT` lists what is wrong with the tree at ROOT; without an
argument it is a test of this tree. tests/style/layers_planted.py shows that each rule can fail."""
import glob
import os
import re
import sys

# What each folder of src/ may include besides itself, types.h and config.h. A new folder needs a row here.
STAGES = {
    "base": set(),
    "math": {"base"},
    "store": {"base"},
    "source": {"base"},
    "image": {"base"},
    "feature": {"base"},
    "model": {"base"},
    "cluster": {"base", "math"},
    "duplicate": {"base"},
    "noise": {"base", "math"},
    "join": {"base"},
    "judge": {"base", "math"},
    "output": {"base", "store"},
}
# Rooms that know several stages: each may include every stage, and of the other rooms those of its row.
RECIPES = {
    "looking": set(),
    "detecting": {"looking"},
    "repeating": set(),
    "judging": {"looking"},
    "writing": {"looking", "detecting"},
    "reviewing": {"looking", "detecting", "judging", "writing"},
}
ROOMS = {**STAGES, **{room: {*STAGES, *row} for room, row in RECIPES.items()}, "web": {"base", "reviewing"}}
ABOVE_RECIPES, STARTS_THEM = "web", "pardon.c"
# The program sees the library through include/pardon.h alone; its table of options may use base/.
PROGRAM = {"main.c", "options.c", "options.h", "options_text.c"}
PROGRAM_MAY = re.compile(r"^(pardon\.h|options\.h|config\.h|cmd/\w+\.h)$")
GENERATED = re.compile(r"^(config|\w+_resources)\.h$")
RECIPE_MAY = re.compile(r"^(pardon\.h|config\.h|\w+\.h)$")  # of the files directly in src/; and every room

# Outside library -> what its headers look like. Each is named in one .c file of src/.
LIBRARIES = {
    "libjpeg": r"^(jpeglib|jerror|jmorecfg|turbojpeg)\.h$",
    "libvips": r"^vips/",
    "libexif": r"^libexif/",
    "ONNX Runtime": r"^onnxruntime_",
    "protobuf-c": r"^protobuf-c/|\.pb-c\.h$",
    "BLAS/LAPACK": r"^(cblas|lapacke|openblas_config|f77blas)",
    "SQLite": r"^sqlite3\.h$",
    "Jansson": r"^jansson",
    "libcurl": r"^curl/",
    "xxHash": r"^xxhash\.h$",
    "libmicrohttpd": r"^microhttpd\.h$",
}
INTRINSICS = re.compile(r"^(\w*intrin|arm_neon|arm_sve)\.h$")
INTRINSIC_FILE = re.compile(r"_(sse2|sse4|avx2|avx512|neon|sve)\.c$")

FILE_LINES, FILE_LIMIT = 500, 700
FUNCTION_LINES, FUNCTION_LIMIT = 60, 120
UNFINISHED = re.compile("TO" + "DO|FIX" + "ME")
NEVER_IN_LIBRARY = re.compile(r"\b(?:exit|_exit|abort|printf|puts|putchar|perror|g_print|g_printerr|g_error)\s*\(|\bfprintf\s*\(\s*std")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


class Tree:
    """The files of a checkout; each text is read once."""

    def __init__(self, root):
        self.root = root
        self.texts = {}

    def find(self, *patterns):
        found = set()
        for pattern in patterns:
            found.update(glob.glob(os.path.join(self.root, pattern), recursive=True))
        return sorted(os.path.relpath(f, self.root) for f in found if os.path.isfile(f))

    def text(self, file):
        if file not in self.texts:
            with open(os.path.join(self.root, file), encoding="utf-8", errors="replace", newline="") as f:
                self.texts[file] = f.read()
        return self.texts[file]

    def c_files(self):
        return self.find("src/**/*.[ch]", "include/**/*.h", "tests/**/*.[ch]", "bench/**/*.[ch]")

    def includes(self, file):
        """(line, name, quoted) of every #include."""
        text = self.text(file)
        return [(text.count("\n", 0, m.start()) + 1, m[2], m[1] == '"') for m in INCLUDE.finditer(text)]


def blanked(text):
    """C without comments and the insides of literals; line ends stay."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return token.sub(lambda m: ('""' if m[0][0] in "\"'" else " ") + "\n" * m[0].count("\n"), text)


def functions(text):
    """(name, first line, lines) of every function body: a brace at depth 0 after a closing parenthesis."""
    text = blanked(text)
    depth, start, line = 0, None, 1
    for i, c in enumerate(text):
        if c == "\n":
            line += 1
        elif c == "{":
            if depth == 0:
                head = text[:i].rstrip()
                start = None
                if head.endswith(")"):
                    name = re.search(r"(\w+)\s*\((?:[^()]|\([^()]*\))*\)$", head[-2000:])
                    start = (name[1] if name else "?", line)
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0 and start:
                yield start[0], start[1], line - start[1] + 1


def layers(tree):
    """Includes point one way: cmd -> pipeline, web -> rooms of several stages -> stages -> math, store -> base."""
    for file in tree.find("src/**/*.[ch]"):
        parts = file.split("/")[1:]
        folder = parts[0] if len(parts) > 1 else ""
        if folder and folder != "cmd" and folder not in ROOMS:
            yield f"{file}: folder '{folder}' stands in no layer; give it a row in tests/layers.py"
            continue
        program = folder == "cmd" or parts[0] in PROGRAM
        for line, name, quoted in tree.includes(file):
            if not quoted:
                if program and any(re.search(p, name) for p in LIBRARIES.values()):
                    yield f"{file}:{line}: the program includes <{name}>; it sees pardon.h, GLib and libc alone"
                continue
            where = name.split("/")[0] if "/" in name else ""
            if name.endswith(".c"):
                yield f"{file}:{line}: includes a .c file"
            elif program:
                if not PROGRAM_MAY.match(name) and not (where == "base" and not folder):
                    yield f"{file}:{line}: the program includes \"{name}\"; it sees pardon.h, options.h and cmd/ alone"
            elif not folder:
                above = name == "options.h" or (where == ABOVE_RECIPES and parts[0] != STARTS_THEM)
                if parts[0] == "types.h" or above or not (RECIPE_MAY.match(name) or where in ROOMS):
                    yield f"{file}:{line}: \"{name}\" stands above it"
            elif folder in RECIPES and name == "pardon.h":
                continue
            elif name != "types.h" and not GENERATED.match(name) and where not in ROOMS[folder] | {folder}:
                may = ", ".join(sorted(ROOMS[folder] | {folder}))
                yield f"{file}:{line}: '{folder}' includes \"{name}\"; it may include types.h and: {may}"


# What decides whether a picture is noisy, and what it may see neither of itself nor through any header it includes.
BLIND = ("src/noise/*.[ch]", "src/feature/quality*.[ch]")
UNSEEN_FOLDERS = {"join", "judge", "store", "output", "cluster", "source", "model"}
UNSEEN_WORDS = re.compile(r"label|predict|logit|softmax|classif", re.I)
CLUSTER_LABELS = "src/types.h"  # there a label is a cluster's number


def reached(tree, file):
    """Every file of src/ and include/ that `file` includes, directly or through others, each with the one that includes it."""
    found, waiting = {}, [file]
    while waiting:
        here = waiting.pop()
        for _, name, quoted in tree.includes(here):
            places = [os.path.normpath(p) for p in (os.path.join("src", name), os.path.join("include", name), os.path.join(os.path.dirname(here), name))]
            there = next((p for p in places if quoted and os.path.exists(os.path.join(tree.root, p))), None)
            if there and there not in found and there != file:
                found[there] = here
                waiting.append(there)
    return found


def blindness(tree):
    """Noise is decided from pixels alone: nothing that decides sees a label, a prediction, a file's name or a clustering."""
    for file in tree.find(*BLIND):
        for header, through in sorted(reached(tree, file).items()):
            folder = header.split("/")[1] if header.startswith("src/") and header.count("/") > 1 else ""
            if folder in UNSEEN_FOLDERS or header == "include/pardon.h":
                yield f"{file}: the blind judge sees \"{header}\" (through {through})"
        for name in (file, *reached(tree, file)):
            word = name.endswith(".h") and name != CLUSTER_LABELS and UNSEEN_WORDS.search(blanked(tree.text(name)))
            if word:
                yield f"{file}: the blind judge sees '{word[0]}' in {name}"


def links(tree):
    """What a folder links is what it may include; an outside library is asked for by one folder."""
    asked = {}
    for file in tree.find("src/*/meson.build"):
        folder = file.split("/")[1]
        text = re.sub(r"#.*", "", tree.text(file))
        for name in sorted(set(re.findall(r"\b(\w+)_dep\b", text)) & set(STAGES)):
            if folder not in STAGES or name not in STAGES[folder] | {folder}:
                yield f"{file}: '{folder}' links {name}_dep"
        for name in set(re.findall(r"dependency\s*\(\s*'([^']+)'", text)):
            asked.setdefault(name, []).append(file)
    for name, files in sorted(asked.items()):
        if len(files) > 1:
            yield f"{', '.join(files)}: '{name}' is asked for by more than one folder"


def libraries(tree):
    """One outside library, one file."""
    for library, pattern in LIBRARIES.items():
        users = {}
        for file in tree.find("src/**/*.[ch]", "include/**/*.h"):
            for line, name, _ in tree.includes(file):
                base = name if not name.endswith(".pb-c.h") else os.path.basename(name)
                if re.search(pattern, base):
                    users.setdefault(file, line)
        for file in users:
            if file.endswith(".h"):
                yield f"{file}:{users[file]}: a header brings {library} to whoever includes it"
        if len(users) > 1:
            yield f"{', '.join(users)}: {library} is named in more than one file"
    for file in tree.find("src/**/*.[ch]"):
        for line, name, _ in tree.includes(file):
            if INTRINSICS.match(name) and not INTRINSIC_FILE.search(file):
                yield f"{file}:{line}: intrinsics stand in files named NAME_avx2.c and the like"


def sizes(tree):
    """Small rooms: past the first figure a note, past the second a fault."""
    for file in tree.c_files():
        lines = tree.text(file).count("\n")
        if lines > FILE_LIMIT:
            yield f"{file}: {lines} lines; split it (limit {FILE_LIMIT})"
        for name, line, length in functions(tree.text(file)):
            if length > FUNCTION_LIMIT:
                yield f"{file}:{line}: {name} has {length} lines; split it (limit {FUNCTION_LIMIT})"


def notes(tree):
    """Not faults: rooms that begin to be large."""
    for file in tree.c_files():
        lines = tree.text(file).count("\n")
        if FILE_LINES < lines <= FILE_LIMIT:
            yield f"{file}: {lines} lines"
        for name, line, length in functions(tree.text(file)):
            if FUNCTION_LINES < length <= FUNCTION_LIMIT:
                yield f"{file}:{line}: {name} has {length} lines"


def words(tree):
    """Nothing left unfinished, no tabs, one final line end, include guards, and a library that neither prints nor exits."""
    for file in tree.c_files() + tree.find("*.md", "docs/**/*.md"):
        for number, line in enumerate(tree.text(file).split("\n"), 1):
            if UNFINISHED.search(line):
                yield f"{file}:{number}: something is left to do here"
    for file in tree.c_files():
        text = tree.text(file)
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line:
                yield f"{file}:{number}: a tab"
            if line != line.rstrip():
                yield f"{file}:{number}: white space at the end of the line"
        if text and not text.endswith("\n"):
            yield f"{file}: no line end at the end"
        if file == "include/pardon.h":
            if not re.search(r"^#ifndef PARDON_H\n#define PARDON_H$", text, re.M):
                yield f"{file}: no include guard"
        elif file.endswith(".h") and not re.search(r"^#pragma once$", text, re.M):
            yield f"{file}: no '#pragma once'"
    for file in tree.find("src/**/*.c"):
        if file.startswith("src/cmd/") or os.path.basename(file) in PROGRAM:
            continue
        for number, line in enumerate(blanked(tree.text(file)).split("\n"), 1):
            if NEVER_IN_LIBRARY.search(line):
                yield f"{file}:{number}: the library neither prints nor exits"


def slug(heading):
    heading = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip()).lower()
    return re.sub(r" ", "-", re.sub(r"[^\w\- ]", "", heading))


def documents(tree):
    """Links of the documents, and the paths they name, exist."""
    for file in tree.find("*.md", "docs/**/*.md"):
        text = re.sub(r"^```.*?^```", "", tree.text(file), flags=re.S | re.M)
        for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text):
            if re.match(r"^[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            full = os.path.normpath(os.path.join(os.path.dirname(file), path)) if path else file
            if not os.path.exists(os.path.join(tree.root, full)):
                yield f"{file}: the link to '{target}' leads nowhere"
            elif anchor and full.endswith(".md"):
                if anchor not in {slug(h) for h in re.findall(r"^#+ (.*)$", tree.text(full), re.M)}:
                    yield f"{file}: '{full}' has no heading '#{anchor}'"
        for path in re.findall(r"`((?:src|tests|scripts|docs|bench|include|data)/[\w./*-]*)`", text):
            if not re.search(r"[A-Z]{3}", path) and not glob.glob(os.path.join(tree.root, path)):
                yield f"{file}: names '{path}', which is not there"


RULES = [layers, blindness, links, libraries, sizes, words, documents]


def check(root):
    tree = Tree(root)
    return [problem for rule in RULES for problem in rule(tree)]


def main():
    if len(sys.argv) > 1:
        tree = Tree(sys.argv[1])
        for note in notes(tree):
            print("note: " + note)
        problems = check(sys.argv[1])
        print("\n".join(problems), end="\n" if problems else "")
        sys.exit(1 if problems else 0)
    import tap
    tree = Tree(os.environ.get("PARDON_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")))

    def as_test(rule):
        def test():
            problems = list(rule(tree))
            assert not problems, "\n" + "\n".join(problems)
        return test

    for rule in RULES:
        globals()["test_" + rule.__name__] = as_test(rule)
    tap.main()


if __name__ == "__main__":
    main()
