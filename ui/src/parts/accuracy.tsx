// Accuracy before and after the noisy pictures are put aside, each with its interval.
import type { JSX } from "preact";
import type { Judging, Share } from "../documents";
import { number, percent, share } from "../format";
import { moved } from "../judge";
import { ShareBar } from "./bars";
import { fit_accuracy } from "./counts";

function Line({ name, of, tone, note }: { name: string; of: Share; tone: string; note: string }): JSX.Element {
  return (
    <div class="accuracy">
      <p>
        <span class="big">{percent(of.value)}</span> <span>{name}</span>
        <span class="soft">
          {" "}
          {of.low === null ? "" : `· ${number(100 * of.low, 1)} to ${percent(of.high)}`}
          {note}
        </span>
      </p>
      <ShareBar of={of} tone={tone} />
    </div>
  );
}

function Others({ of }: { of: Judging }): JSX.Element | null {
  const rows: [string, Share | null, Share | null, string][] = [
    ["balanced", of.balanced?.all ?? null, of.balanced?.fit ?? null, "mean recall of the classes"],
    ["top five", of.top5?.all ?? null, of.top5?.fit ?? null, "the label is among its five likeliest"],
    ["class-standardised", null, of.class_standardised ?? null, "if fit pictures had the mix of classes of all"],
  ];
  const there = rows.filter(([, all, fit]) => (all?.n ?? 0) > 0 || (fit?.n ?? 0) > 0);
  if (there.length === 0) return null;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Further measures of accuracy">
      <table>
        <thead>
          <tr>
            <th scope="col">accuracy{moved.value && " (at the scan’s threshold)"}</th>
            <th scope="col" class="n">
              all
            </th>
            <th scope="col" class="n">
              fit
            </th>
          </tr>
        </thead>
        <tbody>
          {there.map(([name, all, fit, note]) => (
            <tr key={name}>
              <th scope="row" title={note}>
                {name}
              </th>
              <td class="n">{share(all)}</td>
              <td class="n">{share(fit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Accuracy({ of }: { of: Judging }): JSX.Element {
  const fit = fit_accuracy.value;
  return (
    <section class="card">
      <h2>Accuracy, before and after</h2>
      <Line name={`on all ${number(of.accuracy.all.n)} pictures`} of={of.accuracy.all} tone="before" note="" />
      {fit !== null && fit.value !== null ? (
        <Line name={`on the ${number(fit.n)} fit to judge by`} of={fit} tone="accent" note="" />
      ) : (
        <p>No judged picture is fit to judge by.</p>
      )}
      <p class="soft">Whiskers are 95 % intervals.</p>
      <Others of={of} />
    </section>
  );
}
