// The pictures as columns of numbers: a hundred thousand of them are filtered in milliseconds.
import type { SentColumn, SentPictures } from "./documents";

export const VERDICTS = ["right", "set-aside", "owed", "unjudged"] as const;
export type Verdict = (typeof VERDICTS)[number];

function bytes(base64: string): ArrayBuffer {
  const text = atob(base64);
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out.buffer;
}

/** Names by number; -1: none. */
export interface Category {
  names: string[];
  codes: Int32Array;
}
export interface Places {
  width: number;
  values: Float32Array; // n x width
}

const NO_CATEGORY: Category = { names: [], codes: new Int32Array(0) };

function category(sent: SentColumn | undefined, n: number): Category {
  if (sent === undefined || sent.type !== "category") return { names: [], codes: new Int32Array(n).fill(-1) };
  const raw = sent.wide === true ? new Uint32Array(bytes(sent.data)) : new Uint16Array(bytes(sent.data));
  const none = sent.wide === true ? 0xffffffff : 0xffff;
  const codes = new Int32Array(n);
  for (let i = 0; i < n; i++) codes[i] = raw[i] === none ? -1 : (raw[i] ?? -1);
  return { names: sent.names, codes };
}
function floats(sent: SentColumn | undefined, n: number): Float32Array {
  return sent?.type === "f32" ? new Float32Array(bytes(sent.data)) : new Float32Array(n).fill(NaN);
}
function integers(sent: SentColumn | undefined, n: number): Int32Array {
  return sent?.type === "i32" ? new Int32Array(bytes(sent.data)) : new Int32Array(n).fill(-1);
}
function octets(sent: SentColumn | undefined, n: number, absent: number): Uint8Array {
  return sent?.type === "u8" ? new Uint8Array(bytes(sent.data)) : new Uint8Array(n).fill(absent);
}

/** Lines of images.csv, from 0, of the pictures a page holds. */
export function lines(sent: SentColumn): Uint32Array {
  return sent.type === "u32" ? new Uint32Array(bytes(sent.data)) : new Uint32Array(0);
}

export class Pictures {
  readonly n: number;
  readonly total: number;
  readonly selection: string | undefined;
  readonly kinds: string[];
  readonly families: Record<string, string>;
  readonly has: ReadonlySet<string>; // columns that were sent

  readonly file: string[];
  readonly reason: (string | null)[] | null;
  readonly status: Category;
  readonly format: Category;
  readonly width: Int32Array;
  readonly height: Int32Array;
  readonly bytes: Float32Array;
  readonly cluster: Int32Array;
  readonly distance: Float32Array;
  readonly score: Float32Array;
  readonly noise: Float32Array;
  readonly unlike: Float32Array;
  readonly likely: Category;
  readonly likely_severity: Float32Array;
  readonly confidence: Float32Array;
  readonly prediction: Category;
  readonly split: Category;
  readonly group: Int32Array;
  readonly suggested: Category;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly metadata: Record<string, Category | Float32Array | (string | null)[]>;
  readonly places: Places | null;

  // What a decision may change; `changed()` in data.ts is told.
  readonly noisy: Uint8Array; // at the scan's threshold: 0, 1, 255 unknown
  readonly forced: Uint8Array;
  readonly kind: Category;
  readonly severity: Float32Array;
  readonly label: Category;
  readonly correct: Uint8Array;
  readonly decided: Uint8Array;

  private readonly numbers = new Map<string, number>();

  constructor(sent: SentPictures) {
    const { columns: c, n } = sent;
    this.n = n;
    this.total = sent.total;
    this.selection = sent.selection;
    this.kinds = sent.kinds;
    this.families = sent.families;
    this.has = new Set(Object.keys(c));
    this.file = (c.file as { values: string[] }).values;
    this.reason = c.reason?.type === "text" ? c.reason.values : null;
    this.status = category(c.status, n);
    this.format = category(c.format, n);
    this.width = integers(c.width, n);
    this.height = integers(c.height, n);
    this.bytes = floats(c.bytes, n);
    this.cluster = integers(c.cluster, n);
    this.distance = floats(c.distance, n);
    this.score = floats(c.score, n);
    this.noise = floats(c.noise, n);
    this.unlike = floats(c.unlike, n);
    this.likely = category(c.likely, n);
    this.likely_severity = floats(c.likely_severity, n);
    this.confidence = floats(c.confidence, n);
    this.prediction = category(c.prediction, n);
    this.split = category(c.split, n);
    this.group = integers(c.group, n);
    this.suggested = category(c.suggested, n);
    this.x = floats(c.x, n);
    this.y = floats(c.y, n);
    this.noisy = octets(c.noisy, n, 255);
    this.forced = octets(c.forced, n, 0);
    this.kind = category(c.kind, n);
    this.severity = floats(c.severity, n);
    this.label = category(c.label, n);
    this.correct = octets(c.correct, n, 255);
    this.decided = octets(c.decided, n, 0);
    this.metadata = Object.create(null) as Pictures["metadata"]; // a column may have any name, "__proto__" too
    for (const [name, column] of Object.entries(sent.metadata)) {
      this.metadata[name] =
        column.type === "category" ? category(column, n) : column.type === "text" ? column.values : floats(column, n);
    }
    this.places = null;
    if (sent.places !== null) {
      const { width, scale, data } = sent.places;
      const raw = new Int8Array(bytes(data));
      const values = new Float32Array(raw.length);
      for (let i = 0; i < raw.length; i++) values[i] = (raw[i] as number) * (scale[i % width] as number);
      this.places = { width, values };
    }
  }

  /** The number of the picture with this name, or -1. */
  find(file: string): number {
    if (this.numbers.size === 0) this.file.forEach((name, i) => this.numbers.set(name, i));
    return this.numbers.get(file) ?? -1;
  }

  /** Adds the name where it is new. */
  code(of: Category, name: string | null): number {
    if (name === null) return -1;
    const at = of.names.indexOf(name);
    return at >= 0 ? at : of.names.push(name) - 1;
  }
}

export function name_of(c: Category, i: number): string | null {
  return c.names[c.codes[i] ?? -1] ?? null;
}
export { NO_CATEGORY };
