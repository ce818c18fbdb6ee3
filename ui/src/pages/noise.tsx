// Which pictures are too degraded, of what kind, how badly, and where the line is drawn.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { pictures, report } from "../data";
import type { Noise as NoisePart, Shot } from "../documents";
import { number, percent } from "../format";
import { moved, noisy_now } from "../judge";
import { link } from "../route";
import { doubtful, kinds, noisy_count } from "../parts/counts";
import { Evidence } from "../parts/evidence";
import { KindTable, NoiseHead, Unlike } from "../parts/kinds";
import { Threshold } from "../parts/threshold";

const BESIDE = 4; // examples on either side of the threshold
const FIRST = 9;

/** How many to expect, whatever the threshold, and how far the flags can be believed. */
function Prevalence({ of }: { of: NoisePart }): JSX.Element {
  const { share, low, high } = of.prevalence;
  return (
    <>
      {share !== null && (
        <p>
          Whatever the threshold, about <strong>{percent(share)}</strong> of the pictures are estimated to be degraded (
          {number(100 * (low ?? NaN), 1)} to {percent(high)}).
          {of.expected_wrong !== null && (
            <> Of the noisy ones, {percent(of.expected_wrong)}
              {of.expected_wrong_low != null && ` (${number(100 * of.expected_wrong_low, 1)} to ${percent(of.expected_wrong_high)})`} are to be
              expected fine{moved.value && " at the scan’s threshold"}.</>
          )}
        </p>
      )}
      {of.unlike !== null && (
        <p class="soft">
          {percent(of.unlike)} of the pictures are unlike everything the detector was trained on (one in a hundred is usual). Detector:{" "}
          {of.detector}
          {of.calibrated_on > 0 && `, fitted to ${number(of.calibrated_on)} pictures`}.
        </p>
      )}
    </>
  );
}

function Side({ side }: { side: "below" | "above" }): JSX.Element | null {
  const ids = doubtful(side, BESIDE);
  if (ids.length === 0) return null;
  return (
    <section>
      <h3>{side === "below" ? "Just below: fit" : "Just above: noisy"}</h3>
      <ul class="plain evidences">
        {ids.map((id, i) => (
          <Evidence key={i} id={id} side={96} />
        ))}
      </ul>
    </section>
  );
}

function Beside(): JSX.Element | null {
  if (pictures.value === null) return null;
  return (
    <section>
      <h2>Nearest to the line</h2>
      <p class="soft">The most doubtful pictures, and what each would suffer from. They change as the line is moved.</p>
      <div class="two">
        <Side side="below" />
        <Side side="above" />
      </div>
    </section>
  );
}

/** The worst of each kind in turns: as the report chose them, while they are noisy; else from the columns. */
function worst(of: NoisePart): { id: number; said: string[] }[] {
  const p = pictures.value;
  if (p === null) return [];
  const out = (of.worst ?? [])
    .map((shot: Shot) => ({ id: p.find(shot.file), said: shot.evidence ?? [] }))
    .filter((w) => w.id >= 0 && noisy_now.value[w.id] === 1);
  if (out.length > 0) return out;
  return kinds.value.flatMap((k) => k.ids.slice(0, 2).map((id) => ({ id, said: [] })));
}

function Worst({ of }: { of: NoisePart }): JSX.Element | null {
  const [shown, show] = useState(FIRST);
  const all = worst(of);
  if (all.length === 0) return null;
  return (
    <section>
      <h2>The worst, with the evidence</h2>
      <p class="soft">
        The worst of each kind, then the second worst of each. Beside each a clean picture spoilt the same way, so that the eye may
        compare. <a href={link("gallery", { noisy: "yes", sort: "noisiest" })}>All {number(noisy_count.value)}</a>
      </p>
      <ul class="plain evidences">
        {all.slice(0, shown).map((w) => (
          <Evidence key={w.id} id={w.id} said={w.said} />
        ))}
      </ul>
      {all.length > shown && <button onClick={() => show(all.length)}>Show {number(all.length - shown)} more</button>}
    </section>
  );
}

export function Noise(): JSX.Element {
  const noise = report.value?.noise ?? null;
  if (noise === null) return <NoiseHead />;
  return (
    <div class="noise">
      <Unlike of={noise} />
      <NoiseHead />
      <Threshold />
      <Prevalence of={noise} />
      <section>
        <h2>By kind and severity</h2>
        <KindTable />
      </section>
      <Beside />
      <Worst of={noise} />
    </div>
  );
}
