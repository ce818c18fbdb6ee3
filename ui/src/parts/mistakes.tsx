// Where the mistakes were made: by verdict, and by kind of noise.
import type { JSX } from "preact";
import { number, percent } from "../format";
import { link } from "../route";
import { Key, Stack } from "./bars";
import { judged, kinds, verdicts, type KindCount } from "./counts";

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

function KindBar({ of, most }: { of: KindCount; most: number }): JSX.Element {
  return (
    <tr>
      <th scope="row">
        <a href={link("gallery", { noisy: "yes", kind: of.kind })}>{of.kind}</a>
      </th>
      <td class="wide">
        <Stack
          most={most}
          segments={[
            { n: of.wrong, tone: "set-aside", words: `${of.kind}: ${number(of.wrong)} set aside`, to: { verdict: "set-aside", kind: of.kind } },
            { n: of.right, tone: "right", words: `${of.kind}: ${number(of.right)} right all the same`, to: { verdict: "right", noisy: "yes", kind: of.kind } },
          ]}
        />
      </td>
      <td class="n nowrap">
        {number(of.wrong)} of {number(of.wrong + of.right)} wrong
      </td>
    </tr>
  );
}

/** Mistakes by verdict and kind; each part leads to its pictures. */
export function Mistakes(): JSX.Element | null {
  const v = verdicts.value;
  if (v === null || judged.value === null) return null;
  const rows = kinds.value.filter((k) => k.right + k.wrong > 0);
  const fit = v.right - v.right_noisy + v.owed;
  const noisy = v.set_aside + v.right_noisy;
  const most = Math.max(1, fit, noisy);
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
      <div class="scroll" tabIndex={0} role="region" aria-label="Mistakes by verdict and kind">
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
              <th scope="row">fit to judge by</th>
              <td class="wide">
                <Stack
                  most={most}
                  segments={[
                    { n: v.owed, tone: "owed", words: `${number(v.owed)} owed`, to: { verdict: "owed" } },
                    { n: v.right - v.right_noisy, tone: "right", words: `${number(v.right - v.right_noisy)} right on fit pictures`, to: { verdict: "right", noisy: "no" } },
                  ]}
                />
              </td>
              <td class="n nowrap">
                {number(v.owed)} of {number(fit)} wrong
              </td>
            </tr>
            <tr>
              <th scope="row">too degraded</th>
              <td class="wide">
                <Stack
                  most={most}
                  segments={[
                    { n: v.set_aside, tone: "set-aside", words: `${number(v.set_aside)} set aside`, to: { verdict: "set-aside" } },
                    { n: v.right_noisy, tone: "right", words: `${number(v.right_noisy)} right on noisy pictures`, to: { verdict: "right", noisy: "yes" } },
                  ]}
                />
              </td>
              <td class="n nowrap">
                {number(v.set_aside)} of {number(noisy)} wrong
              </td>
            </tr>
          </tbody>
          {rows.length > 0 && (
            <tbody class="kinds">
              <tr>
                <th scope="rowgroup" colSpan={3} class="soft">
                  The degraded ones by kind
                </th>
              </tr>
              {rows.map((k) => (
                <KindBar key={k.kind} of={k} most={Math.max(...rows.map((r) => r.right + r.wrong))} />
              ))}
            </tbody>
          )}
        </table>
      </div>
    </section>
  );
}
