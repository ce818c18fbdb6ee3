// A contact sheet: a card's first pictures.
import type { JSX } from "preact";
import { Thumb, ThumbOf } from "./thumb";

export function Sheet({ files, ids, side = 64 }: { files?: string[]; ids?: number[]; side?: number }): JSX.Element {
  return (
    <div class="sheet">
      {files?.map((f) => <ThumbOf key={f} file={f} side={side} />)}
      {ids?.map((i) => <Thumb key={i} id={i} side={side} />)}
    </div>
  );
}

/** What is called what, most frequent first. */
export function Confused({ of }: { of: { label: string; prediction: string; n: number }[] }): JSX.Element | null {
  if (of.length === 0) return null;
  return (
    <ul class="plain confused">
      {of.map((c) => (
        <li key={`${c.label}\n${c.prediction}`}>
          {c.label} <span class="soft">called</span> {c.prediction} <span class="soft">× {c.n}</span>
        </li>
      ))}
    </ul>
  );
}
