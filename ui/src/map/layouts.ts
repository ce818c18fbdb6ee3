// Where pictures lie on the map: x, y of each in turn, -1 to 1; NaN: nowhere. Two layouts: the first two principal
// components, which are there at once, and one that keeps neighbours together (UMAP), which a worker works out when
// it is first asked for.
import { computed, effect, signal } from "@preact/signals";
import type { Pictures } from "../columns";
import { pictures } from "../data";
import code from "worker:./layout.worker.ts";
import type { Told } from "./layout.worker";

export const LAYOUTS: Readonly<Record<string, string>> = {
  pca: "main differences (PCA)",
  near: "neighbourhoods (UMAP)",
};

/** Into -1..1 with both axes in the same measure. */
function fitted(xy: Float32Array): Float32Array {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < xy.length; i++) {
    const v = xy[i] as number;
    if (v < (low[i % 2] as number)) low[i % 2] = v;
    if (v > (high[i % 2] as number)) high[i % 2] = v;
  }
  const middle = [0, 1].map((a) => ((low[a] as number) + (high[a] as number)) / 2);
  const reach = Math.max(1e-9, ...[0, 1].map((a) => ((high[a] as number) - (low[a] as number)) / 2));
  return xy.map((v, i) => (v - (middle[i % 2] as number)) / reach);
}

const pca = computed<Float32Array | null>(() => {
  const p = pictures.value;
  if (p === null) return null;
  const xy = new Float32Array(2 * p.n);
  for (let i = 0; i < p.n; i++) {
    xy[2 * i] = p.x[i] as number;
    xy[2 * i + 1] = p.y[i] as number;
  }
  return fitted(xy);
});

export interface Progress {
  done: number; // 0 to 1
  words: string;
}
export const near = signal<Float32Array | null>(null);
export const near_progress = signal<Progress | null>(null);
/** What was done, or why it was not. */
export const near_words = signal("");

let began: Pictures | null = null;

export function can_near(p: Pictures | null): boolean {
  return p !== null && p.places !== null && p.n >= 10;
}

/** Starts the layout unless it is there or under way. */
export function begin_near(): void {
  const p = pictures.peek();
  if (p === null || p.places === null || began === p || !can_near(p)) return;
  began = p;
  const { width, values } = p.places;
  const placed: number[] = [];
  for (let i = 0; i < p.n; i++) if ((p.cluster[i] as number) >= 0) placed.push(i);
  const points = new Float32Array(placed.length * width);
  placed.forEach((id, at) => points.set(values.subarray(id * width, (id + 1) * width), at * width));
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  near_progress.value = { done: 0, words: "finding each picture’s neighbours" };
  const end = (words: string): void => {
    near_progress.value = null;
    near_words.value = words;
    worker.terminate();
  };
  worker.onmessage = ({ data }: MessageEvent<Told>) => {
    if (data.kind === "progress") {
      near_progress.value = { done: data.done, words: data.words };
      return;
    }
    const xy = new Float32Array(2 * p.n).fill(NaN);
    placed.forEach((id, at) => xy.set(data.xy.subarray(2 * at, 2 * at + 2), 2 * id));
    near.value = fitted(xy);
    end(data.words);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end(`The neighbourhoods could not be worked out: ${event.message}`);
  };
  worker.postMessage({ points, width }, [points.buffer]);
}

/** Null: not known yet; it is being worked out. */
export function coordinates(layout: string): Float32Array | null {
  if (layout !== "near") return pca.value;
  if (near.value === null) queueMicrotask(begin_near);
  return near.value;
}

/** To draw by: while the neighbourhoods are not known, the main differences stand in. */
export function layout_of(layout: string): Float32Array | null {
  return layout === "near" ? (near.value ?? pca.value) : pca.value;
}

effect(() => {
  if (pictures.value !== null && began !== null && began !== pictures.value) {
    began = null; // another set of pictures
    near.value = null;
  }
});
