// A picture with the evidence against it, and beside it a clean one spoilt in the same way and as badly.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { name_of } from "../columns";
import { pictures, probe, serving, why } from "../data";
import { number, percent } from "../format";
import { kind_names, kind_now, noisy_now, severity_now } from "../judge";
import { Thumb } from "./thumb";
import { by_threshold } from "./why";

const known = new Map<number, Promise<string[]>>();
const PAUSE = 250; // while the threshold is dragged, nobody is asked

function reasons(id: number): Promise<string[]> {
  let told = known.get(id);
  if (told === undefined) {
    told = why(id).then(
      (w) => w.sentences,
      () => {
        known.delete(id); // may be asked again
        return [];
      },
    );
    known.set(id, told);
  }
  return told;
}

/** What it suffers from, or, where it is fit, most nearly would. */
function suspicion(id: number): { kind: string | null; severity: number } {
  const p = pictures.value;
  if (p === null) return { kind: null, severity: NaN };
  if (noisy_now.value[id] === 1) return { kind: kind_names.value[kind_now.value[id] as number] ?? null, severity: severity_now(id) };
  return { kind: name_of(p.likely, id), severity: p.likely_severity[id] as number };
}

function facts(id: number): string {
  const p = pictures.value;
  if (p === null) return "";
  const { kind, severity } = suspicion(id);
  const noisy = noisy_now.value[id] === 1;
  const parts = [noisy ? (kind ?? "noisy") : `fit${kind === null ? "" : `; most like ${kind}`}`];
  if (noisy && !Number.isNaN(severity)) parts.push(`severity ${number(severity, 1)}`);
  const score = p.score[id] as number;
  if (!Number.isNaN(score)) parts.push(`score ${number(score, 2)}`);
  const noise = p.noise[id] as number;
  if (!Number.isNaN(noise)) parts.push(`${percent(noise, 0)} likely degraded`);
  return parts.join(" · ");
}

function Probe({ id, side }: { id: number; side: number }): JSX.Element | null {
  const p = pictures.value;
  const { kind, severity } = suspicion(id);
  const [broken, breaks] = useState<string | null>(null);
  const made = kind !== null && kind !== "unknown" && p !== null && p.kinds.includes(kind) && !Number.isNaN(severity);
  const [src, set_src] = useState<string | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => set_src(made ? probe(kind, severity) : null), serving ? PAUSE : 0);
    return () => window.clearTimeout(timer);
  }, [id, kind, severity, made]);
  if (src === null || src === broken) return null;
  const words = serving ? `${kind}, severity ${number(severity, 1)}` : String(kind);
  return (
    <span class="probe" style={`--side:${side}px`}>
      <img src={src} alt={`a clean picture with ${words}`} loading="lazy" decoding="async" onError={() => breaks(src)} />
      <span class="caption">clean + {words}</span>
    </span>
  );
}

export function Evidence({ id, said, side = 112 }: { id: number; said?: string[]; side?: number }): JSX.Element {
  const [told, tell] = useState<string[]>(said ?? []);
  useEffect(() => {
    if (said !== undefined && said.length > 0) {
      tell(said);
      return;
    }
    let current = true;
    const timer = window.setTimeout(() => void reasons(id).then((r) => current && tell(r)), serving ? PAUSE : 0);
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
  }, [id, said]);
  return (
    <li class="evidence">
      <div class="pair">
        <Thumb id={id} side={side} />
        <Probe id={id} side={side} />
      </div>
      <p class="facts">{facts(id)}</p>
      {told.length > 0 && (
        <ul>
          {by_threshold(id, told).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </li>
  );
}
