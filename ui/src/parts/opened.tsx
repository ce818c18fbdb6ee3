// One group of pictures, opened: its first pictures in order of their distance, the rest in the gallery.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { number } from "../format";
import { link, params, set_params } from "../route";
import { Thumb } from "./thumb";

const FIRST = 24;

/** Shuts what is open, and goes back to where it was opened. */
function shut(): void {
  const card = document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(params.value.open ?? "")}"]`);
  set_params({ open: null }, true);
  card?.focus();
}

export function Opened({
  title,
  ids,
  more,
  note,
}: {
  title: string;
  ids: number[];
  more: Record<string, string | number> | null; // what the gallery shows; null: it cannot
  note: string;
}): JSX.Element {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus({ preventScroll: true });
    head.current?.scrollIntoView({ block: "nearest" });
  }, [title]);
  return (
    <section class="card opened" onKeyDown={(e) => e.key === "Escape" && shut()}>
      <div class="row">
        <h2 tabIndex={-1} ref={head}>
          {title}
        </h2>
        <button onClick={shut}>Close</button>
      </div>
      <p class="soft">{note}</p>
      <div class="thumbs">
        {ids.slice(0, FIRST).map((id) => (
          <Thumb key={id} id={id} side={96} />
        ))}
      </div>
      {more !== null && (
        <p>
          <a href={link("gallery", more)}>All {number(ids.length)} in the gallery</a>
        </p>
      )}
    </section>
  );
}

/** Opens a card, or shuts the one that is open. */
export function OpenButton({ of, now, words }: { of: string; now: string | undefined; words: string }): JSX.Element {
  return (
    <button data-opens={of} aria-expanded={now === of} onClick={() => set_params({ open: now === of ? null : of }, true)}>
      {now === of ? "Close" : "Open"} <span class="hidden">{words}</span>
    </button>
  );
}
