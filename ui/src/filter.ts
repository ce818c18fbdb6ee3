// Which pictures a view shows, and in which order: filters that combine, all of them in the address.
import { computed } from "@preact/signals";
import { name_of, type Pictures } from "./columns";
import { pictures, revision } from "./data";
import { facets, scales, texts, type Facet } from "./facets";
import { severity_now, threshold } from "./judge";
import { coordinates, LAYOUTS } from "./map/layouts";
import { inside, region_of } from "./map/region";
import { params } from "./route";

/** Keys of the address that filter, with their names for people. Several values are joined by '|'. Columns of the
 *  user's own tables have "m." before their name. */
export const FILTERS: Readonly<Record<string, string>> = {
  verdict: "verdict",
  correct: "correctness", // yes, no
  noisy: "noise verdict", // yes, no
  kind: "kind",
  family: "family of kinds",
  severity: "severity", // 1..5, rounded
  label: "class",
  prediction: "prediction",
  cluster: "cluster",
  group: "owed group",
  split: "split",
  status: "status",
  suspected: "suspected label", // yes, no
  decided: "decided", // yes, no
  confidence: "confidence", // LOW-HIGH in percent, or LOW..HIGH
  noise: "noise", // likewise
  text: "file name holds",
  region: "region of the map", // LAYOUT:X,Y,X,Y,... a box or the corners of a shape
};

export const SORTS: Readonly<Record<string, string>> = {
  file: "file name",
  noisiest: "noisiest first",
  cleanest: "cleanest first",
  doubtful: "nearest to the threshold first",
  severe: "most severe first",
  confident: "most confident first",
  unsure: "least confident first",
  centre: "nearest to its cluster’s centre first",
  outlying: "farthest from its cluster’s centre first",
};

export type Asked = Readonly<Record<string, string>>;
type Test = (i: number) => boolean;

/** The parameters that filter. */
export function filters_of(asked: Asked): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asked).filter(([key, value]) => value !== "" && (Object.hasOwn(FILTERS, key) || key.startsWith("m."))),
  );
}
/** The parameters that say which pictures, and in which order. */
export function selection_of(asked: Asked): Record<string, string> {
  const out = filters_of(asked);
  for (const key of ["sort", "like"]) if (asked[key] !== undefined) out[key] = asked[key];
  return out;
}

/** "10-90", "-2..7": the two ends, as they stand there. */
export function ends(text: string): [number, number] {
  const [low, high] = text.includes("..") ? text.split("..") : text.split("-");
  const or = (v: string | undefined, otherwise: number): number =>
    v === undefined || v === "" || Number.isNaN(Number(v)) ? otherwise : Number(v);
  return [or(low, -Infinity), or(high, Infinity)];
}

/** The values asked for; a name that itself holds a '|' stays whole. */
export function values_of(facet: Facet | undefined, text: string): string[] {
  return facet?.names.includes(text) === true ? [text] : text.split("|").filter((v) => v !== "");
}

function by_codes(facet: Facet, wanted: string[]): Test {
  const let_through = new Uint8Array(facet.names.length + 1);
  for (const name of wanted) {
    const code = facet.names.indexOf(name);
    if (code >= 0) let_through[code] = 1;
  }
  const { codes } = facet;
  return (i) => let_through[codes[i] as number] === 1;
}

const small = new WeakMap<Pictures, string[]>();
function small_names(p: Pictures): string[] {
  let names = small.get(p);
  if (names === undefined) small.set(p, (names = p.file.map((f) => f.toLowerCase())));
  return names;
}

function test_of(p: Pictures, key: string, value: string): Test | null {
  if (key === "text") {
    const part = value.toLowerCase();
    const names = small_names(p);
    return (i) => (names[i] as string).includes(part);
  }
  if (key === "region") {
    const region = region_of(value);
    if (region === null || !Object.hasOwn(LAYOUTS, region.layout)) return null;
    const at = coordinates(region.layout);
    return at === null ? () => false : (i) => inside(region, at[2 * i] as number, at[2 * i + 1] as number);
  }
  const facet = facets.value.find((f) => f.key === key);
  if (facet !== undefined) return by_codes(facet, values_of(facet, value));
  const scale = scales.value.find((s) => s.key === key);
  if (scale !== undefined) {
    const [low, high] = ends(value);
    const slack = 1e-6 * (scale.high - scale.low); // the values are rounded to 24 bits, the ends are not
    const from = low / scale.factor - slack;
    const to = high / scale.factor + slack;
    return (i) => (scale.values[i] as number) >= from && (scale.values[i] as number) <= to;
  }
  const text = texts.value.get(key);
  if (text === undefined) return null;
  const part = value.toLowerCase();
  return (i) => (text[i] as string).includes(part);
}

function keyed(asked: Asked): { key: string; test: Test }[] {
  const p = pictures.value;
  if (p === null) return [];
  return Object.entries(filters_of(asked)).flatMap(([key, value]) => {
    const test = test_of(p, key, value);
    return test === null ? [] : [{ key, test }];
  });
}

/** The tests that a set of parameters asks for. */
export function tests(asked: Asked): Test[] {
  return keyed(asked).map((k) => k.test);
}

// --- order ---------------------------------------------------------------------------------------

