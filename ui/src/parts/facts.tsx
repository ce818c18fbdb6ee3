// All columns of one picture, in words and with units.
import type { ComponentChildren, JSX } from "preact";
import { name_of, VERDICTS, type Pictures } from "../columns";
import { pictures } from "../data";
import { number, percent, size } from "../format";
import { kind_names, kind_now, moved, noisy_now, scan_threshold, severity_now, threshold, verdict_now } from "../judge";
import { link } from "../route";

interface Fact {
  name: string;
  value: ComponentChildren;
}
const VERDICT_WORDS: Record<string, string> = {
  right: "right",
  "set-aside": "set aside: wrong, on a noisy picture",
  owed: "owed: wrong, on a picture fit to judge by",
  unjudged: "not judged: no label, no prediction, or no pixels",
};

function linked(key: string, value: string | null): ComponentChildren {
  return value === null ? null : <a href={link("gallery", { [key]: value })}>{value}</a>;
}
const known = (v: number | undefined): v is number => v !== undefined && !Number.isNaN(v);

function file_facts(p: Pictures, id: number): Fact[] {
  const w = p.width[id] ?? -1;
  const h = p.height[id] ?? -1;
  return [
    { name: "File", value: <span class="path">{p.file[id]}</span> },
    { name: "Size", value: w > 0 ? `${number(w)} × ${number(h)} pixels` : null },
    { name: "Format", value: name_of(p.format, id) },
    { name: "Bytes", value: known(p.bytes[id]) ? size(p.bytes[id]) : null },
    { name: "Status", value: linked("status", name_of(p.status, id)) },
    { name: "Reason", value: p.reason?.[id] || null },
    { name: "Split", value: linked("split", name_of(p.split, id)) },
  ];
}

function verdict_of_noise(p: Pictures, id: number): string | null {
  const noisy = noisy_now.value[id];
  if (noisy === undefined || noisy === 255) return null;
  const words = noisy === 1 ? "noisy: too degraded to judge by" : "fit to judge by";
  if (((p.decided[id] ?? 0) & 1) !== 0) return `${words} (a person’s decision)`;
  return p.forced[id] === 1 ? `${words} (whatever the threshold: it decodes only in part)` : words;
}

function noise_facts(p: Pictures, id: number): Fact[] {
  const kind = kind_names.value[kind_now.value[id] ?? -1] ?? null;
  const severity = severity_now(id);
  const likely = name_of(p.likely, id);
  const score = p.score[id];
  return [
    { name: "Noise", value: verdict_of_noise(p, id) },
    { name: "Kind", value: linked("kind", kind) },
    { name: "Family", value: linked("family", kind === null ? null : (p.families[kind] ?? null)) },
    { name: "Severity", value: known(severity) ? `${number(severity, 1)} of 5` : null },
    {
      name: "Score",
      value: known(score)
        ? `${number(score, 2)}; threshold ${number(threshold.value, 2)}${moved.value ? ` (the scan: ${number(scan_threshold.value, 2)})` : ""}; larger is worse`
        : null,
    },
    { name: "Probability", value: known(p.noise[id]) ? `${percent(p.noise[id])} of being degraded, where half of all pictures are` : null },
    { name: "Likeliest kind", value: kind === null && likely !== null ? `${likely}, were it noisy` : null },
    { name: "Unlike", value: known(p.unlike[id]) ? `${number(p.unlike[id], 2)} (above 1: unlike 99 of 100 pictures the detector knows)` : null },
  ];
}

function class_facts(p: Pictures, id: number): Fact[] {
  const verdict = VERDICTS[verdict_now.value[id] ?? 3] ?? "unjudged";
  const judged = verdict !== "unjudged" || p.has.has("label") || p.has.has("prediction");
  const label = name_of(p.label, id);
  const group = p.group[id] ?? -1;
  return [
    {
      name: "Label",
      value: label === null ? null : <>{linked("label", label)}{((p.decided[id] ?? 0) & 2) !== 0 && " (a person’s decision)"}</>,
    },
    { name: "Prediction", value: linked("prediction", name_of(p.prediction, id)) },
    { name: "Confidence", value: known(p.confidence[id]) ? percent(p.confidence[id]) : null },
    { name: "Verdict", value: judged ? <a href={link("gallery", { verdict })}>{VERDICT_WORDS[verdict]}</a> : null },
    { name: "Owed group", value: group > 0 ? <a href={link("gallery", { group })}>{number(group)}</a> : null },
    { name: "Label suspected", value: name_of(p.suggested, id) === null ? null : `it rather is ${name_of(p.suggested, id)}` },
  ];
}

function place_facts(p: Pictures, id: number): Fact[] {
  const cluster = p.cluster[id] ?? -1;
  if (cluster < 0) return [];
  return [
    { name: "Cluster", value: <a href={link("gallery", { cluster, sort: "centre" })}>{cluster}</a> },
    { name: "Distance", value: known(p.distance[id]) ? `${number(p.distance[id], 2)} to its centre, in the space that was clustered` : null },
  ];
}

function metadata_facts(p: Pictures, id: number): Fact[] {
  return Object.entries(p.metadata).map(([name, column]) => {
    if (column instanceof Float32Array) return { name, value: known(column[id]) ? String(Number((column[id] as number).toPrecision(7))) : null };
    if (Array.isArray(column)) return { name, value: column[id] || null };
    return { name, value: linked(`m.${name}`, name_of(column, id)) };
  });
}

function Table({ title, all }: { title: string; all: Fact[] }): JSX.Element | null {
  const told = all.filter((f) => f.value !== null && f.value !== "");
  if (told.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <table class="factlist">
        <tbody>
          {told.map((f) => (
            <tr key={f.name}>
              <th scope="row">{f.name}</th>
              <td>{f.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Facts({ id }: { id: number }): JSX.Element | null {
  const p = pictures.value;
  if (p === null) return null;
  return (
    <>
      <Table title="Classifier" all={class_facts(p, id)} />
      <Table title="Noise" all={noise_facts(p, id)} />
      <Table title="File" all={file_facts(p, id)} />
      <Table title="Place among the others" all={place_facts(p, id)} />
      <Table title="From your tables" all={metadata_facts(p, id)} />
    </>
  );
}
