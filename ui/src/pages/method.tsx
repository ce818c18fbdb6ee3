// The method as it is written down: docs/method.md, made into HTML when the page was built.
import type { JSX } from "preact";
import html from "doc:../../../docs/method.md";
import { link } from "../route";

export function Method(): JSX.Element {
  return (
    <article class="document">
      <p class="soft">
        This is docs/method.md of pardon’s source. What this scan found is in the <a href={link("overview")}>overview</a>.
      </p>
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </article>
  );
}
