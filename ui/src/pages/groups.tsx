import type { JSX } from "preact";

export function Groups(): JSX.Element {
  return <h1>Groups</h1>;
}
