// What is the matter with the pictures themselves: copies of one another, splits of unlike noise, files not readable.
import type { JSX } from "preact";
import type { NoiseRates, Report } from "../documents";
import { count, number, p_value, percent } from "../format";
import { link } from "../route";
import { ThumbOf } from "./thumb";

export function Splits({ of }: { of: Report["splits"] }): JSX.Element | null {
  if (of.length === 0) return null;
  return (
    <section>
      <h2>Splits</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Noise by split">
        <table>
          <thead>
            <tr>
              <th scope="col">split</th>
              <th scope="col" class="n">pictures</th>
              <th scope="col" class="n">too degraded</th>
              <th scope="col" class="n">share, 95 % interval</th>
              <th scope="col" class="n">with a copy in another split</th>
            </tr>
          </thead>
          <tbody>
            {of.map((s) => (
              <tr key={s.name}>
                <th scope="row">{s.name === "" ? "no split" : <a href={link("gallery", { split: s.name })}>{s.name}</a>}</th>
                <td class="n">{number(s.pictures)}</td>
                <td class="n">{number(s.noisy)}</td>
                <td class="n nowrap">
                  {percent(s.noise_rate)} ({number(100 * (s.low ?? NaN), 1)} to {percent(s.high)})
                </td>
                <td class="n">{number(s.copied)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Whether noise strikes some classes or splits more than others. */
export function Uneven({ of, by }: { of: NoiseRates | null | undefined; by: string }): JSX.Element | null {
  if (!of || of.groups.length < 2) return null;
  const pictures = of.groups.reduce((sum, g) => sum + g.noisy.n, 0);
  if (!of.uneven && pictures < 5 * of.groups.length) return null; // too few in each to say so
  const sorted = [...of.groups].filter((g) => g.noisy.value !== null).sort((a, b) => (b.noisy.value ?? 0) - (a.noisy.value ?? 0));
  const [top] = sorted;
  const last = sorted[sorted.length - 1];
  if (!of.uneven || top === undefined || last === undefined)
    return (
      <p class="soft">
        Noise strikes the {by} about evenly (p {p_value(of.p)}, Cramér’s V {number(of.cramer_v, 2)}).
      </p>
    );
  return (
    <p>
      Noise strikes the {by} unevenly: {percent(top.noisy.value)} of {top.name}, {percent(last.noisy.value)} of {last.name} (p{" "}
      {p_value(of.p)}, Cramér’s V {number(of.cramer_v, 2)}).
    </p>
  );
}

export function Duplicates({ of }: { of: Report["duplicates"] }): JSX.Element | null {
  if (of === null) return null;
  const groups = of.exact_groups + of.near_groups;
  return (
    <section>
      <h2>Copies</h2>
      {groups === 0 ? (
        <p>No picture is a copy of another.</p>
      ) : (
        <p>
          {count(of.exact_pictures, "picture")} in {count(of.exact_groups, "group")} of exact copies ({number(of.exact_extra)} beyond
          each group’s first), {number(of.near_pictures)} in {count(of.near_groups, "group")} of near ones.{" "}
          {of.groups_across > 0 && <strong>{count(of.groups_across, "group goes", "groups go")} across splits.</strong>}
        </p>
      )}
      <ul class="plain copies">
        {of.groups.slice(0, 12).map((g) => (
          <li key={`${g.kind}${g.group}`}>
            <p class="soft">
              {g.kind === "exact" ? "equal pixels" : "look the same"} · {count(g.pictures, "picture")}
              {g.across && " · across splits"}
            </p>
            <div class="thumbs">
              {(g.files ?? []).map((f) => (
                <ThumbOf key={f.file} file={f.file} side={88} {...(f.split ? { caption: f.split } : {})} />
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Problems({ of, counts }: { of: Report["problems"]; counts: Report["counts"] }): JSX.Element | null {
  const all = counts.damaged + counts.unreadable;
  if (all === 0) return null;
  return (
    <section>
      <h2>Files with something wrong</h2>
      <p>
        <a href={link("gallery", { status: "unreadable" })}>{number(counts.unreadable)} unreadable</a>,{" "}
        <a href={link("gallery", { status: "damaged" })}>{number(counts.damaged)} damaged</a> (decoded in part, and used).
      </p>
      <details open={of.length <= 8}>
        <summary>
          {of.length < all ? `The first ${number(of.length)} of them` : "All of them"}
        </summary>
        <div class="scroll" tabIndex={0} role="region" aria-label="Files with something wrong">
          <table>
            <thead>
              <tr>
                <th scope="col">file</th>
                <th scope="col">what</th>
                <th scope="col">why</th>
              </tr>
            </thead>
            <tbody>
              {of.map((p) => (
                <tr key={p.file}>
                  <th scope="row" class="name">
                    <a href={link("picture", { file: p.file })}>{p.file}</a>
                  </th>
                  <td>{p.status}</td>
                  <td>{p.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
