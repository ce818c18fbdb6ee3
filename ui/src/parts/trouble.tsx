// What the server refused, in its own words. Where the folder was scanned again, what stands on the page is of the former scan.
import type { JSX } from "preact";

export function Trouble({ words }: { words: string | null }): JSX.Element | null {
  if (words === null) return null;
  return (
    <div class="failure" role="alert">
      <p>{words}</p>
      {/scanned again/.test(words) && (
        <p>
          This page shows the former scan. <button onClick={() => location.reload()}>Load again</button>
        </p>
      )}
    </div>
  );
}
