// The filters of a gallery: what can be chosen, how many pictures each choice would leave, what is chosen.
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { facets, say, scales, texts, type Facet, type Scale } from "../facets";
import { BINS, counts, ends, filters_of, FILTERS, histograms, values_of } from "../filter";
import { number } from "../format";
import { LAYOUTS } from "../map/layouts";
import { region_of } from "../map/region";
import { own, params, set_params } from "../route";

const FEW = 8; // values of a facet shown before "more"
const MANY = 200;
const OPEN = new Set(["verdict", "noisy", "kind", "label"]);
const IN_ORDER = new Set(["verdict", "noisy", "severity", "suspected", "decided", "status"]);

const chosen = (key: string): string[] => values_of(facets.value.find((f) => f.key === key), params.value[key] ?? "");

export function toggle(key: string, value: string): void {
  const now = chosen(key);
  const next = now.includes(value) ? now.filter((v) => v !== value) : [...now, value];
  set_params({ [key]: next.length === 0 ? null : next.join("|"), at: null }, true);
}

/** Values with their counts: chosen ones always, others where they would leave something. */
function offered(facet: Facet, find: string): { name: string; n: number; on: boolean }[] {
  const tally = counts.value.get(facet.key);
  const on = new Set(chosen(facet.key));
  const part = find.toLowerCase();
  const all = facet.names
    .map((name, i) => ({ name, n: tally?.[i] ?? 0, on: on.has(name) }))
    .filter((v) => v.name !== "" && (v.on || v.n > 0) && (part === "" || v.name.toLowerCase().includes(part)));
  if (IN_ORDER.has(facet.key)) return all;
  return all.sort((a, b) => Number(b.on) - Number(a.on) || b.n - a.n);
}

function FacetValues({ facet }: { facet: Facet }): JSX.Element {
  const [find, set_find] = useState("");
  const [more, set_more] = useState(false);
  const all = offered(facet, find);
  const most = more || find !== "" ? MANY : FEW;
  return (
    <>
      {(find !== "" || all.length > FEW) && (
        <input type="search" aria-label={`Find among: ${facet.name}`} placeholder="find" value={find} onInput={(e) => set_find(e.currentTarget.value)} />
      )}
      <ul aria-label={facet.name}>
        {all.slice(0, most).map(({ name, n, on }) => (
          <li key={name}>
            <label>
              <input type="checkbox" checked={on} onChange={() => toggle(facet.key, name)} />
              <span class="value">{say(facet, name)}</span>
              <span class="n">{number(n)}</span>
            </label>
          </li>
        ))}
      </ul>
      {all.length === 0 && <p class="soft">none</p>}
      {find === "" && all.length > FEW && (
        <button class="quiet" aria-expanded={more} onClick={() => set_more(!more)}>
          {more ? "fewer" : `${number(all.length - FEW)} more`}
        </button>
      )}
      {most === MANY && all.length > MANY && <p class="soft">and {number(all.length - MANY)} more: find them by name</p>}
    </>
  );
}

function Box({ name, open, active, children }: { name: string; open: boolean; active: boolean; children: () => JSX.Element }): JSX.Element {
  const [shown, set_shown] = useState(open || active);
  return (
    <details class="facet" open={shown} onToggle={(e) => set_shown(e.currentTarget.open)}>
      <summary>
        {name}
        {active && <span class="soft"> · chosen</span>}
      </summary>
      {shown && children()}
    </details>
  );
}

function Ends({ scale }: { scale: Scale }): JSX.Element {
  const now = params.value[scale.key];
  const [low, high] = now === undefined ? [-Infinity, Infinity] : ends(now);
  const tally = histograms.value.get(scale.key) ?? new Uint32Array(BINS);
  const most = Math.max(1, ...tally);
  const from = scale.low * scale.factor;
  const to = scale.high * scale.factor;
  const digits = scale.factor === 100 || to - from > 50 ? 0 : 2;
  const set = (l: number, h: number): void =>
    set_params({ [scale.key]: l <= from && h >= to ? null : `${Number.isFinite(l) ? l : ""}..${Number.isFinite(h) ? h : ""}`, at: null }, true);
  const field = (which: "from" | "to", value: number, otherwise: number): JSX.Element => (
    <label>
      {which}{" "}
      <input
        type="number"
        step="any"
        min={digits === 0 ? Math.floor(from) : undefined}
        max={digits === 0 ? Math.ceil(to) : undefined}
        aria-label={`${scale.name}, ${which}${scale.unit === "" ? "" : ` (${scale.unit})`}`}
        value={Number.isFinite(value) ? value : ""}
        placeholder={number(otherwise, digits)}
        onChange={(e) => {
          const v = e.currentTarget.value === "" ? NaN : Number(e.currentTarget.value);
          if (which === "from") set(Number.isNaN(v) ? -Infinity : v, high);
          else set(low, Number.isNaN(v) ? Infinity : v);
        }}
      />
    </label>
  );
  const inside = (bin: number): boolean => {
    const at = from + ((bin + 0.5) / BINS) * (to - from);
    return at >= low && at <= high;
  };
  return (
    <>
      <svg class="bins" viewBox={`0 0 ${BINS * 4} 24`} preserveAspectRatio="none" aria-hidden="true">
        {Array.from(tally, (n, i) => {
          const h = n === 0 ? 0 : Math.max(1, (24 * n) / most);
          return <rect key={i} x={i * 4} y={24 - h} width={3} height={h} class={inside(i) ? "in" : "out"} />;
        })}
      </svg>
      <div class="ends">
        {field("from", low, from)} {field("to", high, to)} {scale.unit}
      </div>
    </>
  );
}

