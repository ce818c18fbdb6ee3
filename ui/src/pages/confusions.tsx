import type { JSX } from "preact";

export function Confusions(): JSX.Element {
  return <h1>Confusions</h1>;
}
