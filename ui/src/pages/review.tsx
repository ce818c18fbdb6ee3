// Pictures to look at one after the other (or many at once) and to decide about, by keys.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { name_of } from "../columns";
import { full_picture, may_decide, pictures, serving } from "../data";
import { filters_of, tests } from "../filter";
import { count, number } from "../format";
import { noisy_now, threshold, verdict_now } from "../judge";
import { headline, Outcome, use_decide } from "../parts/decide";
import { Facts } from "../parts/facts";
import { Chips } from "../parts/filters";
import { Grid } from "../parts/grid";
import { KeysButton, type Key } from "../parts/keys";
import { DecisionTable, use_decisions } from "../parts/log";
import { Trouble } from "../parts/trouble";
import { Views } from "../parts/views";
import { Evidence } from "../parts/why";
import { link, own_key, params, set_params } from "../route";

interface Queue {
  name: string;
  says: string;
  has: (id: number) => boolean;
  by: (id: number) => number; // the least first
}
const known = (v: number | undefined): boolean => v !== undefined && !Number.isNaN(v);

/** What can be gone through. A picture about which the question was answered is in none of them. */
function queues(): Record<string, Queue> {
  const p = pictures.value;
  if (p === null) return {};
  const open = (bit: number) => (id: number) => ((p.decided[id] ?? 0) & bit) === 0;
  const verdicts = verdict_now.value;
  const t = threshold.value;
  const score = (id: number): number => p.score[id] ?? NaN;
  return {
    doubtful: {
      name: "Doubtful",
      says: "Nearest to the threshold, on either side, first.",
      has: (id) => open(1)(id) && known(p.score[id]),
      by: (id) => Math.abs(score(id) - t),
    },
    pardoned: {
      name: "Noisy and wrong",
      says: "Mistakes that are set aside because the picture is noisy: the least noisy first.",
      has: (id) => open(1)(id) && verdicts[id] === 1,
      by: score,
    },
    suspected: {
      name: "Suspected labels",
      says: "The label is probably wrong: where the classifier is surest first.",
      has: (id) => open(2)(id) && (p.suggested.codes[id] ?? -1) >= 0,
      by: (id) => -(p.confidence[id] ?? 0),
    },
    undecided: { name: "Not decided yet", says: "All pictures about which nobody has decided, in the list’s order.", has: open(3), by: (id) => id },
  };
}

const chosen_queue = (): string => own_key(queues(), params.value.queue, "doubtful");

/** The queue as it is when it is entered: a picture does not leave it while the reader is in it. */
function use_queue(): Uint32Array {
  const p = pictures.value;
  const key = chosen_queue();
  const filters = JSON.stringify(filters_of(params.value));
  return useMemo(() => {
    const queue = queues()[key];
    if (p === null || queue === undefined) return new Uint32Array(0);
    const all = tests(params.value);
    const ids: number[] = [];
    for (let id = 0; id < p.n; id++) if (queue.has(id) && all.every((test) => test(id))) ids.push(id);
    const keys = new Float64Array(p.n);
    for (const id of ids) keys[id] = queue.by(id);
    return Uint32Array.from(ids.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b));
  }, [p, key, filters, threshold.value]);
}

function Choice(): JSX.Element {
  const p = pictures.value;
  const now = chosen_queue();
  return (
    <nav class="queues" aria-label="What to go through">
      {Object.entries(queues()).map(([key, queue]) => {
        let n = 0;
        for (let id = 0; id < (p?.n ?? 0); id++) if (queue.has(id)) n++;
        return (
          <a key={key} href={link("review", { ...filters_of(params.value), queue: key, many: params.value.many ?? null })} aria-current={key === now ? "true" : undefined}>
            {queue.name} <span class="n">{number(n)}</span>
          </a>
        );
      })}
    </nav>
  );
}

