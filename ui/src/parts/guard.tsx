// Whether noise costs accuracy: the guard's verdict in words, overall and kind by kind.
import type { ComponentChildren, JSX } from "preact";
import type { Excess, Judging, Share } from "../documents";
import { number } from "../format";
import { moved, step } from "../judge";
import { own } from "../route";
import { Whisker } from "./bars";

const VERDICT: Record<string, { title: string; mark: string; tone: string }> = {
  costs: { title: "Noise costs accuracy", mark: "▲ costs", tone: "owed" },
  "does not": { title: "Noise does not cost accuracy here", mark: "● does not", tone: "right" },
  "too few": { title: "Too few noisy pictures to tell whether noise costs accuracy", mark: "○ too few", tone: "unjudged" },
};
const verdict = (guard: string): { title: string; mark: string; tone: string } =>
  own(VERDICT, guard) ?? { title: guard, mark: guard, tone: "unjudged" };

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

/** The scale that all kinds' effects share. */
export function effect_scale(of: Excess[]): [number, number] {
  return [Math.min(0, ...of.map((r) => r.effect.low ?? 0)), Math.max(0.05, ...of.map((r) => r.effect.high ?? 0))];
}

/** What a kind costs: its effect with its interval, in points of error, and the guard's verdict. Three cells. */
export function EffectCells({ of, scale }: { of: Excess | undefined; scale: [number, number] }): JSX.Element {
  if (of === undefined) return <td colSpan={3} />;
  const v = verdict(of.guard);
  return (
    <>
      <td class="effect">
        <Whisker of={of.effect} from={scale[0]} to={scale[1]} tone={v.tone} />
      </td>
      <td class="n nowrap">
        {signed(of.effect.value === null ? null : 100 * of.effect.value)}{" "}
        <small class="soft">
          ({signed(of.effect.low === null ? null : 100 * of.effect.low, 0)} to {signed(of.effect.high === null ? null : 100 * of.effect.high, 0)})
        </small>
      </td>
      <td class={`nowrap tone-${v.tone}`}>{v.mark}</td>
    </>
  );
}

/** The guard's verdict, and below it what speaks for it. */
export function Guard({ of, children }: { of: Judging; children?: ComponentChildren }): JSX.Element {
  return (
    <section class="card">
      <Overall of={of} />
      {children}
    </section>
  );
}
