// The page's state is its address: #PAGE?key=value&... A copied address shows the same view.
import { computed, signal } from "@preact/signals";

export interface Route {
  page: string;
  params: Readonly<Record<string, string>>;
}

/** What a table holds under a key that somebody wrote; undefined: nothing. What every object has from its birth, such as
    "constructor", does not count. */
export function own<T>(table: Readonly<Record<string, T>>, key: string | undefined): T | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
/** The key itself where the table holds it, else another. */
export function own_key(table: Readonly<Record<string, unknown>>, key: string | undefined, otherwise: string): string {
  return key !== undefined && Object.hasOwn(table, key) ? key : otherwise;
}

function parse(): Route {
  const [page = "", query = ""] = location.hash.replace(/^#/, "").split("?", 2);
  return { page: page === "" ? "overview" : page, params: Object.fromEntries([...new URLSearchParams(query)].filter(([, value]) => value !== "")) };
}

export const route = signal<Route>(parse());
export const page = computed(() => route.value.page);
export const params = computed(() => route.value.params);

window.addEventListener("hashchange", () => {
  route.value = parse();
});

export function address(to: string, set: Record<string, string | number | null>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(set)) if (value !== null && value !== "") query.set(key, String(value));
  const text = query.toString();
  return text === "" ? `#${to}` : `#${to}?${text}`;
}

/** Keys that follow the reader from page to page. */
const LASTING = ["t"];

/** An address of a page, which keeps what lasts. */
export function link(to: string, set: Record<string, string | number | null> = {}): string {
  const kept: Record<string, string | number | null> = {};
  for (const key of LASTING) kept[key] = params.value[key] ?? null;
  return address(to, { ...kept, ...set });
}

/** Sets parameters of this page (null removes one). `push`: a step the browser's back button undoes. */
export function set_params(set: Record<string, string | number | null>, push = false): void {
  const hash = address(page.value, { ...params.value, ...set });
  history[push ? "pushState" : "replaceState"](null, "", hash);
  route.value = parse();
}

export function go(to: string): void {
  location.hash = to;
}
