// Why a picture is held noisy or fit: sentences, and each measure against what clean pictures show.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { pictures, revision, why, type Why } from "../data";
import { MINUS, number } from "../format";
import { moved, noisy_now, threshold } from "../judge";

type OfMeasure = NonNullable<Why["measures"]>[number];

/** Three digits that matter, whatever the size. */
function short(v: number): string {
  return v.toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", MINUS);
}

/** What a measure says; where the program has no sentence for it, its numbers. */
function words_of(m: OfMeasure): string {
  const unit = m.unit === "" ? "" : ` ${m.unit}`;
  return m.words || `${m.name} ${short(m.value)}${unit}; clean pictures ${short(m.low)} to ${short(m.high)}${unit}`;
}

/** The sentence, and below it where the picture stands against clean ones. */
function Measure({ m }: { m: OfMeasure }): JSX.Element {
  const reach = Math.max(m.high - m.low, 1e-9);
  const low = Math.min(m.low - 0.5 * reach, m.value);
  const high = Math.max(m.high + 0.5 * reach, m.value);
  const [from, to] = [low - 0.04 * (high - low), high + 0.04 * (high - low)];
  const at = (v: number): string => `${((100 * (v - from)) / (to - from)).toFixed(1)}%`;
  return (
    <li class="measure">
      {words_of(m)}
      <span class="track" aria-hidden="true" title={m.name}>
        <span class="clean" style={`left:${at(m.low)};right:calc(100% - ${at(m.high)})`} />
        <span class="here" style={`left:${at(m.value)}`} />
      </span>
    </li>
  );
}

const VERDICT = /^(fine|too degraded) to judge by \(noise /; // by the scan's threshold

/** What was said of a picture; where the reader moved the threshold, by both. */
export function by_threshold(id: number, sentences: readonly string[]): string[] {
  const [t, score] = [threshold.value, pictures.value?.score[id] ?? NaN];
  if (!moved.value || Number.isNaN(score)) return [...sentences];
  const digits = [2, 3, 4].find((d) => t.toFixed(d) !== score.toFixed(d)) ?? 4;
  const now = score > Math.fround(t) ? "too degraded" : "fine"; // scores are float32
  return sentences.flatMap((s) =>
    VERDICT.test(s)
      ? [`by the moved threshold: ${now} to judge by (score ${number(score, digits)}; above ${number(t, digits)} is noisy)`, `by the scan’s: ${s}`]
      : [s],
  );
}

/** Each sentence once: those about a measure stand with its bar. */
function Told({ id, of }: { id: number; of: Why }): JSX.Element {
  const measures = of.measures ?? [];
  const with_bar = new Set(measures.map((m) => m.words));
  const plain = by_threshold(id, of.sentences.filter((s) => !with_bar.has(s)));
  return (
    <>
      {plain.length + measures.length > 0 && (
        <ul>
          {plain.map((s) => (
            <li key={s}>{s}</li>
          ))}
          {measures.map((m) => (
            <Measure key={m.name} m={m} />
          ))}
        </ul>
      )}
      {measures.length > 0 && <p class="soft key">On each bar: shaded, where clean pictures lie; the mark, this picture.</p>}
    </>
  );
}

export function Evidence({ id, level = 2 }: { id: number; level?: 2 | 3 }): JSX.Element | null {
  const [told, set_told] = useState<Why | null>(null);
  const [failed, set_failed] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    set_failed(null);
    why(id).then(
      (w) => current && set_told(w),
      (e: unknown) => current && (set_told({ sentences: [] }), set_failed(e instanceof Error ? e.message : String(e))),
    );
    return () => {
      current = false;
    };
  }, [id, revision.value]);
  const Heading = level === 2 ? "h2" : "h3";
  const noisy = noisy_now.value[id];
  if (noisy === 255 && (told === null || told.sentences.length === 0)) return null;
  return (
    <section class="reasons">
      <Heading>{noisy === 1 ? "Why it is held noisy" : noisy === 0 ? "Why it is held fit" : "Evidence"}</Heading>
      {failed !== null && <p class="failure">{failed}</p>}
      {told !== null && failed === null && told.sentences.length === 0 && (told.measures ?? []).length === 0 && (
        <p class="soft">{noisy === 1 ? "This page holds no reasons for it; pardon serve gives them." : "No measure stands out."}</p>
      )}
      {told !== null && <Told id={id} of={told} />}
    </section>
  );
}
