// Mistakes to look at first, and labels to look at twice.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Case, Judging } from "../documents";
import { number, percent } from "../format";
import { moved, verdict_now } from "../judge";
import { pictures } from "../data";
import { link } from "../route";
import { ThumbOf } from "./thumb";

/** A picture with what is said of it below. */
export function CaseCard({ of, children }: { of: Case; children: JSX.Element }): JSX.Element {
  return (
    <li class="case">
      <ThumbOf file={of.file} side={112} />
      <p>{children}</p>
    </li>
  );
}

function Cases({ all, first, line }: { all: Case[]; first: number; line: (c: Case) => JSX.Element }): JSX.Element {
  const [shown, show] = useState(first);
  return (
    <>
      <ul class="plain caselist">
        {all.slice(0, shown).map((c) => (
          <CaseCard key={c.file} of={c}>
            {line(c)}
          </CaseCard>
        ))}
      </ul>
      {all.length > shown && <button onClick={() => show(all.length)}>Show all {number(all.length)}</button>}
    </>
  );
}

export function Confident({ of }: { of: Judging }): JSX.Element | null {
  const p = pictures.value;
  const verdict = verdict_now.value;
  // a dragged threshold or a decision may have taken some of them out of the debt
  const all = (of.confident_mistakes ?? []).filter((c) => p === null || p.find(c.file) < 0 || verdict[p.find(c.file)] === 2);
  if (all.length === 0) return null;
  return (
    <section>
      <h2>The surest of the owed mistakes</h2>
      <p class="soft">
        On pictures fit to judge by, most confident first{moved.value && ", chosen at the scan’s threshold: less those no longer owed"}. Look at these before any other.{" "}
        <a href={link("gallery", { verdict: "owed", sort: "confident" })}>All owed mistakes</a>
      </p>
      <Cases
        all={all.slice(0, 24)}
        first={12}
        line={(c) => (
          <>
            {c.label} <span class="soft">called</span> {c.prediction} <strong>{percent(c.confidence, 0)}</strong>
          </>
        )}
      />
    </section>
  );
}

export function Suspected({ of }: { of: Judging }): JSX.Element | null {
  const s = of.suspected_labels;
  if (s === null || s === undefined) return null;
  return (
    <section>
      <h2>Labels that are probably wrong</h2>
      <p>
        {s.n === 0 ? "No label" : <a href={link("gallery", { suspected: "yes" })}>{number(s.n)} {s.n === 1 ? "label" : "labels"}</a>} of{" "}
        {number(s.of)} on fit pictures {s.n > 1 ? "are" : "is"} suspected{moved.value && " at the scan’s threshold"}
        {s.n > 0 && s.low !== undefined && s.low !== null && <> (about {percent(s.share)}, {number(100 * s.low, 1)} to {percent(s.high)})</>}.
        {s.fallback === true && " Only the likeliest class’s probability was known: a rough list."}
      </p>
      <p class="soft">
        These keep their verdict: whether the label or the classifier errs, a person must say. A classifier asked about pictures it
        was trained on agrees with their wrong labels, and few are suspected.
      </p>
      {(s.first ?? []).length > 0 && (
        <Cases
          all={s.first}
          first={12}
          line={(c) => (
            <>
              {c.label} <span class="soft">rather</span> {c.suggested}
            </>
          )}
        />
      )}
    </section>
  );
}
