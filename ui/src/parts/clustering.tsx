// How the pictures fell into clusters, and how many clusters there should be.
import type { JSX } from "preact";
import type { Report } from "../documents";
import { number, percent } from "../format";
import { COLOUR, Figure, Plot } from "./figure";

type Clustering = Report["clustering"];
const TEXT = { fontSize: "12px", background: "none" };

/** In the words of Kaufman and Rousseeuw (1990). */
export function apart(silhouette: number | null): string {
  if (silhouette === null) return "";
  return silhouette > 0.7 ? "clearly apart" : silhouette > 0.5 ? "distinct" : silhouette > 0.25 ? "touching" : "overlapping";
}

const FRAME = { height: 220, marginLeft: 54, marginRight: 14, marginBottom: 40, marginTop: 32, style: TEXT };

function OverK({ of, value, title, unit }: { of: Clustering; value: "inertia" | "silhouette"; title: string; unit: string }): JSX.Element {
  const rows = of.curve.filter((c) => c[value] !== null);
  const here = rows.filter((c) => c.k === of.k);
  const words = `${title}: ${rows.map((c) => `k ${c.k}: ${number(c[value], value === "inertia" ? 0 : 3)}`).join(", ")}. Chosen: ${of.k}.`;
  return (
    <Figure
      title={title}
      words={words}
      deps={[of]}
      draw={(width) =>
        Plot.plot({
          width,
          ...FRAME,
          x: { label: "clusters (k) →", ticks: Math.min(8, rows.length), tickFormat: (k: number) => (Number.isInteger(k) ? String(k) : "") },
          y: { label: `↑ ${unit}`, grid: true, ticks: 4, ...(value === "inertia" ? { tickFormat: "~s" } : {}), nice: true },
          marks: [
            Plot.lineY(rows, { x: "k", y: value, stroke: COLOUR.accent, strokeWidth: 1.5 }),
            Plot.dot(rows, { x: "k", y: value, r: 2.5, fill: COLOUR.accent }),
            Plot.dot(here, { x: "k", y: value, r: 6, stroke: COLOUR.owed, strokeWidth: 2 }),
            Plot.text(here, { x: "k", y: value, text: (c: { k: number }) => `k = ${c.k}`, dy: -14, fill: COLOUR.ink }),
          ],
        })
      }
    />
  );
}

function Variance({ of }: { of: Clustering }): JSX.Element | null {
  const total = of.total_variance;
  if (total === null || !(total > 0) || of.explained_variance.length === 0) return null;
  let sum = 0;
  const rows = of.explained_variance.map((v, i) => ({ component: i + 1, share: v / total, kept: (sum += v / total) }));
  const all = percent(sum);
  return (
    <Figure
      title={`Variance kept by ${rows.length} principal components: ${all}`}
      words={`The first ${rows.length} principal components keep ${all} of the variance; the first alone ${percent(rows[0]?.share)}.`}
      deps={[of]}
      draw={(width) =>
        Plot.plot({
          width,
          ...FRAME,
          x: { label: "components →" },
          y: { label: "↑ variance, %", percent: true, grid: true, ticks: 4, domain: [0, Math.max(5, 100 * sum * 1.05)] },
          marks: [
            Plot.rectY(rows, { x1: (r: { component: number }) => r.component - 0.5, x2: (r: { component: number }) => r.component + 0.5, y: "share", inset: 0.3, fill: COLOUR.soft, fillOpacity: 0.7 }),
            Plot.lineY(rows, { x: "component", y: "kept", stroke: COLOUR.accent, strokeWidth: 1.5 }),
            Plot.text(rows.slice(-1), { x: "component", y: "kept", text: () => "together", textAnchor: "end", dy: 16, fill: COLOUR.accent }),
            Plot.ruleY([0]),
          ],
        })
      }
    />
  );
}

export function ClusteringPlots({ of }: { of: Clustering | null }): JSX.Element | null {
  if (of === null || of.k === 0) return null;
  const curve = of.curve ?? [];
  return (
    <section>
      <h2>How many clusters?</h2>
      <p>
        {number(of.pictures)} pictures in {number(of.dimensions)} dimensions, {of.k} {of.k === 1 ? "cluster" : "clusters"}
        {of.silhouette !== null && (
          <>
            , mean silhouette {number(of.silhouette, 3)} ({apart(of.silhouette)})
          </>
        )}
        . Inertia is the sum of squared distances to the centres: look for the bend. The silhouette, −1 to 1, tells how much nearer
        pictures are to their own cluster than to the next: look for the top.
      </p>
      <div class="three">
        {curve.length > 1 && <OverK of={of} value="inertia" title="Elbow" unit="inertia" />}
        {curve.filter((c) => c.silhouette !== null).length > 1 && <OverK of={of} value="silhouette" title="Silhouette" unit="mean silhouette" />}
        <Variance of={of} />
      </div>
    </section>
  );
}
