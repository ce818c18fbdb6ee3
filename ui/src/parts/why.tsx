// Why a picture is held noisy or fit: sentences, and each measure against what clean pictures show.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { revision, why, type Why } from "../data";
import { MINUS } from "../format";
import { noisy_now } from "../judge";

/** Three digits that matter, whatever the size. */
function short(v: number): string {
  return v.toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", MINUS);
}

function Measure({ m }: { m: NonNullable<Why["measures"]>[number] }): JSX.Element {
  const reach = Math.max(m.high - m.low, 1e-9);
  const from = Math.min(m.low - 0.5 * reach, m.value - 0.1 * reach);
  const to = Math.max(m.high + 0.5 * reach, m.value + 0.1 * reach);
  const at = (v: number): string => `${((100 * (v - from)) / (to - from)).toFixed(1)}%`;
  const out = m.value < m.low || m.value > m.high;
  const unit = m.unit === "" ? "" : ` ${m.unit}`;
  const words = `${short(m.value)}${unit}; clean pictures ${short(m.low)} to ${short(m.high)}${unit}`;
  return (
    <tr class={out ? "out" : undefined}>
      <th scope="row">
        {m.name}
        {m.words !== undefined && m.words !== "" && <span class="soft"> {m.words}</span>}
      </th>
      <td>
        <span class="track" aria-hidden="true">
          <span class="clean" style={`left:${at(m.low)};right:calc(100% - ${at(m.high)})`} />
          <span class="here" style={`left:${at(m.value)}`} />
        </span>
        <span class="small">
          {words}
          {out && <b> {m.value < m.low ? "below" : "above"}</b>}
        </span>
      </td>
    </tr>
  );
}

export function Evidence({ id, level = 2 }: { id: number; level?: 2 | 3 }): JSX.Element {
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
  return (
    <section class="reasons">
      <Heading>{noisy === 1 ? "Why it is held noisy" : noisy === 0 ? "Why it is held fit" : "Evidence"}</Heading>
      {failed !== null && <p class="failure">{failed}</p>}
      {told !== null && failed === null && told.sentences.length === 0 && (told.measures ?? []).length === 0 && (
        <p class="soft">{noisy === 1 ? "This page holds no reasons for it; pardon serve gives them." : "No measure stands out."}</p>
      )}
      {told !== null && told.sentences.length > 0 && (
        <ul>
          {told.sentences.map((s) => (
            <li key={s}>{s}</li>
          ))}
        </ul>
      )}
      {told?.measures !== undefined && told.measures.length > 0 && (
        <table class="measures">
          <caption class="hidden">Measures against the range of clean pictures</caption>
          <tbody>
            {told.measures.map((m) => (
              <Measure key={m.name} m={m} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
