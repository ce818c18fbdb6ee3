"""What the noise benches share: the names of corruptions and what may be called right, truth files, and running scans."""
import csv
import json
import os
import re
import signal
import subprocess
import sys

import numpy as np

import figures

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("PARDON_SOURCE", os.path.dirname(HERE))
PARDON = os.path.join(os.environ.get("PARDON_BUILD", os.path.join(SOURCE, "build")), "pardon")
DATA = os.path.join(os.environ.get("PARDON_SHARED", os.path.join(SOURCE, "..", "shared")), "data")
KNOWN_SETS = ("noise-dev", "noise-nette")

# Every corruption of ImageNet-C, the four extra ones too -> pardon's kind of the same making and its family. Spatter has none.
IMAGENET_C = {
    "gaussian_noise": ("gaussian-noise", "noise"), "shot_noise": ("shot-noise", "noise"),
    "impulse_noise": ("impulse-noise", "noise"), "speckle_noise": ("speckle-noise", "noise"),
    "defocus_blur": ("defocus-blur", "blur"), "glass_blur": ("glass-blur", "blur"), "motion_blur": ("motion-blur", "blur"),
    "zoom_blur": ("zoom-blur", "blur"), "gaussian_blur": ("gaussian-blur", "blur"),
    "snow": ("snow", "weather"), "frost": ("frost", "weather"), "fog": ("fog", "weather"), "spatter": ("spatter", "weather"),
    "brightness": ("bright", "tone"), "contrast": ("low-contrast", "tone"), "saturate": ("saturation", "tone"),
    "jpeg_compression": ("jpeg", "resolution"), "pixelate": ("pixelate", "resolution"),
    "elastic_transform": ("elastic", "geometry"),
}
OTHER_NAMES = {"broken_off": "cut-off"}  # pardon demo's truth.csv
CLEAN = {"", "clean", "none"}
APART = ("brightness", "elastic_transform")  # reported by themselves: hardly degradations
# Kinds that nobody could tell apart by eye: naming one for another is as good as right. Fog and low contrast are a near
# call too, but of two families, and stay apart.
NEAR = (
    {"gaussian-blur", "defocus-blur", "box-blur"},
    {"gaussian-noise", "shot-noise", "speckle-noise", "sensor-noise"},
    {"fog", "haze"},
    {"pixelate", "low-resolution"},
)


