// One picture, small: a link to its page. Where the page holds no thumbnail of it, its name stands there.
import type { JSX } from "preact";
import { name_of, VERDICTS } from "../columns";
import { pictures, thumbnail } from "../data";
import { kind_names, kind_now, noisy_now, verdict_now } from "../judge";
import { link } from "../route";

/** In words, for the title and for who does not see it. */
export function describe(id: number): string {
  const p = pictures.value;
  if (p === null) return "";
  const kind = kind_names.value[kind_now.value[id] ?? -1];
  const parts = [p.file[id] as string];
  const label = name_of(p.label, id);
  const said = name_of(p.prediction, id);
  if (label !== null && said !== null) parts.push(label === said ? label : `${label}, called ${said}`);
  if (noisy_now.value[id] === 1) parts.push(kind ?? "noisy");
  const verdict = VERDICTS[verdict_now.value[id] ?? 3];
  if (verdict !== undefined && verdict !== "unjudged") parts.push(verdict);
  return parts.join(" · ");
}

export function Thumb({ id, caption, side = 96 }: { id: number; caption?: string; side?: number }): JSX.Element {
  const p = pictures.value;
  const src = thumbnail(id);
  const text = describe(id);
  const verdict = VERDICTS[verdict_now.value[id] ?? 3] ?? "unjudged";
  return (
    <a class={`thumb ${verdict}`} href={link("picture", { file: p?.file[id] ?? "" })} title={text} style={`--side:${side}px`}>
      {src === null ? (
        <span class="no-picture">{p?.file[id]?.split("/").pop()}</span>
      ) : (
        <img src={src} alt={text} loading="lazy" decoding="async" />
      )}
      {noisy_now.value[id] === 1 && <span class="noisy-mark">{kind_names.value[kind_now.value[id] ?? -1] ?? "noisy"}</span>}
      {caption !== undefined && <span class="caption">{caption}</span>}
    </a>
  );
}

/** By file name, as report.json names pictures; nothing where this page does not hold it. */
export function ThumbOf({ file, caption, side }: { file: string; caption?: string; side?: number }): JSX.Element | null {
  const id = pictures.value?.find(file) ?? -1;
  return id < 0 ? null : <Thumb id={id} {...(caption === undefined ? {} : { caption })} {...(side === undefined ? {} : { side })} />;
}
