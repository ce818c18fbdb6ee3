// Counts that follow the threshold and the decisions. Where the page holds only a selection of the pictures, what the
// report counted stands in.
import { computed } from "@preact/signals";
import type { Judging, Share } from "../documents";
import { judging, pictures, report, revision } from "../data";
import { kind_names, kind_now, moved, noisy_now, severity_now, step, threshold, verdict_now } from "../judge";

/** Whether the page holds every picture, so that counting them is counting all. */
export const whole = computed(() => pictures.value !== null && pictures.value.n === pictures.value.total);

/** Whether there are answers of a classifier, and labels to hold them against. */
export const judged = computed<Judging | null>(() => {
  const j = judging.value;
  return j !== null && j.verdicts !== null && (j.accuracy?.all?.n ?? 0) > 0 ? j : null;
});

/** The answer in a sentence, as pardon says it; null: there is no classifier. */
export const headline = computed<string | null>(() => {
  const j = judged.value;
  if (j === null) return null;
  const said = moved.value ? step.value?.headline : (j.headline ?? step.value?.headline);
  return said ?? j.words.find((line) => line.includes("owed")) ?? j.words[0] ?? null;
});

export interface Verdicts {
  right: number;
  set_aside: number;
  owed: number;
  unjudged: number;
  right_noisy: number;
}
export const verdicts = computed<Verdicts | null>(() => {
  const j = judged.value;
  if (j === null) return null;
  const s = moved.value ? step.value : null;
  return s === null ? j.verdicts : { ...s, unjudged: j.verdicts.unjudged };
});
export const fit_accuracy = computed<Share | null>(() => {
  const j = judged.value;
  return j === null ? null : moved.value && step.value !== null ? step.value.fit : j.accuracy.fit;
});

/** Pictures that are too degraded, at the threshold in force. */
export const noisy_count = computed<number>(() => {
  const noise = report.value?.noise;
  if (whole.value) return noisy_now.value.reduce((sum, v) => sum + (v === 1 ? 1 : 0), 0);
  if (!moved.value) return noise?.noisy ?? 0;
  return step.value?.noisy ?? histogram.value.reduce((sum, bin) => sum + bin.noisy, 0);
});
/** Pictures of which it was decided whether they are. */
export const decided_count = computed<number>(() =>
  whole.value ? noisy_now.value.reduce((sum, v) => sum + (v === 255 ? 0 : 1), 0) : (report.value?.noise?.judged ?? 0),
);

export interface KindCount {
  kind: string;
  family: string;
  n: number;
  severities: number[]; // nearest to 1, 2, 3, 4, 5
  severity: number | null; // median
  right: number;
  wrong: number;
  ids: number[]; // the worst of them, worst first
}

function bare(kind: string, family: string): KindCount {
  return { kind, family, n: 0, severities: [0, 0, 0, 0, 0], severity: null, right: 0, wrong: 0, ids: [] };
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  return Float32Array.from(values).sort()[(values.length - 1) >> 1] as number;
}

const WORST = 8; // of a kind that are kept by name

/** Puts it among the first by `key`, smallest first, at most so many; of equals the earlier one stays before. */
function keep(first: number[], i: number, key: (i: number) => number, most: number): void {
  const own = key(i);
  if (first.length === most && own >= key(first[most - 1] as number)) return;
  let at = first.length;
  while (at > 0 && key(first[at - 1] as number) > own) at--;
  first.splice(at, 0, i);
  if (first.length > most) first.pop();
}

/** The noisy pictures by kind, most frequent first, counted from the columns. */
function counted(): KindCount[] {
  void revision.value;
  const p = pictures.value;
  if (p === null) return [];
  const kinds = kind_now.value;
  const verdict = verdict_now.value;
  const rows = kind_names.value.map((kind) => bare(kind, p.families[kind] ?? "–"));
  const told: number[][] = rows.map(() => []);
  const worst = (i: number): number => {
    const score = p.score[i] as number;
    return Number.isNaN(score) ? Infinity : -score;
  };
  for (let i = 0; i < p.n; i++) {
    const row = rows[kinds[i] as number];
    if (row === undefined) continue;
    row.n++;
    keep(row.ids, i, worst, WORST);
    if (verdict[i] === 0) row.right++;
    else if (verdict[i] === 1) row.wrong++;
    const s = severity_now(i);
    if (Number.isNaN(s)) continue;
    told[kinds[i] as number]?.push(s);
    const bin = Math.max(0, Math.min(4, Math.round(s) - 1));
    row.severities[bin] = (row.severities[bin] as number) + 1;
  }
  rows.forEach((row, k) => {
    row.severity = median(told[k] as number[]);
  });
  return rows.filter((row) => row.n > 0).sort((a, b) => b.n - a.n || (a.kind < b.kind ? -1 : 1));
}

export const kinds = computed<KindCount[]>(() => {
  const rows = counted();
  if (whole.value) return rows;
  const j = judged.value;
  return (report.value?.noise?.by_kind ?? []).map((k) => {
    const of = j?.excess_errors_by_kind.find((e) => e.kind === k.kind);
    return {
      ...bare(k.kind, k.family ?? "–"),
      n: k.count,
      severities: k.severities,
      severity: k.severity,
      right: of === undefined ? 0 : of.pictures - of.wrong,
      wrong: of?.wrong ?? 0,
      ids: rows.find((r) => r.kind === k.kind)?.ids ?? [],
    };
  });
});

export interface Bin {
  from: number;
  to: number;
  fit: number;
  noisy: number;
}
/** Pictures by score. */
export const histogram = computed<Bin[]>(() => {
  const h = report.value?.noise?.histogram;
  const p = pictures.value;
  if (!h) return [];
  const { edges } = h;
  const bins = edges.slice(0, -1).map((from, i) => ({ from, to: edges[i + 1] as number, fit: 0, noisy: 0 }));
  if (p === null || !whole.value) {
    bins.forEach((bin, i) => {
      const all = h.counts[i] ?? 0;
      bin.noisy = moved.value ? (bin.from >= threshold.value - 1e-9 ? all : 0) : (h.noisy[i] ?? 0);
      bin.fit = all - bin.noisy;
    });
    return bins;
  }
  const noisy = noisy_now.value;
  for (let i = 0; i < p.n; i++) {
    const score = p.score[i] as number;
    if (Number.isNaN(score)) continue;
    let low = 0;
    let high = bins.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (score <= (edges[middle + 1] as number)) high = middle;
      else low = middle + 1;
    }
    const bin = bins[low] as Bin;
    if (noisy[i] === 1) bin.noisy++;
    else bin.fit++;
  }
  return bins;
});

/** Pictures whose scores are nearest to the threshold, on one side of it; those a person or a damage decides left out. */
export function doubtful(side: "below" | "above", most: number): number[] {
  const p = pictures.value;
  if (p === null) return [];
  const t = Math.fround(threshold.value);
  const found: number[] = [];
  const away = (i: number): number => Math.abs((p.score[i] as number) - t);
  for (let i = 0; i < p.n; i++) {
    const score = p.score[i] as number;
    if (Number.isNaN(score) || p.forced[i] !== 0 || score > t !== (side === "above")) continue;
    keep(found, i, away, most);
  }
  return found;
}
