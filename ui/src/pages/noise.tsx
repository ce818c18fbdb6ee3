import type { JSX } from "preact";

export function Noise(): JSX.Element {
  return <h1>Noise</h1>;
}
