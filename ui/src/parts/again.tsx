// The folder was scanned again: that it was, and, once the page is loaded again, what it now shows.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { is_newer, look_for_newer, may_decide, outdated, serving } from "../data";

const read = signal(false);

if (serving) {
  // when the reader comes back from where it was scanned, and where a picture of the former scan does not come any more
  window.addEventListener("focus", () => void look_for_newer());
  document.addEventListener("visibilitychange", () => !document.hidden && void look_for_newer());
  window.addEventListener("error", (e) => e.target instanceof HTMLImageElement && void look_for_newer(), true);
}

export function Again(): JSX.Element | null {
  if (outdated.value)
    return (
      <p class="again" role="alert">
        The folder was scanned again. This page shows the former scan{may_decide && ", about which nothing more can be decided"}.{" "}
        <button onClick={() => location.reload()}>Load again</button>
      </p>
    );
  if (!is_newer || read.value) return null;
  return (
    <p class="again" role="status">
      The folder was scanned again: this page now shows the new scan, with what was decided before.{" "}
      <button onClick={() => (read.value = true)}>Close</button>
    </p>
  );
}
