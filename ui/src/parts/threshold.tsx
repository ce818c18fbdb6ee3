// Pictures by noise score, with a threshold to drag by mouse, touch or keys. All that depends on it follows at once.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { report } from "../data";
import { count, number, percent, share } from "../format";
import { judge_stops } from "./stops";
import { scan_threshold, set_threshold, settle_threshold, step, threshold } from "../judge";
import { link } from "../route";
import { decided_count, fit_accuracy, headline, histogram, noisy_count, verdicts } from "./counts";
import { COLOUR, Figure, Plot } from "./figure";

const LEFT = 44;
const RIGHT = 10;
const HEIGHT = 220;

/** Ends of the score axis. */
function ends(): [number, number] {
  const bins = histogram.value;
  return [bins[0]?.from ?? 0, bins[bins.length - 1]?.to ?? 1];
}

function nearest(stops: number[], t: number): number {
  let best = 0;
  stops.forEach((s, i) => {
    if (Math.abs(s - t) < Math.abs((stops[best] as number) - t)) best = i;
  });
  return best;
}

function draw(width: number): Element {
  const bins = histogram.value;
  const rows = bins.flatMap((b) => [
    { from: b.from, to: b.to, y1: 0, y2: b.fit, what: "fit" },
    { from: b.from, to: b.to, y1: b.fit, y2: b.fit + b.noisy, what: "noisy" },
  ]);
  return Plot.plot({
    width,
    height: HEIGHT,
    marginLeft: LEFT,
    marginRight: RIGHT,
    marginBottom: 46,
    marginTop: 26,
    style: { fontSize: "12px", background: "none" },
    x: { domain: ends(), label: width < 480 ? "noise score →" : "noise score (larger: more speaks for degraded) →" },
    y: { label: width < 480 ? null : "↑ pictures", grid: true, ticks: 5, tickFormat: (v: number) => (Number.isInteger(v) ? number(v) : "") },
    marks: [
      Plot.rectY(rows, { x1: "from", x2: "to", y1: "y1", y2: "y2", inset: 0.5, fill: (d: { what: string }) => (d.what === "fit" ? COLOUR.right : COLOUR["set-aside"]) }),
      Plot.ruleY([0]),
    ],
  });
}

/** In words, for who does not see where the line stands. */
function spoken(): string {
  const s = fit_accuracy.value;
  const kept = decided_count.value - noisy_count.value;
  const right = s === null || s.value === null ? "" : `, ${percent(s.value)} right on them`;
  return `score ${number(threshold.value, 2)}: ${count(kept, "picture")} fit${right}`;
}

/** Key by key, along the stops. */
function key(e: KeyboardEvent): void {
  const stops = judge_stops.value;
  const here = nearest(stops, threshold.value);
  const moves: Record<string, number> = {
    ArrowLeft: here - 1, ArrowDown: here - 1, ArrowRight: here + 1, ArrowUp: here + 1,
    PageDown: here - 10, PageUp: here + 10, Home: 0, End: stops.length - 1,
  };
  const wanted = moves[e.key];
  if (wanted === undefined) return;
  e.preventDefault();
  set_threshold(stops[Math.max(0, Math.min(stops.length - 1, wanted))] as number);
}

