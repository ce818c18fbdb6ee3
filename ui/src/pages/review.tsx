import type { JSX } from "preact";

export function Review(): JSX.Element {
  return <h1>Review</h1>;
}
