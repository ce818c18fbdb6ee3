// Whether noise costs accuracy: the guard's verdict in words, overall and kind by kind.
import type { JSX } from "preact";
import type { Excess, Judging, Share } from "../documents";
import { number } from "../format";
import { moved, step } from "../judge";
import { link } from "../route";
import { Whisker } from "./bars";

const VERDICT: Record<string, { title: string; mark: string; tone: string }> = {
  costs: { title: "Noise costs accuracy", mark: "▲ costs", tone: "owed" },
  "does not": { title: "Noise does not cost accuracy here", mark: "● does not", tone: "right" },
  "too few": { title: "Too few noisy pictures to tell whether noise costs accuracy", mark: "○ too few", tone: "unjudged" },
};
const verdict = (guard: string): { title: string; mark: string; tone: string } =>
  VERDICT[guard] ?? { title: guard, mark: guard, tone: "unjudged" };

export const signed = (v: number | null | undefined, digits = 1): string =>
  v === null || v === undefined ? "–" : `${v > 0 ? "+" : ""}${number(v, digits)}`;
/** "+37.6 points (+31.8 to +43.1)" */
export function points(s: Share): string {
  if (s.value === null || s.low === null || s.high === null) return "–";
  return `${signed(100 * s.value)} points (${signed(100 * s.low)} to ${signed(100 * s.high)})`;
}

function Overall({ of }: { of: Judging }): JSX.Element {
  const e = of.excess_errors;
  const s = moved.value ? step.value : null;
  const guard = s?.guard ?? e.guard ?? of.guard.overall;
  const excess = s === null ? { value: e.value, low: e.low, high: e.high } : s.excess;
  return (
    <>
      <h2>{verdict(guard).title}</h2>
      {s === null && e.effect.value !== null && (
        <p>
          A picture too degraded to judge by has <strong>{points(e.effect)}</strong> of error more than fit ones of the
          same classes: {number(e.wrong)} of {number(e.pictures)} are wrong where {number(e.expected, 1)} were to be expected.
        </p>
      )}
      {excess.value !== null && (
        <p>
          {guard === "costs" ? "Mistakes due to the noise" : "Mistakes beyond those to be expected"}:{" "}
          <strong>{number(excess.value)}</strong> ({number(excess.low)} to {number(excess.high)}).
        </p>
      )}
      {guard === "too few" && <p class="soft">Not significant is not the same as no effect.</p>}
    </>
  );
}

function KindLine({ of, from, to }: { of: Excess; from: number; to: number }): JSX.Element {
  const v = verdict(of.guard);
  return (
    <tr>
      <th scope="row">
        <a href={link("gallery", { noisy: "yes", kind: of.kind ?? "" })}>{of.kind}</a>
      </th>
      <td class="n">
        {number(of.wrong)} of {number(of.pictures)}
      </td>
      <td class="wide">
        <Whisker of={of.effect} from={from} to={to} tone={v.tone} />
      </td>
      <td class="n nowrap">{points(of.effect)}</td>
      <td class={`nowrap tone-${v.tone}`}>{v.mark}</td>
    </tr>
  );
}

/** The guard's verdict, and every kind's effect with its interval on one scale. */
export function Guard({ of }: { of: Judging }): JSX.Element {
  const rows = [...of.excess_errors_by_kind].sort((a, b) => (b.effect.value ?? -9) - (a.effect.value ?? -9));
  const from = Math.min(0, ...rows.map((r) => r.effect.low ?? 0));
  const to = Math.max(0.05, ...rows.map((r) => r.effect.high ?? 0));
  return (
    <section class="card">
      <Overall of={of} />
      {rows.length > 0 && (
        <details open>
          <summary>By kind{moved.value && " (at the scan’s threshold)"}</summary>
          <div class="scroll" tabIndex={0} role="region" aria-label="Effect by kind">
            <table class="guard">
              <thead>
                <tr>
                  <th scope="col">kind</th>
                  <th scope="col" class="n">
                    wrong
                  </th>
                  <th scope="col" class="wide">
                    error added, 95 % interval
                  </th>
                  <th scope="col" class="n">
                    points of error
                  </th>
                  <th scope="col">accuracy</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((r) => (
                  <KindLine key={r.kind} of={r} from={from} to={to} />
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </section>
  );
}
