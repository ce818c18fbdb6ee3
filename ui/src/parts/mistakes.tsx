// Where the mistakes were made: by verdict, and by kind of noise.
import type { JSX } from "preact";
import { number, percent } from "../format";
import type { Excess } from "../documents";
import { moved } from "../judge";
import { link } from "../route";
import { Key, Stack, type Segment } from "./bars";
import { judged, kinds, verdicts, type KindCount, type Verdicts as Counted } from "./counts";
import { EffectCells, effect_scale } from "./guard";

const TILES = [
  { key: "right", tone: "right", name: "right", note: "the prediction is the label", to: { verdict: "right" } },
  { key: "set_aside", tone: "set-aside", name: "set aside", note: "wrong, on a noisy picture", to: { verdict: "set-aside" } },
  { key: "owed", tone: "owed", name: "owed", note: "wrong, on a picture fit to judge by", to: { verdict: "owed" } },
  { key: "unjudged", tone: "unjudged", name: "unjudged", note: "no label, no prediction or no pixels", to: { verdict: "unjudged" } },
] as const;

/** Every picture has one verdict. */
export function Verdicts(): JSX.Element | null {
  const v = verdicts.value;
  if (v === null) return null;
  const all = v.right + v.set_aside + v.owed + v.unjudged;
  return (
    <ul class="tiles">
      {TILES.filter((t) => t.key !== "unjudged" || v.unjudged > 0).map((t) => (
        <li key={t.key}>
          <a class={`tile ${t.tone}`} href={link("gallery", t.to)}>
            <strong>{number(v[t.key])}</strong> <span>{t.name}</span>
            <small>
              {percent(v[t.key] / Math.max(1, all))} · {t.note}
            </small>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Line({ name, segments, most, wrong, of }: { name: JSX.Element | string; segments: Segment[]; most: number; wrong: number; of: number }): JSX.Element {
  return (
    <>
      <th scope="row">{name}</th>
      <td class="wide">
        <Stack most={most} segments={segments} />
      </td>
      <td class="n nowrap">
        {number(wrong)} of {number(of)}
      </td>
    </>
  );
}

function Sides({ of: v }: { of: Counted }): JSX.Element {
  const fit = v.right - v.right_noisy + v.owed;
  const noisy = v.set_aside + v.right_noisy;
  const most = Math.max(1, fit, noisy);
  const right_fit = v.right - v.right_noisy;
  return (
    <table class="stacked">
      <thead class="hidden-head">
        <tr>
          <th scope="col">pictures</th>
          <th scope="col">verdicts</th>
          <th scope="col">wrong</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <Line
            name="fit to judge by"
            most={most}
            wrong={v.owed}
            of={fit}
            segments={[
              { n: v.owed, tone: "owed", words: `${number(v.owed)} owed`, to: { verdict: "owed" } },
              { n: right_fit, tone: "right", words: `${number(right_fit)} right on fit pictures`, to: { verdict: "right", noisy: "no" } },
            ]}
          />
        </tr>
        <tr>
          <Line
            name="too degraded"
            most={most}
            wrong={v.set_aside}
            of={noisy}
            segments={[
              { n: v.set_aside, tone: "set-aside", words: `${number(v.set_aside)} set aside`, to: { verdict: "set-aside" } },
              { n: v.right_noisy, tone: "right", words: `${number(v.right_noisy)} right on noisy pictures`, to: { verdict: "right", noisy: "yes" } },
            ]}
          />
        </tr>
      </tbody>
    </table>
  );
}

function ByKind({ rows, excess }: { rows: KindCount[]; excess: Excess[] }): JSX.Element {
  const most = Math.max(...rows.map((r) => r.right + r.wrong));
  const scale = effect_scale(excess);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Mistakes on noisy pictures by kind, and what each kind costs">
      <table class="kinds">
        <thead>
          <tr>
            <th scope="col">kind of noise</th>
            <th scope="col" class="wide">
              set aside and right
            </th>
            <th scope="col" class="n">
              wrong
            </th>
            <th scope="col" class="effect">
              error added, 95 % interval
            </th>
            <th scope="col" class="n">
              points{moved.value && " at the scan’s threshold"}
            </th>
            <th scope="col">accuracy</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((k) => (
            <tr key={k.kind}>
              <Line
                name={<a href={link("gallery", { noisy: "yes", kind: k.kind })}>{k.kind}</a>}
                most={most}
                wrong={k.wrong}
                of={k.wrong + k.right}
                segments={[
                  { n: k.wrong, tone: "set-aside", words: `${k.kind}: ${number(k.wrong)} set aside`, to: { verdict: "set-aside", kind: k.kind } },
                  { n: k.right, tone: "right", words: `${k.kind}: ${number(k.right)} right all the same`, to: { verdict: "right", noisy: "yes", kind: k.kind } },
                ]}
              />
              <EffectCells of={excess.find((e) => e.kind === k.kind)} scale={scale} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Mistakes by verdict and kind; each part leads to its pictures. */
export function Mistakes(): JSX.Element | null {
  const v = verdicts.value;
  const j = judged.value;
  if (v === null || j === null) return null;
  const rows = kinds.value.filter((k) => k.right + k.wrong > 0);
  return (
    <section>
      <h2>Where the mistakes were made</h2>
      <Key
        of={[
          { tone: "owed", words: "owed" },
          { tone: "set-aside", words: "set aside" },
          { tone: "right", words: "right" },
        ]}
      />
      <Sides of={v} />
      {rows.length > 0 && (
        <>
          <h3>The degraded ones, kind by kind</h3>
          <ByKind rows={rows} excess={j.excess_errors_by_kind ?? []} />
        </>
      )}
    </section>
  );
}
