"""False alarms at the default threshold on clean photographs of other sources: 3 to 7 % of each.
Run: ./dev bench sources [DIR ...], folders of your own to add. Some sets are made here, in a temporary folder, of others: re-saved,
cut, shrunk. What a picture has been through is no noise."""
import argparse
import os
import tempfile

import numpy as np
from PIL import Image

import figures
import noise_sets
from figures import counted, share, table

LOW, HIGH = 0.03, 0.07
SHORT_SIDE = 128  # of small photographs on the web


def stretched(picture):
    return picture.resize((227, 227), Image.BILINEAR), 90


def cut(picture):
    """Short side 256, the middle 224."""
    scale = 256 / min(picture.size)
    w, h = (max(256, round(s * scale)) for s in picture.size)
    left, top = (w - 224) // 2, (h - 224) // 2
    return picture.resize((w, h), Image.BICUBIC).crop((left, top, left + 224, top + 224)), 75


def shrunk(picture):
    scale = SHORT_SIDE / min(picture.size)
    return picture.resize([max(1, round(s * scale)) for s in picture.size], Image.LANCZOS), 80


def made(folder, out, change):
    """A copy of the folder's pictures, changed and saved as JPEG of the quality that `change` names."""
    for file in pictures(folder):
        target = os.path.join(out, os.path.splitext(file)[0] + ".jpg")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with Image.open(os.path.join(folder, file)) as picture:
            copy, quality = change(picture.convert("RGB"))
        copy.save(target, quality=quality)
    return out


def pictures(folder):
    found = []
    for top, folders, files in os.walk(folder):
        folders.sort()
        found += [os.path.relpath(os.path.join(top, f), folder) for f in sorted(files) if f.lower().endswith((".jpg", ".jpeg", ".png"))]
    return found


def linked(folder, files, out):
    """A folder of links to some of another's pictures."""
    for file in files:
        os.makedirs(os.path.dirname(os.path.join(out, file)), exist_ok=True)
        os.symlink(os.path.abspath(os.path.join(folder, file)), os.path.join(out, file))
    return out


def clean_half(name, out):
    truth_file, folder = noise_sets.shared_set(name)
    return linked(folder, [f for f, (what, _) in noise_sets.read_truth(truth_file).items() if what == "clean"], out)


def sources(scratch):
    """(what it is, folder or a function that makes it)."""
    def data(name):
        return os.path.join(noise_sets.DATA, name)

    def place(name):
        return os.path.join(scratch, name)

    pairs = data("pairs-noise")
    nette = data("imagenette")
    trained = [(f"train-clean/{name} (trained on)", data(f"train-clean/{name}"))
               for name in sorted(os.listdir(data("train-clean")))] if os.path.isdir(data("train-clean")) else []
    return [
        ("photos, as they are", data("photos")),
        ("imagenette, as it is", nette),
        ("noise-dev, clean half", lambda: clean_half("noise-dev", place("dev"))),
        ("noise-nette, clean half", lambda: clean_half("noise-nette", place("nette"))),
        ("imagenette stretched to 227 x 227, JPEG 90", lambda: made(nette, place("227"), stretched)),
        ("photos stretched to 227 x 227, JPEG 90", lambda: made(data("photos"), place("photos227"), stretched)),
        ("photos, the middle 224 of 256, JPEG 75", lambda: made(data("photos"), place("224"), cut)),
        ("imagenette, the middle 224 of 256, JPEG 75", lambda: made(nette, place("nette224"), cut)),
        (f"imagenette shrunk to a short side of {SHORT_SIDE}, JPEG 80", lambda: made(nette, place("small"), shrunk)),
        (f"photos shrunk to a short side of {SHORT_SIDE}, JPEG 80", lambda: made(data("photos"), place("photos-small"), shrunk)),
        ("pairs-noise, the means", lambda: linked(pairs, [f for f in pictures(pairs) if "_mean." in f], place("means"))),
        *trained,
    ]


def measure(verdicts):
    kinds = {}
    for i in np.flatnonzero(verdicts.noisy):
        kinds[verdicts.kind[i]] = kinds.get(verdicts.kind[i], 0) + 1
    n, alarms = len(verdicts), int(verdicts.noisy.sum())
    return {"pictures": n, "false_alarms": alarms, "share": alarms / max(n, 1), "interval": figures.wilson(alarms, n),
            "kinds": dict(sorted(kinds.items(), key=lambda k: (-k[1], k[0]))),
            "unlike": float(np.mean(verdicts.unlike > 1)) if n else np.nan}


def main():
    p = argparse.ArgumentParser(prog="./dev bench sources", description=__doc__)
    p.add_argument("folders", nargs="*", metavar="DIR", help="further folders of clean pictures")
    p.add_argument("--only", metavar="WORDS", help="sources whose name holds these")
    p.add_argument("--detector", metavar="FILE")
    p.add_argument("--json", metavar="FILE")
    a = p.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        if not os.path.isdir(noise_sets.DATA) and not a.folders:
            noise_sets.stop(f"'{noise_sets.DATA}' is not on this machine; PARDON_SHARED names another place, or give folders of your own")
        every = (sources(scratch) if os.path.isdir(noise_sets.DATA) else []) + [(f, f) for f in a.folders]
        for name, folder in every:
            if a.only and a.only not in name:
                continue
            noise_sets.progress(name)
            with tempfile.TemporaryDirectory() as out:
                results[name] = measure(noise_sets.scan(folder() if callable(folder) else folder, out, a.detector))
    rows = []
    for name, r in results.items():
        within = "yes" if LOW <= r["share"] <= HIGH else "no, but may be" if r["interval"][0] <= HIGH and r["interval"][1] >= LOW else "no"
        worst = ", ".join(f"{k} {n}" for k, n in list(r["kinds"].items())[:3])
        rows.append([name, *counted(r["false_alarms"], r["pictures"]), f"{LOW:.2f} to {HIGH:.2f}", within, share(r["unlike"]), worst])
    print(table(["clean photographs", "noisy", "share", "95 %", "to reach", "reached", "unlike", "as what"], rows))
    print("  may be: the interval reaches into 3 to 7 %. unlike: share that is unlike everything the detector was trained on")
    if a.json:
        noise_sets.write_json(a.json, {"detector": a.detector or "shipped", "sources": results})


if __name__ == "__main__":
    noise_sets.begin()
    main()
