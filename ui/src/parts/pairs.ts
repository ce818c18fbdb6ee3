// How often each class is called each: of all judged pictures, and of those fit to judge by.
import { computed } from "@preact/signals";
import { pictures, revision } from "../data";
import { noisy_now, verdict_now } from "../judge";
import { judged, whole } from "./counts";

export interface Pair {
  label: string;
  prediction: string;
  all: number;
  fit: number;
}

/** From the columns, so that a moved threshold and decisions count. */
function counted(): Pair[] {
  void revision.value;
  const p = pictures.value;
  if (p === null) return [];
  const noisy = noisy_now.value;
  const verdict = verdict_now.value;
  const wide = Math.max(p.label.names.length, p.prediction.names.length) + 1;
  const found = new Map<number, Pair>();
  for (let i = 0; i < p.n; i++) {
    if (verdict[i] === 3) continue;
    const l = p.label.codes[i] as number;
    const s = p.prediction.codes[i] as number;
    if (l < 0 || s < 0) continue;
    let pair = found.get(l * wide + s);
    if (pair === undefined) {
      pair = { label: p.label.names[l] as string, prediction: p.prediction.names[s] as string, all: 0, fit: 0 };
      found.set(l * wide + s, pair);
    }
    pair.all++;
    if (noisy[i] === 0) pair.fit++;
  }
  return [...found.values()];
}

/** As the report has them, where the page holds a selection: the largest mistakes, and the right ones by their recall. */
function reported(): Pair[] {
  const j = judged.value;
  if (j === null) return [];
  const right = j.per_class.map((c) => ({
    label: c.class,
    prediction: c.class,
    all: Math.round((c.all.recall.value ?? 0) * c.all.recall.n),
    fit: Math.round((c.fit.recall.value ?? 0) * c.fit.recall.n),
  }));
  return [...right.filter((p) => p.all > 0), ...j.confusions];
}

export const pairs = computed<Pair[]>(() => (whole.value ? counted() : reported()));

export type Side = "all" | "fit";
/** Mistakes, most frequent first. */
export function mistakes(side: Side): Pair[] {
  return pairs.value
    .filter((p) => p.label !== p.prediction && p[side] > 0)
    .sort((a, b) => b[side] - a[side] || b.fit - a.fit || (a.label < b.label ? -1 : 1));
}

export const ROWS = 20;

/** Classes that have pictures, most mistakes first. */
export const most_confused = computed<string[]>(() => {
  const wrong = new Map<string, number>(); // of as many, those on fit pictures go first
  for (const p of pairs.value)
    wrong.set(p.label, (wrong.get(p.label) ?? 0) + (p.label === p.prediction ? 0 : p.all + p.fit / 1e6));
  return [...wrong].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
});

/** Which classes head the columns: those of the rows, then what they are most often called. */
export function column_classes(rows: string[], most: number): string[] {
  const asked = new Set(rows);
  const called = new Map<string, number>();
  for (const p of pairs.value)
    if (asked.has(p.label) && !asked.has(p.prediction)) called.set(p.prediction, (called.get(p.prediction) ?? 0) + p.all);
  const others = [...called].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
  return [...rows, ...others.slice(0, Math.max(0, most - rows.length))];
}
