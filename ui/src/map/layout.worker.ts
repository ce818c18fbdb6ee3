// Works out a layout that keeps neighbours together (UMAP; McInnes, Healy and Melville 2018) away from the page.
// Seeded: the same points give the same layout. Up to MOST points are laid out directly; of more, an even sample is,
// and every other point goes to the mean of its nearest sampled neighbours.
import { UMAP } from "umap-js";

export type Told =
  | { kind: "progress"; done: number; words: string }
  | { kind: "done"; xy: Float32Array; words: string };

const MOST = 15000;
const NEIGHBOURS = 15;
const NEAREST = 3; // sampled neighbours whose mean a point goes to
const SEED = 20081;

/** A small generator of even quality (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function told(message: Told, transfer: Transferable[] = []): void {
  (self as unknown as { postMessage(m: Told, t: Transferable[]): void }).postMessage(message, transfer);
}

function lay_out(points: Float32Array, width: number, of: number[], share: number): number[][] {
  const rows = of.map((i) => Array.from(points.subarray(i * width, (i + 1) * width)));
  const epochs = of.length > 10000 ? 200 : of.length > 2500 ? 300 : 500;
  const umap = new UMAP({ nNeighbors: Math.min(NEIGHBOURS, of.length - 1), minDist: 0.1, nEpochs: epochs, random: random(SEED) });
  umap.initializeFit(rows);
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (epoch % 5 === 0) told({ kind: "progress", done: share * (0.2 + (0.8 * epoch) / epochs), words: "drawing neighbours together" });
  }
  return umap.getEmbedding();
}

/** The sample by cells along its first axis, so that only near ones need be looked at. */
function place_rest(points: Float32Array, width: number, sample: number[], at: number[][], xy: Float32Array): void {
  const n = points.length / width;
  const first = sample.map((i, s) => ({ s, v: points[i * width] as number })).sort((a, b) => a.v - b.v || a.s - b.s);
  const axis = Float32Array.from(first, (f) => f.v);
  const best = new Float64Array(NEAREST);
  const who = new Int32Array(NEAREST);
  const taken = new Uint8Array(n);
  for (const i of sample) taken[i] = 1;
  const offer = (i: number, s: number): void => {
    const base = (sample[s] as number) * width;
    let sum = 0;
    for (let j = 0; j < width && sum < (best[NEAREST - 1] as number); j++) {
      const d = (points[i * width + j] as number) - (points[base + j] as number);
      sum += d * d;
    }
    if (sum >= (best[NEAREST - 1] as number)) return;
    let to = NEAREST - 1;
    for (; to > 0 && (best[to - 1] as number) > sum; to--) [best[to], who[to]] = [best[to - 1] as number, who[to - 1] as number];
    [best[to], who[to]] = [sum, s];
  };
  for (let i = 0; i < n; i++) {
    if (taken[i] === 1) continue;
    if (i % 2000 === 0) told({ kind: "progress", done: 0.7 + (0.3 * i) / n, words: "placing the other pictures" });
    best.fill(Infinity);
    who.fill(-1);
    const v = points[i * width] as number;
    let low = 0;
    let high = axis.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((axis[middle] as number) < v) low = middle + 1;
      else high = middle;
    }
    // outwards from there, until the first axis alone is farther than what is known
    let left = low - 1;
    let right = low;
    for (;;) {
      const l = left >= 0 ? v - (axis[left] as number) : Infinity;
      const r = right < axis.length ? (axis[right] as number) - v : Infinity;
      const nearer = Math.min(l, r);
      if (nearer === Infinity || nearer * nearer >= (best[NEAREST - 1] as number)) break;
      offer(i, (first[l <= r ? left-- : right++] as { s: number }).s);
    }
    let x = 0;
    let y = 0;
    let weight = 0;
    for (let k = 0; k < NEAREST; k++) {
      if ((who[k] as number) < 0) continue;
      const w = 1 / (Math.sqrt(best[k] as number) + 1e-6);
      x += w * (at[who[k] as number]?.[0] ?? 0);
      y += w * (at[who[k] as number]?.[1] ?? 0);
      weight += w;
    }
    xy[2 * i] = x / weight;
    xy[2 * i + 1] = y / weight;
  }
}

self.onmessage = ({ data }: MessageEvent<{ points: Float32Array; width: number }>) => {
  const { points, width } = data;
  const n = points.length / width;
  const many = n > MOST;
  const sample = many ? Array.from({ length: MOST }, (_, i) => Math.floor((i * n) / MOST)) : Array.from({ length: n }, (_, i) => i);
  const at = lay_out(points, width, sample, many ? 0.7 : 1);
  const xy = new Float32Array(2 * n);
  sample.forEach((i, s) => xy.set(at[s] as number[], 2 * i));
  if (many) place_rest(points, width, sample, at, xy);
  const how = `UMAP (${NEIGHBOURS} neighbours, seed ${SEED}) of the first ${width} principal components`;
  const words = many
    ? `${how}: ${MOST.toLocaleString("en")} of ${n.toLocaleString("en")} pictures laid out, the others placed at the mean of their ${NEAREST} nearest among these.`
    : `${how}, of all ${n.toLocaleString("en")} pictures.`;
  told({ kind: "done", xy, words }, [xy.buffer]);
};
