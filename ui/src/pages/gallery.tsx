// All pictures, or those that the filters let through.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { judging, may_decide, pictures } from "../data";
import { filters_of, selection_of, shown, SORTS } from "../filter";
import { count, number } from "../format";
import { threshold } from "../judge";
import { near, near_progress } from "../map/layouts";
import { Chips, chips, Filters } from "../parts/filters";
import { Grid } from "../parts/grid";
import { KeysButton, type Key } from "../parts/keys";
import { Outcome, use_decide } from "../parts/decide";
import { link, own_key, params, set_params } from "../route";

const SIZES = { least: 64, most: 224, usual: 112 };

/** Sorts that this scan has the numbers for. */
function sorts(): [string, string][] {
  const p = pictures.value;
  const needs: Record<string, boolean> = {
    noisiest: p?.has.has("score") ?? false,
    cleanest: p?.has.has("score") ?? false,
    doubtful: (p?.has.has("score") ?? false) && Number.isFinite(threshold.value),
    severe: p?.has.has("severity") ?? false,
    confident: p?.has.has("confidence") ?? false,
    unsure: p?.has.has("confidence") ?? false,
    centre: p?.has.has("distance") ?? false,
    outlying: p?.has.has("distance") ?? false,
  };
  return Object.entries(SORTS).filter(([key]) => needs[key] ?? true);
}

export function thumb_side(): number {
  const asked = Number(params.value.size ?? SIZES.usual);
  return Number.isFinite(asked) ? Math.min(SIZES.most, Math.max(SIZES.least, asked)) : SIZES.usual;
}

function Controls(): JSX.Element {
  return (
    <>
      <label>
        Order{" "}
        <select
          value={params.value.like === undefined ? own_key(SORTS, params.value.sort, "file") : "like"}
          onChange={(e) => set_params({ sort: e.currentTarget.value === "file" ? null : e.currentTarget.value, like: null, at: null })}
        >
          {params.value.like !== undefined && <option value="like">most like one picture first</option>}
          {sorts().map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="size">
        Size{" "}
        <input
          type="range"
          min={SIZES.least}
          max={SIZES.most}
          step={16}
          value={thumb_side()}
          aria-valuetext={`${thumb_side()} pixels`}
          onChange={(e) => set_params({ size: e.currentTarget.value === String(SIZES.usual) ? null : e.currentTarget.value })}
        />
      </label>
    </>
  );
}

function Waiting(): JSX.Element | null {
  if (params.value.region?.startsWith("near:") !== true || near.value !== null) return null;
  const done = near_progress.value?.done ?? 0;
  return <p role="status">The map’s neighbourhoods are being worked out, {number(100 * done)} %: the region’s pictures follow.</p>;
}

function Found({ n, of }: { n: number; of: number }): JSX.Element {
  return (
    <p class="found" role="status">
      {n === of ? count(of, "picture") : `${number(n)} of ${count(of, "picture")}`}
    </p>
  );
}

function Selected({ selected, clear, bar }: { selected: ReadonlySet<number>; clear: () => void; bar: JSX.Element | null }): JSX.Element | null {
  if (selected.size === 0) return null;
  return (
    <div class="selected">
      <b role="status">{count(selected.size, "picture")} selected</b>
      {bar}
      <button onClick={clear}>Clear</button>
    </div>
  );
}

function Legend(): JSX.Element {
  return (
    <p class="legend soft">
      <span class="mark owed" aria-hidden="true" /> owed: wrong on a picture fit to judge by ·{" "}
      <span class="mark set-aside" aria-hidden="true" /> set aside: wrong on a noisy one
    </p>
  );
}

function gallery_keys(decisions: readonly Key[], any: boolean, open_filters: () => void): Key[] {
  return [
    { keys: "← → ↑ ↓", does: "go to another picture (in the grid)" },
    { keys: "Home End", does: "the first, the last" },
    { keys: "Enter", does: "open it" },
    { keys: "Space", does: "select it; with Shift and an arrow: all between" },
    { keys: "/", does: "to the search field", on: ["/"], act: () => (open_filters(), setTimeout(() => document.getElementById("search")?.focus())) },
    { keys: "Esc", does: "select none" },
    ...decisions.map((k) => (k.keys === "u" ? k : any ? { ...k, does: `${k.does} (all selected)` } : { keys: k.keys, does: `${k.does} (all selected)` })),
  ];
}

const NARROW = "(max-width: 56rem)";

export function Gallery(): JSX.Element {
  const p = pictures.value;
  const ids = shown.value;
  const [selected, select] = useState<ReadonlySet<number>>(new Set());
  const [by_bar] = useState(() => document.activeElement?.closest("header nav") instanceof Element); // the focus would stay there
  const chosen = chips().length;
  const [open, set_open] = useState(!window.matchMedia(NARROW).matches);
  const { bar, keys: decisions } = use_decide({ ids: [...selected] });
  const list = gallery_keys(decisions, selected.size > 0, () => set_open(true));
  const within = useMemo(() => selection_of(params.value), [params.value]);
  const start = params.value.at === undefined || p === null ? -1 : ids.indexOf(p.find(params.value.at));
  const text = Object.entries(filters_of(params.value)).flat().join();
  useEffect(() => select(new Set()), [text]); // what is not seen is not selected
  if (p === null) return <h1>Gallery</h1>;
  return (
    <div class="gallery">
      <h1>Gallery</h1>
      <details class="side" open={open} onToggle={(e) => set_open(e.currentTarget.open)}>
        <summary>Filters{chosen > 0 && ` (${chosen})`}</summary>
        {open && <Filters />}
      </details>
      <section aria-label="Pictures">
        <div class="tools">
          <Found n={ids.length} of={p.n} />
          <Controls />
          <KeysButton list={list} />
        </div>
        <Chips />
        {judging.value !== null && <Legend />}
        <Waiting />
        {may_decide && <Outcome />}
        <Selected selected={selected} clear={() => select(new Set())} bar={bar} />
        {ids.length === 0 ? (
          <p class="soft">
            No picture is left by these filters. <a href={link("gallery")}>Show all</a>
          </p>
        ) : (
          <Grid
            ids={ids}
            side={thumb_side()}
            label={`Pictures: ${number(ids.length)}`}
            within={within}
            selected={selected}
            select={(now) => select(now)}
            start={start}
            focus={by_bar}
            leave={(index) => set_params({ at: p.file[ids[index] as number] ?? null })}
          />
        )}
      </section>
    </div>
  );
}
