// Of every cluster and owed group: how many pictures, how many wrong, what is confused there. Counted from the columns.
import { computed } from "@preact/signals";
import { pictures, revision } from "../data";
import { judged } from "./counts";
import { kind_names, kind_now, noisy_now, verdict_now } from "../judge";

export interface Tally {
  n: number;
  judged: number; // with a verdict
  wrong: number;
  owed: number;
  noisy: number;
  ids: number[]; // nearest to the centre first
  kind: string | null; // the most frequent of its noisy ones
  of_kind: number;
  confusions: { label: string; prediction: string; n: number }[]; // most frequent first
}

function tally_of(ids: number[]): Tally {
  const p = pictures.value;
  const out: Tally = { n: ids.length, judged: 0, wrong: 0, owed: 0, noisy: 0, ids, kind: null, of_kind: 0, confusions: [] };
  if (p === null) return out;
  const verdict = verdict_now.value;
  const noisy = noisy_now.value;
  const kinds = new Map<number, number>();
  const pairs = new Map<string, { label: string; prediction: string; n: number }>();
  for (const i of ids) {
    if (noisy[i] === 1) {
      out.noisy++;
      const k = kind_now.value[i] as number;
      if (k >= 0) kinds.set(k, (kinds.get(k) ?? 0) + 1);
    }
    const v = verdict[i];
    if (v === 3) continue;
    out.judged++;
    if (v === 0) continue;
    out.wrong++;
    if (v === 2) out.owed++;
    const l = p.label.codes[i] as number;
    const s = p.prediction.codes[i] as number;
    const key = `${l},${s}`;
    const pair = pairs.get(key) ?? { label: p.label.names[l] ?? "–", prediction: p.prediction.names[s] ?? "–", n: 0 };
    pair.n++;
    pairs.set(key, pair);
  }
  for (const [k, n] of kinds) if (n > out.of_kind) [out.of_kind, out.kind] = [n, kind_names.value[k] ?? null];
  out.confusions = [...pairs.values()].sort((a, b) => b.n - a.n);
  return out;
}

/** Numbers of the pictures with each value of a column, nearest to the centre first. */
function members(of: Int32Array, distance: Float32Array): Map<number, number[]> {
  const out = new Map<number, number[]>();
  for (let i = 0; i < of.length; i++) {
    const at = of[i] as number;
    if (at < 0) continue;
    const list = out.get(at);
    if (list === undefined) out.set(at, [i]);
    else list.push(i);
  }
  for (const list of out.values()) list.sort((a, b) => (distance[a] as number) - (distance[b] as number) || a - b);
  return out;
}

const clustered = computed(() => {
  const p = pictures.value;
  return p === null ? new Map<number, number[]>() : members(p.cluster, p.distance);
});
const grouped = computed(() => {
  const p = pictures.value;
  return p === null ? new Map<number, number[]>() : members(p.group, p.distance);
});

function tallies(of: Map<number, number[]>): Map<number, Tally> {
  void revision.value;
  return new Map([...of].map(([id, ids]) => [id, tally_of(ids)]));
}
export const cluster_tallies = computed(() => tallies(clustered.value));
export const group_tallies = computed(() => tallies(grouped.value));

/** Share of the judged pictures that are wrong, of all in this page; NaN: none is judged. */
export const error_of_all = computed(() => {
  let judged = 0;
  let wrong = 0;
  for (const v of verdict_now.value) {
    if (v === 3) continue;
    judged++;
    if (v !== 0) wrong++;
  }
  return judged === 0 ? NaN : wrong / judged;
});

/** The same of the pictures fit to judge by: the scan's, by which groups were formed. */
export const error_of_fit = computed(() => {
  const right = judged.value?.accuracy.fit.value ?? null;
  return right === null ? NaN : 1 - right;
});
