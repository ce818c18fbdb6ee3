// Where the page's documents come from: embedded in the file, or asked of the server. One set of signals for both.
import { batch, computed, signal } from "@preact/signals";
import { lines, Pictures } from "./columns";
import type { About, Changed, Decided, Decision, Judging, Report, SentPictures, SentThumbnails } from "./documents";

function embedded<T>(id: string): T | null {
  const node = document.getElementById(id);
  if (node === null) return null;
  const value = JSON.parse(node.textContent ?? "null") as T;
  node.remove(); // its text would stay in memory twice
  return value;
}

export const about: About = embedded<About>("about") ?? { mode: "file", version: "", readonly: true };
export const serving = about.mode === "serve";
export const may_decide = serving && !about.readonly;

export const report = signal<Report | null>(null);
export const pictures = signal<Pictures | null>(null);
export const failure = signal<string | null>(null);
/** Raised whenever a decision changed columns in place: whatever is computed from them reads it. */
export const revision = signal(0);
export const undo_depth = signal(0);

export const judging = computed<Judging | null>(() => report.value?.judging ?? null);

/** The folder holds another scan than this page shows: its pictures have other numbers. */
export const outdated = signal(false);

/** An address of the server, and which scan the numbers in it are of. */
const of_scan = (path: string): string => `${path}${path.includes("?") ? "&" : "?"}scan=${about.scan ?? 0}`;

let thumbnails: Map<number, string> = new Map();
let reasons: Map<number, string[]> = new Map();

/** The address of a picture's thumbnail; null: this page holds none of it. */
export function thumbnail(id: number, side: 112 | 224 = 112): string | null {
  return serving ? of_scan(`/api/picture/${id}/thumb?side=${side}`) : (thumbnails.get(id) ?? null);
}
export const full_picture = (id: number): string | null => (serving ? of_scan(`/api/picture/${id}/full`) : thumbnail(id));
export const model_view = (id: number): string | null => (serving ? of_scan(`/api/picture/${id}/view`) : null);

export interface Why {
  sentences: string[];
  measures?: { name: string; value: number; low: number; high: number; unit: string; words?: string }[];
}
export async function why(id: number): Promise<Why> {
  if (serving) return get<Why>(`/api/picture/${id}/why`);
  return { sentences: reasons.get(id) ?? [] };
}

/** What a picture of that kind and severity looks like: of the server, or the nearest one the report holds. */
export function probe(kind: string, severity: number): string | null {
  if (serving) return of_scan(`/api/probe/${encodeURIComponent(kind)}/${severity.toFixed(1)}?side=224`);
  let best: string | null = null;
  let least = Infinity;
  for (const shot of report.value?.noise?.worst ?? []) {
    const away = shot.kind === kind && shot.probe ? Math.abs((shot.severity ?? 3) - severity) : Infinity;
    if (away < least) [least, best] = [away, shot.probe?.uri ?? null];
  }
  return best;
}

const CONFLICT = 409; // what is asked about is of a former scan

