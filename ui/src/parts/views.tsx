// One picture large, as the model saw it, and a fit one spoilt the same way.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { full_picture, model_view, pictures, probe, serving } from "../data";
import { number } from "../format";
import { kind_names, kind_now, noisy_now, severity_now } from "../judge";
import { describe } from "./thumb";

/** A picture at the size there is of it; in its place words where it cannot be shown. */
function Large({ src, alt, note }: { src: string | null; alt: string; note: string }): JSX.Element {
  const [broken, set_broken] = useState<string | null>(null);
  if (src === null || broken === src) return <p class="no-view soft">{note}</p>;
  return <img class="large" src={src} alt={alt} decoding="async" onError={() => set_broken(src)} />;
}

export function Views({ id }: { id: number }): JSX.Element {
  const p = pictures.value;
  const name = p?.file[id] ?? "";
  const none = p?.status.names[p.status.codes[id] ?? -1] === "unreadable" ? "It could not be read." : "This page holds no copy of it; pardon serve shows it.";
  return (
    <div class="views">
      <figure>
        <Large src={full_picture(id)} alt={describe(id)} note={none} />
        <figcaption>
          {serving ? "The picture" : "A small copy. pardon serve shows the whole picture, and the picture as the model saw it."}
        </figcaption>
      </figure>
      {serving && (
        <figure>
          <Large src={model_view(id)} alt={`${name} as the model saw it`} note="The model saw nothing of it." />
          <figcaption>As the model saw it</figcaption>
        </figure>
      )}
      <Probe id={id} />
    </div>
  );
}

/** The same corruption on a fit picture, to compare with. */
function Probe({ id, beside = true }: { id: number; beside?: boolean }): JSX.Element | null {
  const p = pictures.value;
  const kind = kind_names.value[kind_now.value[id] ?? -1];
  if (p === null || noisy_now.value[id] !== 1 || kind === undefined || kind === "unknown") return null;
  const told = severity_now(id);
  const severity = Number.isFinite(told) ? told : 3;
  const src = probe(kind, severity);
  if (src === null) return serving || !beside ? null : <p class="soft">This page holds no probe of {kind}; pardon serve makes one.</p>;
  return (
    <figure class="probe-shot">
      <img src={src} alt={`a fit picture with ${kind}`} decoding="async" />
      <figcaption>
        A probe: a fit picture with {kind} {serving ? `of severity ${number(severity, 1)}` : `near severity ${number(severity, 1)}`}
      </figcaption>
    </figure>
  );
}
