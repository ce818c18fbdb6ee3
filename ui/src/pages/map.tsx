// Every picture as a point: alike ones lie together.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { pictures } from "../data";
import { passing_without, selection_of, shown } from "../filter";
import { count, number, percent } from "../format";
import { around } from "../map/cells";
import { codings, coding as coding_of, css, type Coding, type Entry } from "../map/colours";
import type { Mode } from "../map/hand";
import { begin_near, can_near, LAYOUTS, layout_of, near, near_progress, near_words } from "../map/layouts";
import type { View } from "../map/painter";
import { region_of, region_text } from "../map/region";
import { PATHS } from "../map/shapes";
import { Stage } from "../map/stage";
import { Chips, toggle } from "../parts/filters";
import { KeysButton, type Key } from "../parts/keys";
import { Thumb } from "../parts/thumb";
import { go, link, params, set_params } from "../route";

const STRIP = 48;
const LISTED = 24;
const MODES: Record<Mode, string> = { move: "Move", box: "Box", lasso: "Lasso" };

function view_of(text: string | undefined): View {
  const [x, y, zoom] = (text ?? "").split(",").map(Number);
  return Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(zoom) && (zoom as number) > 0
    ? { x: x as number, y: y as number, zoom: zoom as number }
    : { x: 0, y: 0, zoom: 1 };
}

function Mark({ entry, marks }: { entry: Entry; marks: boolean }): JSX.Element {
  return (
    <svg class="mark" viewBox="-1 -1 2 2" aria-hidden="true">
      <path d={PATHS[marks ? entry.shape : 0]} fill={css(entry.colour)} />
    </svg>
  );
}