/** What a person decided, as it stands under the picture's name. */
export function decided_words(id: number): string | undefined {
  const p = pictures.value;
  const bits = p?.decided[id] ?? 0;
  if (p === null || bits === 0) return undefined;
  const parts: string[] = [];
  if ((bits & 1) !== 0) parts.push(noisy_now.value[id] === 1 ? `noisy${name_of(p.kind, id) === null ? "" : `, ${name_of(p.kind, id)}`}` : "fit");
  if ((bits & 2) !== 0) parts.push(`label ${name_of(p.label, id) ?? "not known"}`);
  return `✓ ${parts.join("; ")}`;
}

function Log(): JSX.Element {
  const { all, failed } = use_decisions();
  const [whole, set_whole] = useState(false);
  const most = whole ? all.length : 10;
  return (
    <section>
      <h2>Decisions</h2>
      <Trouble words={failed} />
      {all.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <>
          <p>
            {count(all.length, "decision")}.{" "}
            <a href="/api/decisions.csv" download="decisions.csv">
              Download as CSV
            </a>
          </p>
          <DecisionTable all={all.slice(0, most)} files />
          {all.length > most && <button onClick={() => set_whole(true)}>Show all {number(all.length)}</button>}
        </>
      )}
    </section>
  );
}

function One({ id }: { id: number }): JSX.Element {
  const p = pictures.value;
  const suggested = p === null ? null : name_of(p.suggested, id);
  return (
    <div class="split">
      <div>
        <h2 class="name">{p?.file[id]}</h2>
        {decided_words(id) !== undefined && <p class="decided-words">{decided_words(id)}, a person decided</p>}
        {suggested !== null && chosen_queue() === "suspected" && (
          <p>
            Its label is {name_of(p!.label, id) ?? "not known"}; it rather is <b>{suggested}</b>.
          </p>
        )}
        <Views key={id} id={id} />
        <Evidence id={id} />
      </div>
      <div>
        <Facts id={id} />
      </div>
    </div>
  );
}

interface Walk {
  at: number; // in the queue; -1: it is empty
  id: number;
  to: (index: number) => void;
  on: () => void; // to the next that is not decided
}
function use_walk(ids: Uint32Array): Walk {
  const p = pictures.value;
  const asked = params.value.file === undefined || p === null ? -1 : ids.indexOf(p.find(params.value.file));
  const at = ids.length === 0 ? -1 : Math.max(0, asked);
  const to = (index: number): void => {
    const id = ids[Math.min(ids.length - 1, Math.max(0, index))];
    if (id !== undefined) set_params({ file: p?.file[id] ?? null });
  };
  const on = (): void => {
    let next = at + 1;
    while (next < ids.length && (p?.decided[ids[next] as number] ?? 0) > 0) next++;
    to(next);
  };
  return { at, id: at < 0 ? -1 : (ids[at] as number), to, on };
}

const set_many = (many: boolean): void => set_params({ many: many ? "yes" : null }, true);

function desk_keys(many: boolean, walk: Walk, last: number, switch_view: () => void): Key[] {
  const ways: Key[] = many
    ? [
        { keys: "← → ↑ ↓", does: "go to another picture (in the grid)" },
        { keys: "Space x", does: "select it, as a click does; with Shift and an arrow: all between" },
        { keys: "Enter", does: "open it, as a double click does" },
      ]
    : [
        { keys: "→ ↓", does: "the next", on: ["ArrowRight", "ArrowDown"], act: () => walk.to(walk.at + 1) },
        { keys: "← ↑", does: "the one before", on: ["ArrowLeft", "ArrowUp"], act: () => walk.to(walk.at - 1) },
        { keys: "Home", does: "the first", on: ["Home"], act: () => walk.to(0) },
        { keys: "End", does: "the last", on: ["End"], act: () => walk.to(last) },
      ];
  return [...ways, { keys: "v", does: many ? "one picture at a time" : "many in a grid", on: ["v"], act: switch_view }];
}

