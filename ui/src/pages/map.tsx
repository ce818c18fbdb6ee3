import type { JSX } from "preact";

export function MapPage(): JSX.Element {
  return <h1>MapPage</h1>;
}
