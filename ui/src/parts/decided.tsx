// How this was decided, and what the scan was asked.
import type { JSX } from "preact";
import type { Report } from "../documents";
import { number, percent } from "../format";
import { link } from "../route";
import { judged } from "./counts";

export function Decided({ of }: { of: Report }): JSX.Element | null {
  const noise = of.noise;
  if (noise === null) return null;
  return (
    <section>
      <h2>How this was decided</h2>
        <p>
          Whether a picture is too degraded was decided from its pixels alone, at the size the classifier sees it: neither its
          label, nor the prediction, nor whether that was right was looked at. A detector that learnt from clean photographs
          and from copies of them corrupted in known ways gives every picture a score for each kind of noise; a picture is
          noisy where the scores taken together exceed {number(noise.threshold, 2)}
          {noise.false_alarms !== null && <>, which {percent(noise.false_alarms, 0)} of clean pictures are expected to do</>}
          {noise.calibrated_on > 0 && <>, as {number(noise.calibrated_on)} pictures that were vouched for say</>}. So the dispute
          over a mistake cannot decide what counts as noise.
        </p>
      {judged.value !== null && (
        <p>
          A mistake on a noisy picture is <em>set aside</em>, one on a fit picture is <em>owed</em>: facts about each picture. How
          many of those set aside are <em>due to</em> the noise is an estimate about all of them together: the mistakes made, less
          those to expect on as many fit pictures of the same classes. Noise is said to cost accuracy only where the lower end
          of a one-sided 99 % interval of that effect is above zero, not to cost any where the effect’s interval lies below 5
          points, and otherwise there are too few pictures to tell. All other intervals are of 95 %; those of shares are Wilson’s.
        </p>
      )}
      <p>
        <a href={link("method")}>The whole method</a>, with its limits and the papers it follows.
      </p>
    </section>
  );
}

export function Settings({ of }: { of: Report }): JSX.Element {
  const words = of.judging?.words ?? [];
  return (
    <section>
      <h2>What was asked</h2>
      <details>
        <summary>Settings of the scan</summary>
        <dl class="settings">
          {of.settings.map((s) => (
            <div key={s.name}>
              <dt>{s.name}</dt>
              <dd>{s.value}</dd>
            </div>
          ))}
        </dl>
      </details>
      {words.length > 0 && (
        <details>
          <summary>What the scan printed</summary>
          <ul class="printed">
            {words.map((line, i) => (
              <li key={i}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