function DeskTools({ ids, walk, many, selected, list }: { ids: Uint32Array; walk: Walk; many: boolean; selected: number; list: readonly Key[] }): JSX.Element {
  const p = pictures.value;
  let done = 0;
  for (const id of ids) if ((p?.decided[id] ?? 0) > 0) done++;
  const where = many ? `${count(selected, "picture")} selected of ${number(ids.length)}` : walk.at < 0 ? "" : `${number(walk.at + 1)} of ${number(ids.length)}`;
  return (
    <div class="tools">
      {!many && walk.at >= 0 && (
        <>
          <button disabled={walk.at <= 0} onClick={() => walk.to(walk.at - 1)}>← Before</button>
          <button disabled={walk.at >= ids.length - 1} onClick={() => walk.to(walk.at + 1)}>Next →</button>
        </>
      )}
      <span class="found" role="status">
        {where}
        {done > 0 && `; ${number(done)} decided`}
      </span>
      <button aria-pressed={many} onClick={() => set_many(!many)}>
        Many at once <kbd aria-hidden="true">v</kbd>
      </button>
      <KeysButton list={list} />
    </div>
  );
}

function Desk({ ids }: { ids: Uint32Array }): JSX.Element {
  const p = pictures.value;
  const many = params.value.many === "yes";
  const walk = use_walk(ids);
  const [selected, select] = useState<ReadonlySet<number>>(new Set());
  const taken = useRef<string[]>([]); // files decided here one by one, for undo to go back to
  const decided = (stored: Promise<boolean>): void => {
    if (many) {
      select(new Set());
      return;
    }
    const file = p?.file[walk.id] ?? "";
    taken.current.push(file);
    walk.on();
    void stored.then((fine) => {
      if (fine) return;
      taken.current = taken.current.filter((f) => f !== file);
      set_params({ file }); // back to what was not stored
    });
  };
  const undone = (): void => {
    const file = taken.current.pop();
    if (file !== undefined && !many) set_params({ file });
  };
  const keyed = useRef(false); // the grid was asked for by a key: the next keys are for it
  const switch_view = (): void => {
    keyed.current = !many;
    set_many(!many);
  };
  const target = many ? [...selected] : walk.id < 0 ? [] : [walk.id];
  const { bar, keys } = use_decide({ ids: target, decided, undone });
  useEffect(() => {
    const next = ids[walk.at + 1];
    const src = next === undefined || many ? null : full_picture(next);
    if (src !== null) new Image().src = src; // is there when it is wanted
  }, [walk.at, ids, many]);
  return (
    <>
      <div class="desk">
        <DeskTools ids={ids} walk={walk} many={many} selected={selected.size} list={[...keys, ...desk_keys(many, walk, ids.length - 1, switch_view)]} />
        {bar}
        <Outcome />
      </div>
      {ids.length === 0 && <p class="soft">Nothing is left to go through here.</p>}
      {many && ids.length > 0 && (
        <Grid ids={ids} side={128} label={`Pictures to decide about: ${number(ids.length)}`} within={{}} selected={selected} select={(s) => select(s)} start={walk.at} caption={decided_words} focus={keyed.current} choosing />
      )}
      {!many && walk.id >= 0 && <One id={walk.id} />}
    </>
  );
}

export function Review(): JSX.Element {
  const ids = use_queue();
  if (!serving)
    return (
      <>
        <h1>Review</h1>
        <p>Deciding needs the local page: pardon serve DIR opens it, DIR being the folder that this report was written to.</p>
      </>
    );
  return (
    <div class="review">
      <h1>Review</h1>
      <p class="now">{headline()}</p>
      {!may_decide && <p class="warning">This page is read-only: pictures can be gone through, but nothing can be decided.</p>}
      <Choice />
      <p class="soft">{queues()[chosen_queue()]?.says}</p>
      <Chips />
      <Desk key={chosen_queue()} ids={ids} />
      <Log />
    </div>
  );
}