/** What the colours say; a value that is chosen leaves only its pictures. */
function Legend({ coding, marks }: { coding: Coding; marks: boolean }): JSX.Element {
  const chosen = (params.value[coding.key] ?? "").split("|");
  const ranges = coding.entries.some((e) => e.filter?.includes("..") === true);
  return (
    <section class="map-legend" aria-label={`Colours: ${coding.title}`}>
      <ul>
        {coding.entries.map((entry) => {
          const words = (
            <>
              <Mark entry={entry} marks={marks} /> <span class="value">{entry.name}</span> <span class="n">{number(entry.count)}</span>
            </>
          );
          const { filter } = entry;
          const on = filter !== null && chosen.includes(filter);
          const press = (): void => {
            if (filter === null) return;
            if (ranges) set_params({ [coding.key]: on ? null : filter }, true);
            else toggle(coding.key, filter);
          };
          return (
            <li key={entry.name}>
              {filter === null ? (
                <span class="entry">{words}</span>
              ) : (
                <button class="entry" aria-pressed={on} onClick={press}>
                  {words}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      <p class="soft">Press a value to see only its pictures.</p>
    </section>
  );
}

function How({ layout, plain }: { layout: string; plain: string }): JSX.Element {
  const p = pictures.value;
  const none = p === null ? 0 : p.cluster.reduce((sum, c) => sum + (c < 0 ? 1 : 0), 0);
  const progress = near_progress.value;
  return (
    <div class="how soft">
      {layout === "pca" && <p>The two directions in which the pictures’ features differ most (principal components).</p>}
      {layout === "near" && progress !== null && (
        <p role="status">
          <progress value={progress.done} max={1} aria-label="Working out the neighbourhoods" /> {percent(progress.done, 0)}: {progress.words}. Until
          then the main differences are shown.
        </p>
      )}
      {layout === "near" && progress === null && near_words.value !== "" && <p role="status">{near_words.value}</p>}
      {plain !== "" && <p>{plain}</p>}
      {none > 0 && <p>{count(none, "picture")} could not be placed: no features are known of {none === 1 ? "it" : "them"}.</p>}
    </div>
  );
}

function Controls({ layout, mode, color, marks }: { layout: string; mode: Mode; color: string; marks: boolean }): JSX.Element {
  return (
    <div class="tools">
      <label>
        Layout{" "}
        <select value={layout} onChange={(e) => set_params({ layout: e.currentTarget.value === "pca" ? null : e.currentTarget.value, region: null, view: null }, true)}>
          {Object.entries(LAYOUTS)
            .filter(([key]) => key === "pca" || can_near(pictures.value))
            .map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
        </select>
      </label>
      <label>
        Colour{" "}
        <select value={color} onChange={(e) => set_params({ colour: e.currentTarget.value }, true)}>
          {codings.value.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input type="checkbox" checked={marks} onChange={() => set_params({ marks: marks ? "no" : null })} /> marks
      </label>
      <fieldset class="modes">
        <legend class="hidden">What dragging does</legend>
        {Object.entries(MODES).map(([key, name]) => (
          <button key={key} aria-pressed={mode === key} onClick={() => set_params({ mode: key === "move" ? null : key })}>
            {name}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

/** What is selected, or else what lies nearest to the middle: for who wants pictures, or does not see points. */
function Listed({ ids, region }: { ids: readonly number[]; region: boolean }): JSX.Element {
  const n = shown.value.length;
  const all = link("gallery", selection_of(params.value));
  return (
    <section>
      <h2>{region ? "Selected" : "Nearest to the middle of the view"}</h2>
      <p role="status">
        {region ? `${count(n, "picture")} selected. ` : ""}
        <a href={all}>{region ? "Show them in the gallery" : `All ${number(n)} in the gallery`}</a>
        {region && (
          <>
            {" "}
            <button class="quiet" onClick={() => set_params({ region: null }, true)}>
              Select none
            </button>
          </>
        )}
      </p>
      <div class="thumbs">
        {ids.map((id) => (
          <Thumb key={id} id={id} side={80} within={selection_of(params.value)} />
        ))}
      </div>
      {region && n > ids.length && <p class="soft">and {number(n - ids.length)} more</p>}
    </section>
  );
}

function first_colour(): string {
  const keys = codings.value.map((c) => c.key);
  const asked = params.value.colour;
  if (asked !== undefined && keys.includes(asked)) return asked;
  return ["verdict", "noisy", "cluster"].find((k) => keys.includes(k)) ?? keys[0] ?? "";
}

export function MapPage(): JSX.Element {
  const p = pictures.value;
  const layout = params.value.layout === "near" && can_near(p) ? "near" : "pca";
  const mode = (Object.keys(MODES).find((m) => m === params.value.mode) ?? "move") as Mode;
  const marks = params.value.marks !== "no";
  const color = first_colour();
  const [plain, set_plain] = useState("");
  const [view, set_view] = useState<View>(view_of(params.value.view));
  const resting = useRef(0);
  useEffect(() => {
    if (layout === "near") begin_near();
  }, [layout]);
  useEffect(() => set_view(view_of(params.value.view)), [params.value.view]);
  const xy = layout_of(layout);
  const coding = coding_of(color);
  const may = useMemo(() => passing_without("region"), [shown.value]);
  const lit = useMemo(() => {
    const out = new Uint8Array(p?.n ?? 0);
    for (const i of shown.value) out[i] = 1;
    return out;
  }, [shown.value]);
  const region = region_of(params.value.region ?? "");
  const here = region !== null && region.layout === layout && (layout === "pca" || near.value !== null) ? region : null;
  const listed = useMemo(
    () => (xy === null ? [] : here !== null ? Array.from(shown.value.subarray(0, STRIP)) : around(xy, view.x, view.y, LISTED, (i) => lit[i] === 1)),
    [xy, here === null, shown.value, view],
  );
  if (p === null || xy === null) return <h1>Map</h1>;
  const viewed = (next: View): void => {
    window.clearTimeout(resting.current);
    resting.current = window.setTimeout(() => {
      const whole = next.x === 0 && next.y === 0 && next.zoom === 1;
      set_params({ view: whole ? null : `${next.x.toFixed(4)},${next.y.toFixed(4)},${next.zoom.toFixed(3)}` });
    }, 300);
  };
  const list: Key[] = [
    { keys: "← → ↑ ↓", does: "to the next picture in that direction (on the map)" },
    { keys: "Enter", does: "open it" },
    { keys: "+ -", does: "zoom" },
    { keys: "0", does: "show all" },
    { keys: "m", does: "dragging moves the map", on: ["m"], act: () => set_params({ mode: null }) },
    { keys: "b", does: "dragging selects by a box; so does Shift", on: ["b"], act: () => set_params({ mode: "box" }) },
    { keys: "l", does: "dragging selects by a lasso", on: ["l"], act: () => set_params({ mode: "lasso" }) },
    { keys: "c", does: "select none", on: ["c"], act: () => set_params({ region: null }, true) },
  ];
  if (p.n === 0 || !xy.some((v) => !Number.isNaN(v)))
    return (
      <>
        <h1>Map</h1>
        <p>There is no map: no features of the pictures are known.</p>
      </>
    );
  return (
    <div class="map-page">
      <h1>Map</h1>
      <p class="soft">Every point is a picture; alike ones lie together.</p>
      <div class="tools">
        <Controls layout={layout} mode={mode} color={color} marks={marks} />
        <button onClick={() => set_params({ view: null })}>Show all</button>
        <KeysButton list={list} />
      </div>
      <Chips />
      <div class="map-and-legend">
        <Stage
          xy={xy}
          coding={coding}
          lit={lit}
          may={may}
          marks={marks}
          mode={mode}
          region={here}
          view={view}
          viewed={viewed}
          selected={(corners) => set_params({ region: region_text({ layout, corners }) }, true)}
          open={(id) => go(link("picture", { ...selection_of(params.value), file: p.file[id] ?? "" }))}
          plain={set_plain}
        />
        {coding !== null && <Legend coding={coding} marks={marks} />}
      </div>
      <How layout={layout} plain={plain} />
      <Listed ids={listed} region={here !== null} />
    </div>
  );
}