def begin():
    """A reader that has seen enough (head) ends a bench quietly."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def stop(words):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {words}")


def own_kinds():
    """Kind -> family, off the table in docs/corruptions.md (a test keeps it equal to the program's)."""
    with open(os.path.join(SOURCE, "docs", "corruptions.md"), encoding="utf-8") as f:
        return dict(re.findall(r"^\| `([\w-]+)` \| ([a-z]+) \|", f.read(), re.M))


KINDS = own_kinds()


def corruption(name):
    """(pardon's kind, family) of a name of ImageNet-C or of ours; None for clean, KeyError for an unknown one."""
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    if key in CLEAN:
        return None
    if key in IMAGENET_C:
        return IMAGENET_C[key]
    kind = OTHER_NAMES.get(key, key.replace("_", "-"))
    return kind, KINDS[kind]


def acceptable(kind):
    """The kinds that may be said for this one."""
    return {kind}.union(*(group for group in NEAR if kind in group)) | ({"snow", "frost"} if kind == "spatter" else set())


def read_csv(path):
    try:
        with open(path, newline="", encoding="utf-8-sig", errors="surrogateescape") as f:
            reader = csv.DictReader(f)
            rows = list(reader)
            return reader.fieldnames or [], rows
    except OSError as error:
        stop(f"cannot read '{path}': {error.strerror}")


def read_truth(path):
    """file -> (corruption as written, severity or NaN). The last row of a name counts, as in corruptions.csv."""
    heads, rows = read_csv(path)
    column = next((c for c in ("corruption", "kind") if c in heads), None)
    if "file" not in heads or column is None:
        stop(f"'{path}' needs the columns 'file' and 'corruption' (or 'kind')")
    truth = {}
    for number, row in enumerate(rows, 2):
        name = (row[column] or "").strip()
        try:
            clean = corruption(name) is None
            severity = float("nan") if clean or not row.get("severity") else float(row["severity"])
        except KeyError:
            stop(f"'{path}' line {number}: no corruption is called '{name}'; names are those of ImageNet-C or of docs/corruptions.md")
        except ValueError:
            stop(f"'{path}' line {number}: the severity is '{row['severity']}', which is no number")
        truth[row["file"]] = ("clean" if clean else name, severity)
    if not truth:
        stop(f"'{path}' names no picture")
    return truth


class Verdicts:
    """noise.csv as arrays; row i is files[i]. Pictures without a verdict are left out. `said` is report.json's part on noise."""

    def __init__(self, path):
        heads, rows = read_csv(path)
        missing = [c for c in ("file", "score", "noise", "noisy", "kind", "severity", "unlike") if c not in heads]
        if missing:
            stop(f"'{path}' has no column '{missing[0]}'")
        rows = [r for r in rows if r["score"]]
        self.files = [r["file"] for r in rows]
        self.kinds = heads[heads.index("unlike") + 1:]
        self.score, self.noise, self.severity, self.unlike = (
            np.array([float(r[c] or "nan") for r in rows]) for c in ("score", "noise", "severity", "unlike"))
        self.noisy = np.array([r["noisy"].lower() in ("1", "true", "yes") for r in rows], bool)
        self.kind = [r["kind"] for r in rows]
        self.own = {k: np.array([float(r[k] or "nan") for r in rows]) for k in self.kinds}
        self.said = {}
        report = os.path.join(os.path.dirname(path), "report.json")
        if os.path.exists(report):
            with open(report, encoding="utf-8", errors="surrogateescape") as f:
                self.said = json.load(f).get("noise") or {}
        if not np.isfinite(self.score).all() or not ((self.noise >= 0) & (self.noise <= 1)).all():
            stop(f"'{path}' holds a score that is not finite, or a noise outside 0 to 1")

    def __len__(self):
        return len(self.files)

    def worst_of(self, family):
        """The largest own score of the family's kinds, per picture."""
        kinds = [k for k in self.kinds if KINDS.get(k) == family]
        if not kinds:
            stop(f"no kind of family '{family}' was scored")
        return np.max([self.own[k] for k in kinds], axis=0)


def progress(words):
    print(words, file=sys.stderr, flush=True)


def run(*arguments):
    done = subprocess.run([PARDON, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        stop(f"pardon {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout


def scan(folder, out, detector=None):
    """Scans and reads the verdicts. Clustering is not asked about: one cluster of what is there."""
    run("scan", folder, "-o", out, "--k", "1", "--pca", "0", *(["--detector", detector] if detector else []))
    return Verdicts(os.path.join(out, "noise.csv"))


def shared_set(name):
    """(truth file, folder) of a set of the shared material."""
    folder = os.path.join(DATA, name)
    if not os.path.isdir(folder):
        stop(f"'{folder}' is not on this machine; PARDON_SHARED names another place, or give a set of your own")
    return folder + ".csv", folder


class Judged:
    """Verdicts beside the truth, row by row."""

    def __init__(self, verdicts, truth):
        place = {f: i for i, f in enumerate(verdicts.files)}
        files = [f for f in truth if f in place]
        if not files:
            stop(f"none of the {len(truth)} pictures of the truth was scanned; the first is '{next(iter(truth))}'")
        at = np.array([place[f] for f in files])
        self.files, self.program = files, verdicts.said
        self.missing = len(truth) - len(files)
        self.untold = len(verdicts) - len(files)
        self.score, self.noise, self.noisy = verdicts.score[at], verdicts.noise[at], verdicts.noisy[at]
        self.said, self.said_severity = [verdicts.kind[i] for i in at], verdicts.severity[at]
        self.name = np.array([truth[f][0] for f in files])
        self.true_severity = np.array([truth[f][1] for f in files])
        self.clean = self.name == "clean"

    def add_clean(self, verdicts):
        """Further pictures, all of them clean."""
        n = len(verdicts)
        self.files += verdicts.files
        self.said += verdicts.kind
        for field in ("score", "noise", "noisy"):
            setattr(self, field, np.concatenate([getattr(self, field), getattr(verdicts, field)]))
        self.said_severity = np.concatenate([self.said_severity, verdicts.severity])
        self.name = np.concatenate([self.name, ["clean"] * n])
        self.true_severity = np.concatenate([self.true_severity, [np.nan] * n])
        self.clean = self.name == "clean"

    def of(self, names):
        return np.isin(self.name, list(names))

    def corruptions(self):
        """Those met, in ImageNet-C's order, then ours."""
        order = list(IMAGENET_C)
        return sorted(set(self.name) - {"clean"}, key=lambda n: (order.index(n) if n in order else len(order), n))


def write_json(path, what):
    try:
        with open(path, "w", encoding="utf-8") as f:
            json.dump(figures.plain(what), f, indent=1)
            f.write("\n")
    except OSError as error:
        stop(f"cannot write '{path}': {error.strerror}")
