// The answer first, then what it rests on.
import type { JSX } from "preact";
import { report } from "../data";
import type { Report } from "../documents";
import { count, number, percent } from "../format";
import { link } from "../route";
import { Accuracy } from "../parts/accuracy";
import { Confident, Suspected } from "../parts/cases";
import { Duplicates, Problems, Splits, Uneven } from "../parts/copies";
import { decided_count, headline, judged, kinds, noisy_count } from "../parts/counts";
import { Calibrations, Rejection } from "../parts/curves";
import { Decided, Settings } from "../parts/decided";
import { Guard } from "../parts/guard";
import { KindList, NoiseHead, Unlike } from "../parts/kinds";
import { Mistakes, Verdicts } from "../parts/mistakes";
import { StressTest } from "../parts/stress";

function Found({ of }: { of: Report }): JSX.Element {
  const c = of.counts;
  return (
    <p class="soft">
      {count(c.found, "picture")}
      {of.noise !== null && (
        <>
          {" "}
          ·{" "}
          <a href={link("gallery", { noisy: "yes" })}>
            {number(noisy_count.value)} too degraded to judge by ({percent(noisy_count.value / Math.max(1, decided_count.value))})
          </a>
        </>
      )}
      {c.unreadable > 0 && <> · {number(c.unreadable)} unreadable</>}
      {c.damaged > 0 && <> · {number(c.damaged)} damaged</>}
      {c.skipped > 0 && <> · {count(c.skipped, "file")} left out</>}
      {c.added > 0 && c.added < c.found && <> · {number(c.added)} new since the last scan</>}
      {c.vanished > 0 && <> · {number(c.vanished)} gone since the last scan</>}
    </p>
  );
}

function Judged({ of }: { of: Report }): JSX.Element | null {
  const j = judged.value;
  if (j === null) return null;
  return (
    <>
      <Verdicts />
      <div class="two">
        <Accuracy of={j} />
        <Guard of={j}>
          <Rejection of={j.rejection} />
          <Uneven of={j.noise_rates?.by_class} by="classes" />
          <Uneven of={j.noise_rates?.by_split} by="splits" />
        </Guard>
      </div>
      <Mistakes />
      <Confident of={j} />
      <Suspected of={j} />
      <Calibrations of={j.calibration} />
      <StressTest of={j.stress} />
      {of.noise === null && <p class="soft">Nobody judged which pictures are noisy.</p>}
    </>
  );
}

export function Overview(): JSX.Element {
  const r = report.value as Report;
  const said = headline.value;
  const asked = r.judging !== null && said === null;
  return (
    <div class="overview">
      <Unlike of={r.noise} />
      {said !== null ? (
        <h1 class="headline" data-headline>
          {said}
        </h1>
      ) : (
        <NoiseHead />
      )}
      <Found of={r} />
      {asked && <p>No picture has both a label and a prediction, so the classifier was not judged.</p>}
      <Judged of={r} />
      {said === null && r.noise !== null && (
        <section>
          <h2>By kind</h2>
          {kinds.value.length === 0 ? <p>Every picture is fit to judge by.</p> : <KindList />}
        </section>
      )}
      <Splits of={r.splits ?? []} />
      <Duplicates of={r.duplicates} />
      <Problems of={r.problems ?? []} counts={r.counts} />
      <Decided of={r} />
      <Settings of={r} />
    </div>
  );
}
