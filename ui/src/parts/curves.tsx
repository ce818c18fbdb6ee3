// Curves of the judgement: error against rejection, and how far the classifier's confidence can be believed.
import type { JSX } from "preact";
import type { Calibration, Judging } from "../documents";
import { number, percent } from "../format";
import { moved, step } from "../judge";
import { COLOUR, Figure, Plot } from "./figure";

const TEXT = { fontSize: "12px", background: "none" };

interface Dot {
  x: number;
  y: number;
}
/** The point of a curve at this part of it, to write its name at. */
const at = (curve: Dot[], part: number): Dot[] => curve.slice(Math.floor(curve.length * part)).slice(0, 1);

/** The error left when the worst are put aside. Perfect: every mistake first; random: none of them sooner than another. */
export function Rejection({ of }: { of: Judging["rejection"] }): JSX.Element | null {
  if (of.points.length < 2) return null;
  const first = of.points[0]?.error ?? 0;
  const curve = of.points.map((p) => ({ x: p.rejected, y: p.error }));
  const perfect = of.points.map((p) => ({ x: p.rejected, y: p.rejected >= first ? 0 : (first - p.rejected) / (1 - p.rejected) }));
  const s = step.value;
  const here: Dot[] =
    s === null || s.fit.value === null || of.n === 0 ? [] : [{ x: 1 - s.fit.n / of.n, y: 1 - s.fit.value }];
  const words = `Error falls from ${percent(first)} of all pictures as the noisiest are put aside. Area under the curve ${number(of.area, 3)}; ${number(of.area_perfect, 3)} with every mistake put aside first, ${number(of.area_random, 3)} at random.`;
  return (
    <>
      <Figure
        title="Error left when the noisiest are put aside"
        words={words}
        deps={[of, s?.threshold, moved.value]}
        draw={(width) =>
          Plot.plot({
            width,
            height: Math.max(220, Math.min(300, width * 0.6)),
            marginLeft: 42,
            marginBottom: 40,
            marginRight: 12,
            style: TEXT,
            x: { label: "put aside, % of the pictures →", percent: true, domain: [0, 100], ticks: 5 },
            y: { label: "↑ error, %", percent: true, domain: [0, Math.max(5, 100 * Math.max(...curve.map((p) => p.y)) * 1.12)], grid: true, ticks: 5 },
            marks: [
              Plot.areaY(curve.map((p, i) => ({ x: p.x, low: perfect[i]?.y ?? 0, high: p.y })), { x: "x", y1: "low", y2: "high", fill: COLOUR.accent, fillOpacity: 0.1 }),
              Plot.lineY([{ x: 0, y: first }, { x: 1, y: first }], { x: "x", y: "y", stroke: COLOUR.soft, strokeDasharray: "2 3" }),
              Plot.lineY(perfect, { x: "x", y: "y", stroke: COLOUR.right, strokeDasharray: "6 3" }),
              Plot.lineY(curve, { x: "x", y: "y", stroke: COLOUR.accent, strokeWidth: 2 }),
              Plot.text([{ x: 0.62, y: first }], { x: "x", y: "y", text: () => `at random, area ${number(of.area_random, 3)}`, textAnchor: "middle", dy: -8, fill: COLOUR.soft }),
              Plot.text(at(curve, 0.3), { x: "x", y: "y", text: () => `by noise, area ${number(of.area, 3)}`, textAnchor: "start", dy: -10, dx: 8, fill: COLOUR.accent }),
              Plot.text(at(perfect, first * 0.9), { x: "x", y: "y", text: () => `mistakes first, area ${number(of.area_perfect, 3)}`, textAnchor: "start", dx: 8, fill: COLOUR.right }),
              Plot.dot(here, { x: "x", y: "y", r: 5, fill: COLOUR.accent, stroke: "var(--card)", strokeWidth: 1.5 }),
              Plot.text(here, { x: "x", y: "y", text: () => "threshold", textAnchor: "middle", dy: 16, fill: COLOUR.ink }),
            ],
          })
        }
      />
      <p class="soft">
        Area under each curve (smaller is better): by noise {number(of.area, 3)}, at random {number(of.area_random, 3)}, every
        mistake put aside first {number(of.area_perfect, 3)}. {number(of.n)} pictures.
      </p>
    </>
  );
}

function Reliability({ of, title }: { of: Calibration; title: string }): JSX.Element {
  const dots = of.bins.filter((b) => b.n > 0 && b.confidence !== null && b.accuracy !== null);
  const ece = percent(of.ece);
  return (
    <div>
      <Figure
        title={title}
        words={`${title}: ${number(of.n)} pictures, mean confidence ${percent(of.confidence)}, accuracy ${percent(of.accuracy)}, expected calibration error ${ece}`}
        deps={[of]}
        draw={(width) =>
          Plot.plot({
            width: Math.min(width, 380),
            height: Math.min(width, 380) * 0.8,
            marginLeft: 42,
            marginBottom: 40,
            style: TEXT,
            x: { label: "confidence, % →", percent: true, domain: [0, 100], ticks: 5 },
            y: { label: "↑ right, %", percent: true, domain: [0, 100], grid: true, ticks: 5 },
            r: { range: [2, 10] },
            marks: [
              Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: COLOUR.soft, strokeDasharray: "3 3" }),
              Plot.link(dots, { x1: "confidence", x2: "confidence", y1: "confidence", y2: "accuracy", stroke: COLOUR.owed, strokeOpacity: 0.7 }),
              Plot.dot(dots, { x: "confidence", y: "accuracy", r: "n", fill: COLOUR.accent, fillOpacity: 0.75, stroke: "var(--card)" }),
            ],
          })
        }
      />
      <p>
        Expected calibration error <strong>{ece}</strong>
        <span class="soft">
          {" "}
          · says {percent(of.confidence)} on average, is right {percent(of.accuracy)} · {number(of.n)} pictures
        </span>
      </p>
    </div>
  );
}

export function Calibrations({ of }: { of: Judging["calibration"] }): JSX.Element | null {
  if (of.all.n === 0) return null;
  return (
    <section>
      <h2>Can its confidence be believed?</h2>
      <p class="soft">
        Points on the dashed line are calibrated; below it the classifier is surer than it is right. Larger points, more
        pictures{moved.value && "; at the scan’s threshold"}.
      </p>
      <div class="two">
        <Reliability of={of.all} title="On all pictures" />
        {of.fit.n > 0 && <Reliability of={of.fit} title="On those fit to judge by" />}
      </div>
    </section>
  );
}
