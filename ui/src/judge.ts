// What follows from the threshold, for every picture at once. Only counting happens here: intervals, excess errors
// and the words come from pardon itself, for each step of the threshold (judging.thresholds).
import { batch, computed, signal } from "@preact/signals";
import type { ThresholdStep } from "./documents";
import { judging, pictures, report, revision } from "./data";
import { params, set_params } from "./route";

export const steps = computed<ThresholdStep[]>(() => judging.value?.thresholds ?? []);
export const scan_threshold = computed(() => report.value?.noise?.threshold ?? NaN);

/** Where the reader drags the threshold to. The address follows when the hand rests: browsers refuse to have it changed
    at every move. */
const dragged = signal<number | null>(null);
let resting = 0;
const asked = computed<number | null>(() => {
  const t = (params.value.t ?? "").trim();
  return dragged.value ?? (t === "" || !Number.isFinite(Number(t)) ? null : Number(t));
});

/** The step nearest to the threshold asked for; -1: there are none. */
export const step_at = computed(() => {
  const wanted = asked.value ?? scan_threshold.value;
  let best = -1;
  let least = Infinity;
  steps.value.forEach((s, i) => {
    const away = Math.abs(s.threshold - wanted);
    if (away < least) [least, best] = [away, i];
  });
  return best;
});
export const step = computed<ThresholdStep | null>(() => steps.value[step_at.value] ?? null);

/** The threshold in force: the scan's own, or where the reader has dragged it. */
export const threshold = computed(() => {
  if (asked.value === null) return scan_threshold.value;
  return step.value?.threshold ?? asked.value;
});
export const moved = computed(() => Math.abs(threshold.value - scan_threshold.value) > 1e-6);

export function set_threshold(t: number): void {
  dragged.value = t;
  window.clearTimeout(resting);
  resting = window.setTimeout(settle_threshold, 150);
}
/** The hand rests. */
export function settle_threshold(): void {
  window.clearTimeout(resting);
  if (dragged.value === null) return;
  batch(() => {
    set_params({ t: moved.value ? threshold.value : null });
    dragged.value = null;
  });
}

/** Of every picture: 1 too degraded to judge by, 0 fit, 255 not known. */
export const noisy_now = computed<Uint8Array>(() => {
  void revision.value;
  const p = pictures.value;
  if (p === null) return new Uint8Array(0);
  const out = new Uint8Array(p.n);
  const t = Math.fround(threshold.value); // scores are float32: one that is the threshold is not above it
  const here = !moved.value;
  for (let i = 0; i < p.n; i++) {
    const forced = p.forced[i];
    if (p.noisy[i] === 255) out[i] = 255;
    else if (forced === 1) out[i] = 1;
    else if (forced === 2) out[i] = 0;
    else out[i] = here ? (p.noisy[i] as number) : (p.score[i] as number) > t ? 1 : 0;
  }
  return out;
});

/** Of every picture, a number of VERDICTS. */
export const verdict_now = computed<Uint8Array>(() => {
  const p = pictures.value;
  const noisy = noisy_now.value;
  if (p === null) return new Uint8Array(0);
  const out = new Uint8Array(p.n);
  for (let i = 0; i < p.n; i++) {
    if (p.correct[i] === 255 || noisy[i] === 255) out[i] = 3;
    else if (p.correct[i] === 1) out[i] = 0;
    else out[i] = noisy[i] === 1 ? 1 : 2;
  }
  return out;
});

/** The kind of a picture that is noisy now, as a number of `kind_names`; -1: fit. */
export const kind_names = computed<string[]>(() => {
  void revision.value;
  const p = pictures.value;
  return p === null ? [] : [...new Set([...p.kind.names, ...p.likely.names])].sort();
});
export const kind_now = computed<Int16Array>(() => {
  void revision.value;
  const p = pictures.value;
  const noisy = noisy_now.value;
  if (p === null) return new Int16Array(0);
  const number = new Map(kind_names.value.map((name, i) => [name, i]));
  const told = p.kind.names.map((name) => number.get(name) as number);
  const likely = p.likely.names.map((name) => number.get(name) as number);
  const out = new Int16Array(p.n).fill(-1);
  for (let i = 0; i < p.n; i++) {
    if (noisy[i] !== 1) continue;
    const k = p.kind.codes[i] as number;
    const l = p.likely.codes[i] as number;
    out[i] = k >= 0 ? (told[k] as number) : l >= 0 ? (likely[l] as number) : -1;
  }
  return out;
});
export function severity_now(i: number): number {
  const p = pictures.value;
  if (p === null || noisy_now.value[i] !== 1) return NaN;
  const told = p.severity[i] as number;
  return Number.isNaN(told) && (p.kind.codes[i] as number) < 0 ? (p.likely_severity[i] as number) : told;
}
