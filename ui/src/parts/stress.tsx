// The paired test: what each corruption costs on the very same pictures.
import type { JSX } from "preact";
import type { Stress } from "../documents";
import { number, percent, share } from "../format";
import { moved } from "../judge";
import { ShareBar } from "./bars";
import { signed } from "./guard";

export function StressTest({ of }: { of: Stress | null | undefined }): JSX.Element | null {
  if (!of || of.n === 0) return null;
  return (
    <section>
      <h2>The same pictures, corrupted</h2>
      <p>
        {number(of.n)} pictures fit {moved.value && "at the scan’s threshold "}were corrupted in every kind at five severities and classified again: {share(of.mce)} wrong on
        average, {percent(of.clean_error.value)} as they are{of.against !== "labels" && " (against its own answers on the clean ones)"}.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Error by corruption">
        <table class="guard">
          <thead>
            <tr>
              <th scope="col">kind</th>
              <th scope="col">family</th>
              <th scope="col" class="wide">error, mean over the severities</th>
              <th scope="col" class="n">95 % interval</th>
              <th scope="col" class="n">points added</th>
            </tr>
          </thead>
          <tbody>
            {of.kinds.map((k) => (
              <tr key={k.kind}>
                <th scope="row">{k.kind}</th>
                <td>{k.family}</td>
                <td class="wide">
                  <ShareBar of={k.error} tone="owed" />
                </td>
                <td class="n nowrap">{share(k.error)}</td>
                <td class="n">{signed(k.relative === null ? null : 100 * k.relative)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
