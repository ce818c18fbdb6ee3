// Which pictures a view shows, and in which order: filters that combine, all of them in the address.
import { computed } from "@preact/signals";
import { name_of, VERDICTS, type Category } from "./columns";
import { pictures, revision } from "./data";
import { kind_names, kind_now, noisy_now, severity_now, verdict_now } from "./judge";
import { params } from "./route";

/** Keys of the address that filter, with their names for people. Several values are joined by '|'. */
export const FILTERS: Readonly<Record<string, string>> = {
  verdict: "verdict",
  noisy: "noise", // yes, no
  kind: "kind",
  family: "family of kinds",
  severity: "severity", // 1..5, rounded
  label: "class",
  prediction: "prediction",
  cluster: "cluster",
  group: "owed group",
  split: "split",
  status: "status",
  suspected: "suspected label", // yes
  decided: "decided", // yes
  confidence: "confidence", // LOW-HIGH in percent
  noise: "noise score", // LOW-HIGH in percent
  text: "file name holds",
  like: "most like", // file name: ordered by distance to it
};

export const SORTS: Readonly<Record<string, string>> = {
  file: "file name",
  noisiest: "noisiest first",
  cleanest: "cleanest first",
  confident: "most confident first",
  unsure: "least confident first",
  centre: "nearest to its cluster's centre first",
  outlying: "farthest from its cluster's centre first",
};

type Test = (i: number) => boolean;

function range(text: string): [number, number] {
  const [low, high] = text.split("-").map(Number);
  return [(low ?? 0) / 100, (high ?? 100) / 100];
}

function by_names(c: Category, wanted: string[]): Test {
  const codes = new Set(wanted.map((name) => c.names.indexOf(name)));
  return (i) => codes.has(c.codes[i] as number);
}

/** The tests that a set of parameters asks for. */
export function tests(asked: Readonly<Record<string, string>>): Test[] {
  const p = pictures.value;
  const out: Test[] = [];
  if (p === null) return out;
  const noisy = noisy_now.value;
  const verdicts = verdict_now.value;
  const kinds = kind_now.value;
  const names = kind_names.value;
  for (const [key, value] of Object.entries(asked)) {
    const wanted = value.split("|");
    switch (key) {
      case "verdict": {
        const codes = new Set(wanted.map((v) => VERDICTS.indexOf(v as never)));
        out.push((i) => codes.has(verdicts[i] as number));
        break;
      }
      case "noisy":
        out.push((i) => noisy[i] === (value === "yes" ? 1 : 0));
        break;
      case "kind": {
        const codes = new Set(wanted.map((k) => names.indexOf(k)).filter((k) => k >= 0));
        out.push((i) => codes.has(kinds[i] as number));
        break;
      }
      case "family":
        out.push((i) => wanted.includes(p.families[names[kinds[i] as number] ?? ""] ?? ""));
        break;
      case "severity":
        out.push((i) => wanted.includes(String(Math.round(severity_now(i)))));
        break;
      case "label":
        out.push(by_names(p.label, wanted));
        break;
      case "prediction":
        out.push(by_names(p.prediction, wanted));
        break;
      case "split":
        out.push(by_names(p.split, wanted));
        break;
      case "status":
        out.push(by_names(p.status, wanted));
        break;
      case "cluster":
        out.push((i) => wanted.includes(String(p.cluster[i])));
        break;
      case "group":
        out.push((i) => wanted.includes(String(p.group[i])));
        break;
      case "suspected":
        out.push((i) => (p.suggested.codes[i] as number) >= 0 === (value === "yes"));
        break;
      case "decided":
        out.push((i) => (p.decided[i] as number) > 0 === (value === "yes"));
        break;
      case "confidence":
      case "noise": {
        const [low, high] = range(value);
        const of = key === "noise" ? p.noise : p.confidence;
        out.push((i) => (of[i] as number) >= low && (of[i] as number) <= high);
        break;
      }
      case "text": {
        const part = value.toLowerCase();
        out.push((i) => (p.file[i] as string).toLowerCase().includes(part));
        break;
      }
      default:
        if (key.startsWith("m.")) {
          const column = p.metadata[key.slice(2)];
          if (column === undefined) break;
          if (column instanceof Float32Array || Array.isArray(column))
            out.push((i) => wanted.includes(String(column[i])));
          else out.push(by_names(column, wanted));
        }
    }
  }
  return out;
}

function key_of(sort: string): ((i: number) => number) | null {
  const p = pictures.value;
  if (p === null) return null;
  const or = (v: number | undefined, otherwise: number): number =>
    v === undefined || Number.isNaN(v) ? otherwise : v;
  switch (sort) {
    case "noisiest":
      return (i) => -or(p.score[i], -Infinity);
    case "cleanest":
      return (i) => or(p.score[i], Infinity);
    case "confident":
      return (i) => -or(p.confidence[i], -Infinity);
    case "unsure":
      return (i) => or(p.confidence[i], Infinity);
    case "centre":
      return (i) => or(p.distance[i], Infinity);
    case "outlying":
      return (i) => -or(p.distance[i], -Infinity);
    default:
      return null;
  }
}

/** Squared distances of all pictures to one, in the space that was clustered; Infinity where there is none. */
export function distances(to: number): Float32Array {
  const p = pictures.value;
  const out = new Float32Array(p?.n ?? 0).fill(Infinity);
  if (p === null || p.places === null) return out;
  const { width, values } = p.places;
  for (let i = 0; i < p.n; i++) {
    if ((p.cluster[i] as number) < 0) continue;
    let sum = 0;
    for (let j = 0; j < width; j++) {
      const d = (values[i * width + j] as number) - (values[to * width + j] as number);
      sum += d * d;
    }
    out[i] = sum;
  }
  return out;
}

/** The pictures most like this one, nearest first, itself left out. */
export function neighbours(of: number, most: number): number[] {
  const away = distances(of);
  const found: number[] = [];
  for (let i = 0; i < away.length; i++) {
    if (i === of || away[i] === Infinity) continue;
    if (found.length === most && (away[i] as number) >= (away[found[most - 1] as number] as number)) continue;
    let at = found.length;
    while (at > 0 && (away[found[at - 1] as number] as number) > (away[i] as number)) at--;
    found.splice(at, 0, i);
    if (found.length > most) found.pop();
  }
  return found;
}

/** Numbers of the pictures that `asked` lets through, in the order it asks for. */
export function select(asked: Readonly<Record<string, string>>): Uint32Array {
  void revision.value;
  const p = pictures.value;
  if (p === null) return new Uint32Array(0);
  const all = tests(asked);
  const out = new Uint32Array(p.n);
  let n = 0;
  each: for (let i = 0; i < p.n; i++) {
    for (const test of all) if (!test(i)) continue each;
    out[n++] = i;
  }
  const found = out.slice(0, n);
  const like = asked.like === undefined ? -1 : p.find(asked.like);
  const away = like >= 0 ? distances(like) : null;
  const key = away !== null ? (i: number) => away[i] as number : key_of(asked.sort ?? "file");
  if (key !== null) {
    const keys = new Float64Array(p.n);
    for (const i of found) keys[i] = key(i);
    found.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  }
  return found;
}

/** What this address shows. */
export const shown = computed<Uint32Array>(() => select(params.value));
export { name_of };
