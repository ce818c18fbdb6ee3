// Bars and intervals drawn with the style sheet alone. The numbers stand beside them in words, so none is read out.
import type { JSX } from "preact";
import type { Share } from "../documents";
import { link } from "../route";

const part = (v: number, low: number, high: number): number => Math.max(0, Math.min(1, (v - low) / (high - low)));
const css = (v: number): string => `${(100 * v).toFixed(2)}%`;

/** A share as a bar from 0, its interval as a whisker over it. */
export function ShareBar({ of, tone = "accent" }: { of: Share; tone?: string }): JSX.Element {
  const value = of.value ?? 0;
  return (
    <span class={`bar ${tone}`} aria-hidden="true">
      <span class="fill" style={`width:${css(part(value, 0, 1))}`} />
      {of.low !== null && of.high !== null && (
        <span class="whisker" style={`left:${css(of.low)};width:${css(Math.max(0, of.high - of.low))}`} />
      )}
    </span>
  );
}

/** A value with its interval on a line from `from` to `to`, zero marked. */
export function Whisker({ of, from, to, tone }: { of: Share; from: number; to: number; tone: string }): JSX.Element {
  if (of.value === null || of.low === null || of.high === null) return <span class="soft">–</span>;
  const low = part(of.low, from, to);
  return (
    <span class={`interval ${tone}`} aria-hidden="true">
      <span class="zero" style={`left:${css(part(0, from, to))}`} />
      <span class="whisker" style={`left:${css(low)};width:${css(part(of.high, from, to) - low)}`} />
      <span class="dot" style={`left:${css(part(of.value, from, to))}`} />
    </span>
  );
}

export interface Segment {
  n: number;
  tone: string;
  words: string;
  to: Record<string, string | number>;
}
/** Counts side by side, each a link to its pictures. */
export function Stack({ segments, most }: { segments: Segment[]; most: number }): JSX.Element {
  return (
    <span class="stack">
      {segments
        .filter((s) => s.n > 0)
        .map((s) => (
          <a
            key={s.tone + s.words}
            class={`segment ${s.tone}`}
            style={`width:${css(s.n / Math.max(1, most))}`}
            href={link("gallery", s.to)}
            title={s.words}
            aria-label={s.words}
          />
        ))}
    </span>
  );
}

/** A handful of counts as upright bars, for instance those of the severities 1 to 5. */
export function Sparks({ counts, words }: { counts: number[]; words: string }): JSX.Element {
  const most = Math.max(1, ...counts);
  return (
    <span class="sparks" role="img" aria-label={words} title={words}>
      {counts.map((c, i) => (
        <span key={i} class={c === 0 ? "none" : ""} style={`height:${css(Math.max(0.06, c / most))}`} />
      ))}
    </span>
  );
}

/** What the colours of a stack mean. */
export function Key({ of }: { of: { tone: string; words: string }[] }): JSX.Element {
  return (
    <p class="key">
      {of.map((k) => (
        <span key={k.tone}>
          <span class={`swatch segment ${k.tone}`} aria-hidden="true" /> {k.words}
        </span>
      ))}
    </p>
  );
}
