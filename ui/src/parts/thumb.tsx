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
  if (verdict !== undefined && verdict !== "unjudged") parts.push(verdict === "set-aside" ? "set aside" : verdict);
  return parts.join(" · ");
}

export interface ThumbProps {
  id: number;
  caption?: string;
  side?: number;
  /** The selection the picture is seen in: its page goes on through it. */
  within?: Readonly<Record<string, string>>;
  /** In a grid only one picture is reached by the tab key. */
  tab?: 0 | -1;
}

export function Thumb({ id, caption, side = 96, within, tab }: ThumbProps): JSX.Element {
  const p = pictures.value;
  const file = p?.file[id] ?? "";
  const src = thumbnail(id, side > 112 ? 224 : 112);
  const text = describe(id);
  const verdict = VERDICTS[verdict_now.value[id] ?? 3] ?? "unjudged";
  const noisy = noisy_now.value[id] === 1;
  return (
    <a class={`thumb ${verdict}`} href={link("picture", { ...within, file })} title={text} tabIndex={tab} style={`--side:${side}px`}>
      <span class="no-picture" aria-hidden={src !== null}>
        {file.split("/").pop()}
        {src === null && verdict !== "unjudged" && <b> {verdict === "set-aside" ? "set aside" : verdict}</b>}
      </span>
      {src !== null && <img src={src} alt={text} decoding="async" />}
      {noisy && <span class="noisy-mark">{kind_names.value[kind_now.value[id] ?? -1] ?? "noisy"}</span>}
      {caption !== undefined && <span class="caption">{caption}</span>}
    </a>
  );
}

/** By file name, as report.json names pictures; nothing where this page does not hold it. */
export function ThumbOf({ file, caption, side }: { file: string; caption?: string; side?: number }): JSX.Element | null {
  const id = pictures.value?.find(file) ?? -1;
  return id < 0 ? null : <Thumb id={id} {...(caption === undefined ? {} : { caption })} {...(side === undefined ? {} : { side })} />;
}