/** What is sorted by, the least first; NaN goes last. Null: the list's own order, which is by name. */
function keys_of(p: Pictures, asked: Asked): Float32Array | null {
  const like = asked.like === undefined ? -1 : p.find(asked.like);
  if (like >= 0) return distances(like);
  const negated = (v: Float32Array): Float32Array => v.map((x) => -x);
  switch (asked.sort) {
    case "noisiest":
      return negated(p.score);
    case "cleanest":
      return p.score;
    case "doubtful": {
      const t = threshold.value;
      return p.score.map((s) => Math.abs(s - t));
    }
    case "severe":
      return new Float32Array(p.n).map((_, i) => -severity_now(i));
    case "confident":
      return negated(p.confidence);
    case "unsure":
      return p.confidence;
    case "centre":
      return p.distance;
    case "outlying":
      return negated(p.distance);
    default:
      return null;
  }
}

/** Indices in the order of their keys, equal ones by index: key and index are packed into one double, which sorts in
 *  a tenth of the time that a comparing function takes. Good for 2^21 pictures. */
function sorted(keys: Float32Array): Uint32Array {
  const bits = new Uint32Array(keys.buffer.slice(keys.byteOffset, keys.byteOffset + keys.byteLength));
  const packed = new Float64Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const b = bits[i] as number;
    const rank = Number.isNaN(keys[i]) ? 0xffffffff : b & 0x80000000 ? ~b >>> 0 : (b | 0x80000000) >>> 0;
    packed[i] = rank * 0x200000 + i;
  }
  packed.sort();
  return new Uint32Array(packed.length).map((_, i) => (packed[i] as number) % 0x200000);
}

// --- nearness ------------------------------------------------------------------------------------

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
  if ((pictures.value?.cluster[of] ?? -1) < 0) return [];
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

// --- what is shown, and what each further filter would leave --------------------------------------

/** Of every picture how many filters stop it, and if it is only one, which (its place in `stops`). */
interface Sieve {
  failed: Uint8Array;
  by: Uint8Array;
  stops: string[];
}
function sieve(asked: Asked): Sieve {
  const n = pictures.value?.n ?? 0;
  const failed = new Uint8Array(n);
  const by = new Uint8Array(n);
  const all = keyed(asked);
  all.forEach(({ test }, at) => {
    for (let i = 0; i < n; i++) {
      if (test(i)) continue;
      failed[i] = (failed[i] as number) + 1;
      by[i] = at;
    }
  });
  return { failed, by, stops: all.map((k) => k.key) };
}

function pick(order: Uint32Array | null, failed: Uint8Array): Uint32Array {
  const out = new Uint32Array(failed.length);
  let n = 0;
  for (let at = 0; at < failed.length; at++) {
    const i = order === null ? at : (order[at] as number);
    if (failed[i] === 0) out[n++] = i;
  }
  return out.slice(0, n);
}

/** Numbers of the pictures that `asked` lets through, in the order it asks for. */
export function select(asked: Asked): Uint32Array {
  void revision.value;
  const p = pictures.value;
  if (p === null) return new Uint32Array(0);
  const keys = keys_of(p, asked);
  return pick(keys === null ? null : sorted(keys), sieve(asked).failed);
}

// Addresses change for many reasons (where the reader is, how large thumbnails are); what is computed here follows
// only the part that matters: these texts stay equal, and signals stop there.
const asked_text = computed(() => JSON.stringify(filters_of(params.value)));
const order_text = computed(() => JSON.stringify([params.value.sort ?? "file", params.value.like ?? ""]));

const current = computed<Sieve>(() => {
  void revision.value;
  return sieve(JSON.parse(asked_text.value) as Asked);
});
const order = computed<Uint32Array | null>(() => {
  void revision.value;
  const [sort, like] = JSON.parse(order_text.value) as [string, string];
  const p = pictures.value;
  const keys = p === null ? null : keys_of(p, like === "" ? { sort } : { sort, like });
  return keys === null ? null : sorted(keys);
});

/** What this address shows. */
export const shown = computed<Uint32Array>(() => pick(order.value, current.value.failed));

/** For each facet, how many pictures each of its values has among those that all the other filters let through. */
export const counts = computed<Map<string, Uint32Array>>(() => {
  const { failed, by, stops } = current.value;
  const out = new Map<string, Uint32Array>();
  for (const { key, names, codes } of facets.value) {
    const own = stops.indexOf(key);
    const tally = new Uint32Array(names.length);
    for (let i = 0; i < failed.length; i++) {
      if (failed[i] !== 0 && !(failed[i] === 1 && by[i] === own)) continue;
      const code = codes[i] as number;
      if (code >= 0 && code < tally.length) tally[code] = (tally[code] as number) + 1;
    }
    out.set(key, tally);
  }
  return out;
});

/** Of every picture, 1 where all filters but this one let it through. */
export function passing_without(key: string): Uint8Array {
  const { failed, by, stops } = current.value;
  const own = stops.indexOf(key);
  return failed.map((f, i) => (f === 0 || (f === 1 && by[i] === own) ? 1 : 0));
}

export const BINS = 24;
/** The same for ranges, in bins of equal width between their ends. */
export const histograms = computed<Map<string, Uint32Array>>(() => {
  const { failed, by, stops } = current.value;
  const out = new Map<string, Uint32Array>();
  for (const { key, values, low, high } of scales.value) {
    const own = stops.indexOf(key);
    const tally = new Uint32Array(BINS);
    for (let i = 0; i < failed.length; i++) {
      if (failed[i] !== 0 && !(failed[i] === 1 && by[i] === own)) continue;
      const bin = Math.floor((((values[i] as number) - low) / (high - low)) * BINS);
      if (Number.isNaN(bin)) continue;
      const at = Math.min(BINS - 1, Math.max(0, bin));
      tally[at] = (tally[at] as number) + 1;
    }
    out.set(key, tally);
  }
  return out;
});
export { name_of };