async function answer<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => ({ error: `the server answered ${response.status}` }))) as T & {
    error?: string;
  };
  if (response.status === CONFLICT || /scanned again/.test(body.error ?? "")) outdated.value = true;
  if (!response.ok) throw new Error(body.error ?? `the server answered ${response.status}`);
  return body;
}
async function get<T>(path: string): Promise<T> {
  return answer<T>(await fetch(of_scan(path), { credentials: "same-origin" }));
}
async function post<T>(path: string, body: unknown): Promise<T> {
  return answer<T>(
    await fetch(of_scan(path), {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

/** Thumbnails are told by lines of images.csv; the page numbers the pictures it holds, which may be a selection. */
function place_thumbnails(shown: SentThumbnails, sent: SentPictures): void {
  const held = sent.ids === undefined ? null : new Map([...lines(sent.ids)].map((line, id) => [line, id]));
  const id_of = (line: number): number | undefined => (held === null ? line : held.get(line));
  const place = <T>(all: [number, T][]): [number, T][] =>
    all.flatMap(([line, what]) => {
      const id = id_of(line);
      return id === undefined ? [] : [[id, what]];
    });
  thumbnails = new Map(place(shown.ids.map((line, i) => [line, shown.uris[i] as string])));
  reasons = new Map(place(Object.entries(shown.why ?? {}).map(([line, why]) => [Number(line), why])));
}

/** Until the browser has drawn what there is; a page nobody sees draws nothing. */
const drawn = (): Promise<void> =>
  new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 100);
  });

/** The report first, for it is what is read first; then the pictures. */
export async function load(): Promise<void> {
  try {
    report.value = serving ? await get<Report>("/api/report") : embedded<Report>("report");
    if (!serving && report.value !== null) await drawn();
    const sent = serving ? await get<SentPictures>("/api/pictures") : embedded<SentPictures>("pictures");
    if (report.value === null || sent === null) throw new Error("this page was cut off: its data are missing");
    const shown = serving ? null : embedded<SentThumbnails>("thumbnails");
    if (shown !== null) place_thumbnails(shown, sent);
    if (may_decide) await decisions(); // so that former ones can be undone
    pictures.value = new Pictures(sent);
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  }
}

// --- another scan ------------------------------------------------------------------------------

let asking = false;
/** Asks whether the folder was scanned again. Who cannot be asked now is asked the next time. */
export async function look_for_newer(): Promise<void> {
  if (!serving || outdated.value || asking) return;
  asking = true;
  try {
    const { scan } = await get<{ scan: number }>("/api/scan");
    if (scan !== about.scan) outdated.value = true;
  } catch {
    return;
  } finally {
    asking = false;
  }
}
/** The page was loaded again, and shows a newer scan than it did before. */
export const is_newer: boolean = (() => {
  if (!serving || about.scan === undefined) return false;
  try {
    const before = Number(sessionStorage.getItem("pardon-scan") ?? "0");
    sessionStorage.setItem("pardon-scan", String(about.scan));
    return before > 0 && before < about.scan;
  } catch {
    return false; // a browser may forbid to keep anything
  }
})();

// --- decisions ---------------------------------------------------------------------------------

export interface Decide {
  ids: number[];
  noisy?: boolean | null;
  kind?: string;
  label?: string;
  restore?: ("noisy" | "label")[];
}

function take(changed: Changed): void {
  const p = pictures.value;
  if (p === null) return;
  const tri = (v: boolean | null | undefined): number => (v === null || v === undefined ? 255 : v ? 1 : 0);
  changed.ids.forEach((id, at) => {
    p.noisy[id] = tri(changed.noisy[at]);
    p.forced[id] = changed.forced[at] ?? 0;
    p.kind.codes[id] = p.code(p.kind, changed.kind[at] ?? null);
    p.severity[id] = changed.severity[at] ?? NaN;
    p.label.codes[id] = p.code(p.label, changed.label[at] ?? null);
    p.correct[id] = tri(changed.correct[at]);
    p.decided[id] = changed.decided[at] ?? 0;
  });
}

function took(decided: Decided): void {
  batch(() => {
    take(decided.changed);
    if (report.value !== null && decided.judging !== null) {
      // what the server does not work out anew (it needs the features) stays as the scan found it
      report.value = { ...report.value, judging: { ...report.value.judging, ...decided.judging } as Judging };
    }
    undo_depth.value = decided.undo;
    revision.value++;
  });
}

let all_classes: Promise<string[]> | null = null;
/** All names a label may be; the columns hold only those that occur. */
export function classes(): Promise<string[]> {
  all_classes ??= get<{ classes: string[] }>("/api/classes").then(
    (sent) => sent.classes,
    (error: unknown) => {
      all_classes = null; // asked again the next time
      throw error;
    },
  );
  return all_classes;
}

export async function decide(what: Decide): Promise<void> {
  took(await post<Decided>("/api/decide", what));
}
/** Takes the last decision back; answers with the pictures it was about. */
export async function undo(): Promise<number[]> {
  const answered = await post<Decided>("/api/undo", {});
  took(answered);
  return answered.changed.ids;
}
export async function decisions(): Promise<Decision[]> {
  const log = await get<{ decisions: Decision[]; undo: number }>("/api/decisions");
  undo_depth.value = log.undo;
  return log.decisions;
}
