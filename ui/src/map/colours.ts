// What the points' colours and marks say: a property of the pictures, its ten most frequent values apart and the
// others together. Hues that the colour-blind tell apart (Okabe and Ito 2008; Tol 2021), marks as well.
import { computed, signal } from "@preact/signals";
import { facets, say, scales, type Facet, type Scale } from "../facets";
import { number } from "../format";

export interface Entry {
  name: string;
  colour: [number, number, number];
  shape: number;
  count: number;
  filter: string | null; // the filter's value that leaves only these; null: there is none
}
export interface Coding {
  key: string; // the filter's
  title: string;
  entries: Entry[];
  codes: Uint8Array; // of every picture, a number of an entry
}

const MOST = 10;
const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b08a00", "#332288", "#56b4e9", "#882255", "#7a7a1f", "#4d4d4d"];
const DARK = ["#56b4e9", "#e69f00", "#2fc498", "#e59ac4", "#f0e442", "#9a8cf0", "#a5dcff", "#ff8f9f", "#c6c663", "#d0d0d0"];
const REST = { light: "#9aa0a8", dark: "#6d7580" };
// cividis (Nunez, Anderton and Renslow 2018), its ends drawn in so that both show on their ground
const RAMP = { light: ["#00224e", "#3f4c6b", "#6c6d74", "#938b70", "#b9a55a", "#d9bc2b"], dark: ["#51659c", "#7a829b", "#a09f9a", "#c0b88c", "#dfd16a", "#fee838"] };
const VERDICT = ["--right", "--set-aside", "--owed", "--unjudged"];
const NOISY: Record<string, string> = { yes: "--set-aside", no: "--right" }; // as in the histogram of scores

const look_changed = signal(0);
const dark_system = window.matchMedia("(prefers-color-scheme: dark)");
dark_system.addEventListener("change", () => look_changed.value++);
new MutationObserver(() => look_changed.value++).observe(document.documentElement, { attributeFilter: ["data-theme"] });

function dark(): boolean {
  const set = document.documentElement.dataset.theme;
  return set === undefined ? dark_system.matches : set === "dark";
}

function rgb(hex: string): [number, number, number] {
  const v = parseInt(hex.trim().slice(1), 16);
  return [(v >> 16) & 255, (v >> 8) & 255, v & 255];
}
export const css = ([r, g, b]: [number, number, number]): string => `rgb(${r} ${g} ${b})`;

function of_facet(facet: Facet): Coding {
  const n = facet.codes.length;
  const tally = new Uint32Array(facet.names.length);
  let unknown = 0;
  for (let i = 0; i < n; i++) {
    const c = facet.codes[i] as number;
    if (c >= 0 && c < tally.length) tally[c] = (tally[c] as number) + 1;
    else unknown++;
  }
  const occurring = [...tally.keys()].filter((c) => (tally[c] as number) > 0);
  const few = facet.names.length <= MOST;
  if (!few) occurring.sort((a, b) => (tally[b] as number) - (tally[a] as number) || a - b);
  const kept = occurring.slice(0, MOST);
  const style = getComputedStyle(document.documentElement);
  const hues = dark() ? DARK : LIGHT;
  const rest = rgb(dark() ? REST.dark : REST.light);
  const hue = (c: number, at: number): [number, number, number] =>
    facet.key === "verdict" || facet.key === "noisy"
      ? rgb(style.getPropertyValue((facet.key === "noisy" ? NOISY[facet.names[c] as string] : VERDICT[c]) ?? "--soft"))
      : rgb(hues[at % hues.length] as string);
  const entries: Entry[] = kept.map((c, at) => ({
    name: say(facet, facet.names[c] as string),
    colour: hue(c, at),
    shape: at,
    count: tally[c] as number,
    filter: facet.names[c] as string,
  }));
  const to = new Uint8Array(facet.names.length).fill(kept.length);
  kept.forEach((c, at) => (to[c] = at));
  const others = occurring.slice(MOST).reduce((sum, c) => sum + (tally[c] as number), 0);
  if (others > 0) entries.push({ name: `${number(occurring.length - MOST)} others`, colour: rest, shape: 10, count: others, filter: null });
  const none = entries.length;
  if (unknown > 0) entries.push({ name: facet.key === "kind" || facet.key === "family" || facet.key === "severity" ? "fit" : "none", colour: rest, shape: 0, count: unknown, filter: null });
  const codes = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const c = facet.codes[i] as number;
    codes[i] = c >= 0 && c < to.length ? (to[c] as number) : none;
  }
  return { key: facet.key, title: facet.name, entries, codes };
}

function of_scale(scale: Scale): Coding {
  const ramp = (dark() ? RAMP.dark : RAMP.light).map(rgb);
  const { low, high, factor, unit, values } = scale;
  const wide = (high - low) / ramp.length;
  const digits = (high - low) * factor > 20 ? 0 : 2;
  const round = (v: number): number => Number((v * factor).toFixed(digits));
  const entries: Entry[] = ramp.map((colour, i) => {
    const from = round(low + i * wide);
    const to = round(low + (i + 1) * wide);
    return { name: `${number(from, digits)} to ${number(to, digits)}${unit === "" ? "" : ` ${unit}`}`, colour, shape: 0, count: 0, filter: `${from}..${to}` };
  });
  const codes = new Uint8Array(values.length);
  let unknown = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    const at = Number.isNaN(v) ? ramp.length : Math.min(ramp.length - 1, Math.max(0, Math.floor((v - low) / wide)));
    codes[i] = at;
    if (at === ramp.length) unknown++;
    else (entries[at] as Entry).count++;
  }
  if (unknown > 0) entries.push({ name: "not known", colour: rgb(dark() ? REST.dark : REST.light), shape: 6, count: unknown, filter: null });
  return { key: scale.key, title: scale.name, entries, codes };
}

const FIRST = ["verdict", "correct", "noisy", "kind", "family", "severity", "label", "prediction", "cluster", "group", "split"];

/** What can be shown by colour: key and name. */
export const codings = computed<{ key: string; name: string }[]>(() => {
  const tells = (f: Facet): boolean => {
    const known = (i: number): number => ((f.codes[i] as number) < f.names.length ? (f.codes[i] as number) : -1);
    for (let i = 1; i < f.codes.length; i++) if (known(i) !== known(0)) return true;
    return false; // all alike
  };
  const all = facets.value.filter((f) => (FIRST.includes(f.key) || f.key.startsWith("m.")) && tells(f));
  all.sort((a, b) => (FIRST.indexOf(a.key) + 100) % 101 - (FIRST.indexOf(b.key) + 100) % 101);
  return [...all, ...scales.value].map(({ key, name }) => ({ key, name }));
});

const by_key = signal("");
const coded = computed<Coding | null>(() => coding_of(by_key.value));

/** By a property; null: there is none of this name. The last one is kept. */
export function coding(key: string): Coding | null {
  by_key.value = key;
  return coded.value;
}
function coding_of(key: string): Coding | null {
  void look_changed.value;
  const facet = facets.value.find((f) => f.key === key);
  if (facet !== undefined) return of_facet(facet);
  const scale = scales.value.find((s) => s.key === key);
  return scale === undefined ? null : of_scale(scale);
}
