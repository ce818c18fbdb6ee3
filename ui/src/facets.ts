// What pictures can be told apart by: for each property the names of its values and every picture's value as a number.
import { computed } from "@preact/signals";
import { VERDICTS, type Category, type Pictures } from "./columns";
import { pictures, revision } from "./data";
import { own } from "./route";
import { kind_names, kind_now, noisy_now, severity_now, verdict_now } from "./judge";

/** A property with few values. A code that is no index of `names` means: not known, or does not apply. */
export interface Facet {
  key: string;
  name: string;
  names: readonly string[];
  codes: ArrayLike<number>;
  say?: Readonly<Record<string, string>>; // names as people read them, where they differ
}

/** A property that is a number; NaN: not known. In addresses and fields it stands multiplied by `factor`. */
export interface Scale {
  key: string;
  name: string;
  values: Float32Array;
  low: number;
  high: number;
  factor: number;
  unit: string;
}

const MOST_VALUES = 1000; // a text column with more is searched, not listed

const memo = new WeakMap<Pictures, { facets: Facet[]; scales: Scale[]; texts: Map<string, string[]> }>();

function extent(values: Float32Array): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

function scale(key: string, name: string, values: Float32Array, factor: number, unit: string): Scale[] {
  const [low, high] = factor === 100 ? [0, 1] : extent(values);
  return values.some((v) => !Number.isNaN(v)) && low < high ? [{ key, name, values, low, high, factor, unit }] : [];
}

/** Text as a category; null: too many values for a list. */
function listed(values: (string | null)[]): Category | null {
  const codes = new Int32Array(values.length).fill(-1);
  const at = new Map<string, number>();
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v === null || v === undefined || v === "") continue;
    let code = at.get(v);
    if (code === undefined) {
      if (at.size === MOST_VALUES) return null;
      code = at.size;
      at.set(v, code);
    }
    codes[i] = code;
  }
  return { names: [...at.keys()], codes };
}

function numbered(codes: Int32Array, from: number): string[] {
  let most = -1;
  for (const c of codes) if (c > most) most = c;
  return Array.from({ length: most + 1 }, (_, i) => (i < from ? "" : String(i)));
}

function unchanging(p: Pictures): { facets: Facet[]; scales: Scale[]; texts: Map<string, string[]> } {
  const known = memo.get(p);
  if (known !== undefined) return known;
  const facets: Facet[] = [];
  const scales: Scale[] = [];
  const texts = new Map<string, string[]>();
  const add = (key: string, name: string, c: Category): void => {
    if (c.names.length > 0) facets.push({ key, name, names: c.names, codes: c.codes });
  };
  add("prediction", "Prediction", p.prediction);
  facets.push({ key: "cluster", name: "Cluster", names: numbered(p.cluster, 0), codes: p.cluster });
  facets.push({ key: "group", name: "Owed group", names: numbered(p.group, 1), codes: p.group });
  add("split", "Split", p.split);
  add("status", "Status", p.status);
  scales.push(...scale("confidence", "Confidence", p.confidence, 100, "%"));
  scales.push(...scale("noise", "Noise", p.noise, 100, "%"));
  for (const [name, column] of Object.entries(p.metadata)) {
    const key = `m.${name}`;
    if (column instanceof Float32Array) scales.push(...scale(key, name, column, 1, ""));
    else if (Array.isArray(column)) {
      const c = listed(column);
      if (c !== null) add(key, name, c);
      else texts.set(key, column.map((v) => (v ?? "").toLowerCase()));
    } else add(key, name, column);
  }
  const made = { facets, scales, texts };
  memo.set(p, made);
  return made;
}

const YES = ["yes", "no"] as const;

function yes_no(n: number, of: (i: number) => boolean): Uint8Array {
  const codes = new Uint8Array(n);
  for (let i = 0; i < n; i++) codes[i] = of(i) ? 0 : 1;
  return codes;
}

function noise_facets(p: Pictures): Facet[] {
  const names = kind_names.value;
  const kinds = kind_now.value;
  const families = [...new Set(names.map((k) => p.families[k] ?? "").filter((f) => f !== ""))].sort();
  const family_of = names.map((k) => families.indexOf(p.families[k] ?? ""));
  const family = new Int16Array(p.n).fill(-1);
  const severity = new Int8Array(p.n).fill(-1);
  const noisy = noisy_now.value;
  const judged = new Int8Array(p.n).fill(-1);
  for (let i = 0; i < p.n; i++) {
    if (noisy[i] !== 255) judged[i] = noisy[i] === 1 ? 0 : 1;
    if (noisy[i] !== 1) continue;
    family[i] = family_of[kinds[i] as number] ?? -1;
    const s = Math.round(severity_now(i));
    if (s >= 1 && s <= 5) severity[i] = s - 1;
  }
  return [
    { key: "noisy", name: "Noise verdict", names: YES, codes: judged, say: { yes: "noisy", no: "fit to judge by" } },
    { key: "kind", name: "Kind of noise", names, codes: kinds },
    { key: "family", name: "Family of kinds", names: families, codes: family },
    { key: "severity", name: "Severity", names: ["1", "2", "3", "4", "5"], codes: severity },
  ];
}

function correctness(p: Pictures): Uint8Array {
  return p.correct.map((c) => (c === 1 ? 0 : c === 0 ? 1 : 255));
}

/** Every property with few values, in the order they are offered. */
export const facets = computed<Facet[]>(() => {
  void revision.value;
  const p = pictures.value;
  if (p === null) return [];
  const still = unchanging(p);
  const verdict: Facet = {
    key: "verdict",
    name: "Verdict",
    names: VERDICTS,
    codes: verdict_now.value,
    say: { "set-aside": "set aside", unjudged: "not judged" },
  };
  return [
    verdict,
    { key: "correct", name: "Correctness", names: YES, codes: correctness(p), say: { yes: "right", no: "wrong" } },
    ...noise_facets(p),
    { key: "label", name: "Class", names: p.label.names, codes: p.label.codes },
    ...still.facets,
    {
      key: "suspected",
      name: "Label suspected",
      names: YES,
      codes: yes_no(p.n, (i) => (p.suggested.codes[i] as number) >= 0),
    },
    { key: "decided", name: "Decided by a person", names: YES, codes: yes_no(p.n, (i) => (p.decided[i] as number) > 0) },
  ];
});

export const scales = computed<Scale[]>(() => (pictures.value === null ? [] : unchanging(pictures.value).scales));

/** Columns of text with too many values to list them, in small letters. */
export const texts = computed<Map<string, string[]>>(() =>
  pictures.value === null ? new Map() : unchanging(pictures.value).texts,
);

export function say(facet: Facet | undefined, name: string): string {
  return own(facet?.say ?? {}, name) ?? name;
}
