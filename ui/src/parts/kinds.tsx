// The noisy pictures by kind and severity.
import type { JSX } from "preact";
import { report } from "../data";
import type { Noise } from "../documents";
import { count, number, percent } from "../format";
import { link } from "../route";
import { Sparks } from "./bars";
import { decided_count, headline, kinds, noisy_count, type KindCount } from "./counts";
import { Thumb } from "./thumb";

/** How many are too degraded, as the first sentence of a page. */
export function NoiseHead(): JSX.Element {
  const n = noisy_count.value;
  const of = decided_count.value;
  return (
    <h1 class="headline" {...(headline.value === null ? { "data-headline": true } : {})}>
      {report.value?.noise === null
        ? `${count(report.value.counts.found, "picture")}; nobody judged which are too degraded`
        : `${number(n)} of ${count(of, "picture")} ${n === 1 ? "is" : "are"} too degraded to judge a classifier by`}
    </h1>
  );
}

/** Said first where the detector is out of its depth. */
export function Unlike({ of }: { of: Noise | null }): JSX.Element | null {
  if (of === null || of.unlike === null || of.unlike <= 1 / 3) return null;
  return (
    <p class="warning" role="note">
      {percent(of.unlike, 0)} of the pictures are unlike everything the detector knows: its verdicts are not to be relied on. Scan
      again with --calibrate and pictures you vouch for.
    </p>
  );
}

/** Kinds as one bar each. */
export function KindList(): JSX.Element {
  const rows = kinds.value;
  const most = Math.max(1, ...rows.map((k) => k.n));
  return (
    <table class="stacked">
      <thead class="hidden-head">
        <tr>
          <th scope="col">kind</th>
          <th scope="col">how many</th>
          <th scope="col">pictures</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((k) => (
          <tr key={k.kind}>
            <th scope="row">
              <a href={link("gallery", { noisy: "yes", kind: k.kind })}>{k.kind}</a>
            </th>
            <td class="wide">
              <span class="stack">
                <span class="segment set-aside" style={`width:${((100 * k.n) / most).toFixed(1)}%`} aria-hidden="true" />
              </span>
            </td>
            <td class="n">{number(k.n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Row({ of, all }: { of: KindCount; all: number }): JSX.Element {
  const names = of.severities.map((c, i) => `severity ${i + 1}: ${c}`).join(", ");
  return (
    <tr>
      <th scope="row">
        <a href={link("gallery", { noisy: "yes", kind: of.kind, sort: "noisiest" })}>{of.kind}</a>
      </th>
      <td>{of.family}</td>
      <td class="n">{number(of.n)}</td>
      <td class="n nowrap">{percent(of.n / Math.max(1, all))}</td>
      <td>{of.severity === null ? <span class="soft">none</span> : <Sparks counts={of.severities} words={names} />}</td>
      <td class="n">{number(of.severity, 1)}</td>
      <td>
        <div class="thumbs one-line">
          {of.ids.slice(0, 6).map((id) => (
            <Thumb key={id} id={id} side={48} />
          ))}
        </div>
      </td>
    </tr>
  );
}

export function KindTable(): JSX.Element {
  const rows = kinds.value;
  if (rows.length === 0) return <p>No picture is noisy at this threshold.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Noisy pictures by kind">
      <table class="kindtable">
        <thead>
          <tr>
            <th scope="col">kind</th>
            <th scope="col">family</th>
            <th scope="col" class="n">pictures</th>
            <th scope="col" class="n">share of all</th>
            <th scope="col">severity 1 to 5</th>
            <th scope="col" class="n">median</th>
            <th scope="col">the worst of them</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((k) => (
            <Row key={k.kind} of={k} all={decided_count.value} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
