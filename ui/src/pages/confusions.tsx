// What is called what, before and after the noisy pictures are put aside; and every class.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { count, number } from "../format";
import { moved } from "../judge";
import { link, params, set_params } from "../route";
import { judged, whole } from "../parts/counts";
import { Classes } from "../parts/classes";
import { Matrix } from "../parts/matrix";
import { mistakes, most_confused, pairs, ROWS, type Pair, type Side } from "../parts/pairs";

const VIEWS = [
  ["all", "all pictures"],
  ["fit", "fit ones"],
  ["both", "side by side"],
] as const;
const LISTED = 20;

/** The classes that the address names, of those that there are. */
function named(): string[] {
  return params.value.classes?.split("|").filter((c) => most_confused.value.includes(c)) ?? [];
}
/** The classes whose rows are shown: those asked for, else the most confused. */
function rows_asked(): string[] {
  const known = most_confused.value;
  const asked = named();
  return asked.length > 0 ? asked : known.slice(0, known.length > 25 ? ROWS : 25);
}

function Chooser({ rows }: { rows: string[] }): JSX.Element {
  const [text, type] = useState("");
  const known = most_confused.value;
  const chosen = named().length > 0;
  const set = (names: string[]): void => set_params({ classes: names.length === 0 ? null : names.join("|") });
  const add = (e: Event): void => {
    e.preventDefault();
    if (!known.includes(text)) return;
    const own = chosen ? rows : [];
    if (!own.includes(text)) set([...own, text]);
    type("");
  };
  return (
    <div class="chooser">
      <form onSubmit={add}>
        <label>
          Show class <input list="classes" value={text} onInput={(e) => type(e.currentTarget.value)} />
        </label>
        <datalist id="classes">
          {known.slice(0, 2000).map((c) => (
            <option key={c} value={c} />
          ))}
        </datalist>{" "}
        <button disabled={!known.includes(text)}>Add</button>
      </form>
      {chosen && (
        <>
          <ul class="plain chips">
            {rows.map((c) => (
              <li key={c}>
                <button onClick={() => set(rows.filter((r) => r !== c))} aria-label={`Leave out ${c}`}>
                  {c} ×
                </button>
              </li>
            ))}
          </ul>
          <button onClick={() => set([])}>The most confused</button>
        </>
      )}
    </div>
  );
}

function Matrices(): JSX.Element {
  const view = VIEWS.find(([v]) => v === params.value.m)?.[0] ?? "all";
  const rows = rows_asked();
  const many = most_confused.value.length;
  const most = view === "both" ? 13 : 25;
  return (
    <section>
      <h2>Matrix</h2>
      <div class="row">
        <div class="toggle" role="group" aria-label="Which pictures">
          {VIEWS.map(([v, words]) => (
            <button key={v} aria-pressed={v === view} onClick={() => set_params({ m: v === "all" ? null : v })}>
              {words}
            </button>
          ))}
        </div>
        <p class="soft">
          {rows.length < many && `The ${number(rows.length)} ${named().length === 0 ? "most confused" : "chosen"} of ${number(many)} classes. `}
          Numbers lead to their pictures; arrow keys go from one to the next.
        </p>
      </div>
      {many > 25 && <Chooser rows={rows} />}
      <div class={view === "both" ? "matrices both" : "matrices"}>
        {view !== "fit" && <Matrix rows={rows} side="all" title="on all pictures" most={most} />}
        {view !== "all" && <Matrix rows={rows} side="fit" title="on pictures fit to judge by" most={most} />}
      </div>
    </section>
  );
}

function PairRow({ of: p, side, most }: { of: Pair; side: Side; most: number }): JSX.Element {
  const where = { label: p.label, prediction: p.prediction };
  const width = (n: number): string => `width:${((100 * n) / most).toFixed(1)}%`;
  return (
    <tr>
      <th scope="row">{p.label}</th>
      <td>{p.prediction}</td>
      <td class="n">
        <a href={link("gallery", { ...where, ...(side === "fit" ? { noisy: "no" } : {}) })} aria-label={`${number(p[side])} pictures of ${p.label} called ${p.prediction}`}>
          {number(p[side])}
        </a>
      </td>
      <td class="n">{number(side === "fit" ? p.all : p.fit)}</td>
      <td class="wide">
        <span class="stack" aria-hidden="true">
          {p.fit > 0 && <span class="segment owed" style={width(p.fit)} />}
          {p.all > p.fit && <span class="segment set-aside" style={width(p.all - p.fit)} />}
        </span>
      </td>
    </tr>
  );
}

function Largest(): JSX.Element {
  const side: Side = params.value.m === "fit" ? "fit" : "all";
  const all = mistakes(side);
  const [shown, show] = useState(LISTED);
  const most = Math.max(1, ...all.slice(0, shown).map((p) => p.all));
  return (
    <section>
      <h2>Most frequent confusions</h2>
      {all.length === 0 ? (
        <p>None.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Most frequent confusions">
          <table class="largest">
            <thead>
              <tr>
                <th scope="col">is</th>
                <th scope="col">called</th>
                <th scope="col" class="n">
                  {side === "fit" ? "fit" : "pictures"}
                </th>
                <th scope="col" class="n">
                  {side === "fit" ? "of all" : "fit"}
                </th>
                <th scope="col" class="wide">
                  <span class="key">
                    <span>
                      <span class="swatch segment owed" aria-hidden="true" /> on fit ones
                    </span>
                    <span>
                      <span class="swatch segment set-aside" aria-hidden="true" /> on noisy ones
                    </span>
                  </span>
                </th>
              </tr>
            </thead>
            <tbody>
              {all.slice(0, shown).map((p) => (
                <PairRow key={`${p.label}\n${p.prediction}`} of={p} side={side} most={most} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {all.length > shown && <button onClick={() => show(shown + 50)}>Show {number(Math.min(50, all.length - shown))} more</button>}
    </section>
  );
}

export function Confusions(): JSX.Element {
  const j = judged.value;
  if (j === null)
    return (
      <>
        <h1>Confusions</h1>
        <p>No picture has both a label and a prediction: there is nothing to confuse. Scan with --labels, and with --classifier or --predictions.</p>
      </>
    );
  const wrong = pairs.value.filter((p) => p.label !== p.prediction);
  const sum = (side: Side): number => wrong.reduce((s, p) => s + p[side], 0);
  return (
    <div class="confusions">
      <h1>
        {count(sum("all"), "mistake")}, {number(sum("fit"))} of them on pictures fit to judge by
      </h1>
      <p class="soft">
        {count(j.classes, "class is", "classes are")} known to the classifier; {number(most_confused.value.length)} {most_confused.value.length === 1 ? "has" : "have"} pictures here.
        {!whole.value && " Counted by the scan; of mistakes, the thousand most frequent pairs."}
      </p>
      <Matrices />
      <Largest />
      <section>
        <h2>Every class</h2>
        <p class="soft">
          Before and after the noisy pictures are put aside; small: 95 % intervals{moved.value && "; at the scan’s threshold"}.
        </p>
        <Classes of={j.per_class} />
      </section>
    </div>
  );
}
