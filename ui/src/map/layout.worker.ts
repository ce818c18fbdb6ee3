// Works out a layout that keeps neighbours together (UMAP; McInnes, Healy and Melville 2018) away from the page.
// Seeded: the same points give the same layout. Up to MOST points are laid out directly; of more, an even sample of
// SAMPLE is, and every other point goes to the mean of its nearest sampled neighbours, weighted by nearness.
import { UMAP } from "umap-js";

export type Told =
  | { kind: "progress"; done: number; words: string }
  | { kind: "done"; xy: Float32Array; words: string };

const MOST = 15000;
const SAMPLE = 8000;
const NEIGHBOURS = 15;
const NEAREST = 3; // sampled neighbours whose mean a point goes to
const SEED = 20081;
const REPORT = 500; // points between two words of progress

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

function squared(a: Float32Array, at: number, b: Float32Array, bt: number, width: number): number {
  let sum = 0;
  for (let j = 0; j < width; j++) {
    const d = (a[at + j] as number) - (b[bt + j] as number);
    sum += d * d;
  }
  return sum;
}

/** Exact nearest neighbours. The set lies in cells, each round a pivot taken from it; a cell whose nearest rim is
 *  farther than what is known is passed over (the triangle's inequality). */
class Nearest {
  readonly far: Float64Array; // squared, ascending
  readonly who: Int32Array; // places in the set that was searched
  private readonly pivots: Float32Array;
  private readonly rims: Float64Array; // of each cell, the largest distance to its pivot
  private readonly cells: Int32Array[];
  private readonly away: Float64Array; // from each pivot

  constructor(
    private readonly set: Float32Array, // the points among which is searched, row after row
    private readonly width: number,
    private readonly k: number,
  ) {
    this.far = new Float64Array(k);
    this.who = new Int32Array(k);
    const n = set.length / width;
    const m = Math.max(1, Math.round(Math.sqrt(n)));
    this.pivots = new Float32Array(m * width);
    for (let c = 0; c < m; c++) {
      const from = Math.floor((c * n) / m) * width;
      this.pivots.set(set.subarray(from, from + width), c * width);
    }
    this.away = new Float64Array(m);
    this.rims = new Float64Array(m);
    const lists: number[][] = Array.from({ length: m }, () => []);
    for (let s = 0; s < n; s++) {
      const c = this.nearest_pivot(set, s * width);
      lists[c]?.push(s);
      this.rims[c] = Math.max(this.rims[c] as number, this.away[c] as number);
    }
    this.cells = lists.map((l) => Int32Array.from(l));
  }

  private nearest_pivot(points: Float32Array, base: number): number {
    let best = 0;
    for (let c = 0; c < this.away.length; c++) {
      this.away[c] = Math.sqrt(squared(points, base, this.pivots, c * this.width, this.width));
      if ((this.away[c] as number) < (this.away[best] as number)) best = c;
    }
    return best;
  }

  /** Fills `far` and `who` for the point at `base` of `points`. */
  of(points: Float32Array, base: number): void {
    this.far.fill(Infinity);
    this.who.fill(-1);
    const first = this.nearest_pivot(points, base);
    this.search(points, base, first);
    for (let c = 0; c < this.cells.length; c++) {
      const rim = (this.away[c] as number) - (this.rims[c] as number);
      if (c !== first && (rim <= 0 || rim * rim < (this.far[this.k - 1] as number))) this.search(points, base, c);
    }
  }

  private search(points: Float32Array, base: number, cell: number): void {
    const { set, width, k, far, who } = this;
    let worst = far[k - 1] as number;
    for (const s of this.cells[cell] as Int32Array) {
      const at = s * width;
      let sum = 0;
      // given up as soon as it is too large, which is soon: the first components differ most
      for (let j = 0; j < width && sum < worst; j++) {
        const d = (points[base + j] as number) - (set[at + j] as number);
        sum += d * d;
      }
      if (sum >= worst) continue;
      let to = k - 1;
      for (; to > 0 && (far[to - 1] as number) > sum; to--) {
        far[to] = far[to - 1] as number;
        who[to] = who[to - 1] as number;
      }
      far[to] = sum;
      who[to] = s;
      worst = far[k - 1] as number;
    }
  }
}

/** `share`: of the whole work, what laying out is. */
function lay_out(points: Float32Array, width: number, share: number): number[][] {
  const n = points.length / width;
  const k = Math.min(NEIGHBOURS, n);
  const nearest = new Nearest(points, width, k);
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < n; i++) {
    nearest.of(points, i * width);
    indices.push(Array.from(nearest.who));
    distances.push(Array.from(nearest.far, Math.sqrt));
    if (i % REPORT === 0) told({ kind: "progress", done: (0.2 * share * i) / n, words: "finding each picture’s neighbours" });
  }
  const epochs = n > 5000 ? 200 : n > 2500 ? 300 : 500;
  const umap = new UMAP({ nNeighbors: k, minDist: 0.1, nEpochs: epochs, random: random(SEED) });
  umap.setPrecomputedKNN(indices, distances);
  umap.initializeFit(Array.from({ length: n }, (_, i) => Array.from(points.subarray(i * width, (i + 1) * width))));
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (epoch % 5 === 0) told({ kind: "progress", done: share * (0.2 + (0.8 * epoch) / epochs), words: "drawing neighbours together" });
  }
  return umap.getEmbedding();
}

function place_rest(points: Float32Array, width: number, chosen: Float32Array, at: number[][], taken: Uint8Array, xy: Float32Array, share: number): void {
  const n = points.length / width;
  const nearest = new Nearest(chosen, width, NEAREST);
  for (let i = 0; i < n; i++) {
    if (i % REPORT === 0) told({ kind: "progress", done: share + ((1 - share) * i) / n, words: "placing the other pictures" });
    if (taken[i] === 1) continue;
    nearest.of(points, i * width);
    let x = 0;
    let y = 0;
    let weight = 0;
    nearest.who.forEach((s, k) => {
      const w = 1 / (Math.sqrt(nearest.far[k] as number) + 1e-6);
      x += w * (at[s]?.[0] ?? 0);
      y += w * (at[s]?.[1] ?? 0);
      weight += w;
    });
    xy[2 * i] = x / weight;
    xy[2 * i + 1] = y / weight;
  }
}

self.onmessage = ({ data }: MessageEvent<{ points: Float32Array; width: number }>) => {
  const { points, width } = data;
  const n = points.length / width;
  const many = n > MOST;
  const share = many ? 0.8 : 1;
  const sample = Array.from({ length: many ? SAMPLE : n }, (_, i) => (many ? Math.floor((i * n) / SAMPLE) : i));
  const taken = new Uint8Array(n);
  const chosen = new Float32Array(sample.length * width);
  sample.forEach((i, s) => {
    taken[i] = 1;
    chosen.set(points.subarray(i * width, (i + 1) * width), s * width);
  });
  const at = lay_out(chosen, width, share);
  const xy = new Float32Array(2 * n);
  sample.forEach((i, s) => xy.set(at[s] as number[], 2 * i));
  if (many) place_rest(points, width, chosen, at, taken, xy, share);
  const how = `UMAP (${NEIGHBOURS} neighbours, seed ${SEED}) of the first ${width} principal components`;
  const words = many
    ? `${how}: ${SAMPLE.toLocaleString("en")} of ${n.toLocaleString("en")} pictures, taken evenly, were laid out; the others stand at the mean of their ${NEAREST} nearest among these.`
    : `${how}, of all ${n.toLocaleString("en")} pictures.`;
  told({ kind: "done", xy, words }, [xy.buffer]);
};
