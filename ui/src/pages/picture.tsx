import type { JSX } from "preact";

export function PicturePage(): JSX.Element {
  return <h1>PicturePage</h1>;
}