function Handle(): JSX.Element {
  const area = useRef<HTMLDivElement>(null);
  const grip = useRef<HTMLDivElement>(null);
  const held = useRef<number | null>(null); // where on the line it was taken, in pixels
  const stops = judge_stops.value;
  const [low, high] = ends();
  const at = Math.max(0, Math.min(1, (threshold.value - low) / (high - low)));

  const to = (x: number): void => {
    const box = area.current?.getBoundingClientRect();
    if (box === undefined || stops.length === 0) return;
    const t = low + ((x - box.left) / box.width) * (high - low);
    set_threshold(stops[nearest(stops, t)] as number);
  };
  const down = (e: PointerEvent): void => {
    if (e.button !== 0) return;
    const line = grip.current?.getBoundingClientRect();
    const taken = line !== undefined && grip.current?.contains(e.target as Node) === true;
    held.current = taken ? e.clientX - (line.left + line.width / 2) : 0;
    area.current?.setPointerCapture(e.pointerId);
    grip.current?.focus({ preventScroll: true });
    if (!taken) to(e.clientX);
    e.preventDefault();
  };
  const move = (e: PointerEvent): void => {
    if (held.current !== null) to(e.clientX - held.current);
  };
  const up = (): void => {
    held.current = null;
    settle_threshold();
  };

  return (
    <div class="drag" style={`left:${LEFT}px;right:${RIGHT}px;height:${HEIGHT}px`} ref={area} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up}>
      <span class="side fit" style={`width:${100 * at}%`} aria-hidden="true">
        fit
      </span>
      <span class="side noisy" style={`width:${100 * (1 - at)}%`} aria-hidden="true">
        noisy
      </span>
      <div
        class="grip"
        ref={grip}
        role="slider"
        tabIndex={0}
        aria-label="Threshold of the noise score"
        aria-orientation="horizontal"
        aria-valuemin={stops[0] ?? low}
        aria-valuemax={stops[stops.length - 1] ?? high}
        aria-valuenow={threshold.value}
        aria-valuetext={spoken()}
        style={`left:${100 * at}%`}
        onKeyDown={key}
      />
    </div>
  );
}

function Readings(): JSX.Element {
  const all = decided_count.value;
  const kept = all - noisy_count.value;
  const v = verdicts.value;
  const s = step.value;
  const alarms = s?.false_alarms ?? (threshold.value === scan_threshold.value ? report.value?.noise?.false_alarms : null) ?? null;
  return (
    <dl class="readings">
      <div>
        <dt>threshold</dt>
        <dd>{number(threshold.value, 2)}</dd>
      </div>
      <div>
        <dt>kept, fit to judge by</dt>
        <dd>
          <a href={link("gallery", { noisy: "no" })}>{number(kept)}</a> <small>{percent(kept / Math.max(1, all))}</small>
        </dd>
      </div>
      <div>
        <dt>too degraded</dt>
        <dd>
          <a href={link("gallery", { noisy: "yes" })}>{number(noisy_count.value)}</a> <small>{percent(noisy_count.value / Math.max(1, all))}</small>
        </dd>
      </div>
      {fit_accuracy.value !== null && (
        <div>
          <dt>accuracy on fit ones</dt>
          <dd>{share(fit_accuracy.value)}</dd>
        </div>
      )}
      {v !== null && (
        <div>
          <dt>mistakes set aside · owed</dt>
          <dd>
            <a href={link("gallery", { verdict: "set-aside" })}>{number(v.set_aside)}</a> · <a href={link("gallery", { verdict: "owed" })}>{number(v.owed)}</a>
          </dd>
        </div>
      )}
      {alarms !== null && (
        <div>
          <dt>clean ones called noisy</dt>
          <dd>{percent(alarms, alarms < 0.01 ? 2 : 1)}</dd>
        </div>
      )}
    </dl>
  );
}

export function Threshold(): JSX.Element | null {
  const bins = histogram.value;
  if (bins.length === 0) return null;
  const words = `Histogram of the noise scores. ${spoken()}, ${number(noisy_count.value)} too degraded.`;
  return (
    <section class="card threshold" aria-label="Threshold">
      <p class="answer" aria-live="polite" data-headline>
        {headline.value ?? `${number(noisy_count.value)} of ${number(decided_count.value)} are too degraded to judge by`}
      </p>
      <div class="draggable">
        <Figure title="Where the line is drawn: drag it, or use the arrow keys" words={words} draw={draw} deps={[bins]} />
        <Handle />
      </div>
      <Readings />
    </section>
  );
}
