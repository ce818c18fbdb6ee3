// What the server refused, in its own words.
import type { JSX } from "preact";

export function Trouble({ words }: { words: string | null }): JSX.Element | null {
  if (words === null) return null;
  return (
    <p class="failure" role="alert">
      {words}
    </p>
  );
}
