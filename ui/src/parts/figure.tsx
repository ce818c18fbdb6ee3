// A plot (Observable Plot) in a figure with its caption and, for who does not see it, its numbers as words.
import * as Plot from "@observablehq/plot";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

export { Plot };

/** Colours of plots: the style sheet's, so that light and dark have their own. */
export const COLOUR = {
  right: "var(--right)",
  "set-aside": "var(--set-aside)",
  owed: "var(--owed)",
  unjudged: "var(--unjudged)",
  ink: "var(--ink)",
  soft: "var(--soft)",
  accent: "var(--accent)",
};

export function Figure({
  title,
  words,
  draw,
  deps,
}: {
  title: string;
  words: string; // what the plot says
  draw: (width: number) => Element;
  deps: unknown[];
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const node = box.current;
    if (node === null) return;
    const paint = (): void => {
      const width = Math.max(260, Math.min(900, node.clientWidth));
      const plot = draw(width);
      plot.setAttribute("aria-hidden", "true"); // the words say it
      for (const style of plot.querySelectorAll("style")) style.remove(); // the server allows none in the page; app.css has it
      node.replaceChildren(plot);
    };
    paint();
    const watch = new ResizeObserver(paint);
    watch.observe(node);
    return () => watch.disconnect();
  }, deps);
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      <div role="img" aria-label={words} ref={box} />
    </figure>
  );
}