/** Sets a parameter when the writing hand rests. */
export function TextFilter({ param, label, id }: { param: string; label: string; id?: string }): JSX.Element {
  const waiting = useRef(0);
  const own = useId();
  const [text, set_text] = useState(params.value[param] ?? "");
  const outside = params.value[param] ?? "";
  useEffect(() => set_text(outside), [outside]);
  return (
    <div class="text-filter">
      <label for={id ?? own}>{label}</label>
      <input
        id={id ?? own}
        type="search"
        value={text}
        onInput={(e) => {
          const value = e.currentTarget.value;
          set_text(value);
          window.clearTimeout(waiting.current);
          waiting.current = window.setTimeout(() => set_params({ [param]: value === "" ? null : value, at: null }), 120);
        }}
      />
    </div>
  );
}

/** A facet with one value at most that is not chosen tells nothing apart. */
function tells(facet: Facet): boolean {
  if (chosen(facet.key).length > 0) return true;
  return facet.key !== "correct" && has_any(facet); // the verdict says it already
}
function has_any(facet: Facet): boolean {
  const { codes, names } = facet;
  if (facet.key === "suspected" || facet.key === "decided") {
    for (let i = 0; i < codes.length; i++) if (codes[i] === 0) return true;
    return false;
  }
  let first = -1;
  for (let i = 0; i < codes.length; i++) {
    const c = codes[i] as number;
    if (c < 0 || c >= names.length) continue;
    if (first >= 0 && c !== first) return true;
    first = c;
  }
  return facet.key === "group" && first >= 0;
}

export function Filters(): JSX.Element {
  return (
    <div class="filters">
      <TextFilter param="text" label="File name holds" id="search" />
      {facets.value.filter(tells).map((facet) => (
        <Box key={facet.key} name={facet.name} open={OPEN.has(facet.key)} active={chosen(facet.key).length > 0}>
          {() => <FacetValues facet={facet} />}
        </Box>
      ))}
      {scales.value.map((scale) => (
        <Box key={scale.key} name={scale.name} open={scale.factor === 100} active={params.value[scale.key] !== undefined}>
          {() => <Ends scale={scale} />}
        </Box>
      ))}
      {[...texts.value.keys()].map((key) => (
        <TextFilter key={key} param={key} label={`${key.slice(2)} holds`} />
      ))}
    </div>
  );
}

// --- what is chosen --------------------------------------------------------------------------------

function range_words(key: string, text: string): string {
  const [low, high] = ends(text);
  const unit = scales.value.find((s) => s.key === key)?.unit ?? "";
  const tail = unit === "" ? "" : ` ${unit}`;
  if (!Number.isFinite(low)) return `at most ${number(high, high % 1 === 0 ? 0 : 2)}${tail}`;
  if (!Number.isFinite(high)) return `at least ${number(low, low % 1 === 0 ? 0 : 2)}${tail}`;
  return `${number(low, low % 1 === 0 ? 0 : 2)} to ${number(high, high % 1 === 0 ? 0 : 2)}${tail}`;
}

interface Chip {
  words: string;
  less: Record<string, string | null>; // what takes it away
}

export function chips(): Chip[] {
  const out: Chip[] = [];
  for (const [key, text] of Object.entries(filters_of(params.value))) {
    const name = own(FILTERS, key) ?? key.slice(2);
    const facet = facets.value.find((f) => f.key === key);
    if (facet !== undefined) {
      const all = values_of(facet, text);
      for (const value of all) {
        const rest = all.filter((v) => v !== value);
        out.push({ words: `${name}: ${say(facet, value)}`, less: { [key]: rest.length === 0 ? null : rest.join("|") } });
      }
    } else if (key === "region") {
      const layout = own(LAYOUTS, region_of(text)?.layout);
      if (layout !== undefined) out.push({ words: `a region of the map, ${layout}`, less: { region: null } });
    } else if (scales.value.some((s) => s.key === key)) {
      out.push({ words: `${name}: ${range_words(key, text)}`, less: { [key]: null } });
    } else if (key === "text" || texts.value.has(key)) out.push({ words: key.startsWith("m.") ? `${name} holds “${text}”` : `${name} “${text}”`, less: { [key]: null } });
  }
  if (params.value.like !== undefined) out.push({ words: `most like ${params.value.like} first`, less: { like: null } });
  return out;
}

/** What is chosen in words: "verdict: owed, class: tench"; empty: nothing. */
export function chosen_words(): string {
  return chips().map((c) => c.words).join(", ");
}

export function Chips(): JSX.Element | null {
  const all = chips();
  if (all.length === 0) return null;
  const none = Object.fromEntries([...Object.keys(filters_of(params.value)), "like", "at"].map((key) => [key, null]));
  return (
    <ul class="chips" aria-label="Chosen filters">
      {all.map((c) => (
        <li key={c.words}>
          <button class="chip" aria-label={`Remove ${c.words}`} onClick={() => set_params({ ...c.less, at: null }, true)}>
            <span>{c.words}</span> <span aria-hidden="true">×</span>
          </button>
        </li>
      ))}
      <li>
        <button class="quiet" onClick={() => set_params(none, true)}>
          Clear all
        </button>
      </li>
    </ul>
  );
}
