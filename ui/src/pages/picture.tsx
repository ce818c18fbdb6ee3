// One picture: itself, as the model saw it, all that is known of it, and those most like it.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Evidence } from "../parts/why";
import { Facts } from "../parts/facts";
import { decisions, full_picture, may_decide, model_view, pictures, probe, revision, serving } from "../data";
import type { Decision } from "../documents";
import { neighbours, selection_of, shown } from "../filter";
import { number } from "../format";
import { kind_names, kind_now, noisy_now, severity_now } from "../judge";
import { Outcome, use_decide } from "../parts/decide";
import { chosen_words } from "../parts/filters";
import { KeysButton, type Key } from "../parts/keys";
import { describe, Thumb } from "../parts/thumb";
import { address, go, link, params } from "../route";

/** A picture at the size there is of it; in its place words where it cannot be shown. */
export function Large({ src, alt, note }: { src: string | null; alt: string; note: string }): JSX.Element {
  const [broken, set_broken] = useState<string | null>(null);
  if (src === null || broken === src) return <p class="no-view soft">{note}</p>;
  return <img class="large" src={src} alt={alt} decoding="async" onError={() => set_broken(src)} />;
}

function Views({ id }: { id: number }): JSX.Element {
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
export function Probe({ id, beside = true }: { id: number; beside?: boolean }): JSX.Element | null {
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

function Neighbours({ id }: { id: number }): JSX.Element {
  const near = useMemo(() => neighbours(id, 12), [id, pictures.value]);
  const file = pictures.value?.file[id] ?? "";
  return (
    <section>
      <h2>Most like it</h2>
      {near.length === 0 ? (
        <p class="soft">It has no place among the others: {pictures.value?.places ? "it is in no cluster." : "this page holds none of the features."}</p>
      ) : (
        <>
          <div class="thumbs">
            {near.map((n) => (
              <Thumb key={n} id={n} side={96} />
            ))}
          </div>
          <p>
            <a href={link("gallery", { like: file })}>All pictures, most like it first</a>
          </p>
        </>
      )}
    </section>
  );
}

function History({ file }: { file: string }): JSX.Element | null {
  const [all, set_all] = useState<Decision[]>([]);
  const [failed, set_failed] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    if (serving)
      decisions().then(
        (list) => current && set_all(list.filter((d) => d.file === file)),
        (e: unknown) => current && set_failed(String(e)),
      );
    return () => {
      current = false;
    };
  }, [file, revision.value]);
  if (!serving) return null;
  return (
    <section>
      <h2>Decided</h2>
      {failed !== null && <p class="failure">{failed}</p>}
      {all.length === 0 ? <p class="soft">Nothing was decided about it.</p> : <DecisionTable all={all} />}
    </section>
  );
}

export function DecisionTable({ all, files = false }: { all: readonly Decision[]; files?: boolean }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Decisions">
      <table class="log">
        <thead>
          <tr>
            <th scope="col">When</th>
            {files && <th scope="col">Picture</th>}
            <th scope="col">What</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
          </tr>
        </thead>
        <tbody>
          {all.map((d, i) => (
            <tr key={i} class={d.undone ? "undone" : undefined}>
              <td>{d.when.replace("T", " ").replace("Z", "")}</td>
              {files && (
                <td>
                  <a href={link("picture", { file: d.file })}>{d.file}</a>
                </td>
              )}
              <td>
                {d.field}
                {d.undone && " (undone)"}
              </td>
              <td>{d.from ?? "–"}</td>
              <td>{d.to ?? "as pardon said"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Place {
  at: number;
  before: string | null;
  after: string | null;
}
/** Where the picture stands in the selection that the address names. */
function place(id: number, within: Readonly<Record<string, string>>): Place {
  const ids = shown.value;
  const at = ids.indexOf(id);
  const to = (index: number): string | null => {
    const file = at < 0 || index < 0 || index >= ids.length ? undefined : pictures.value?.file[ids[index] as number];
    return file === undefined ? null : link("picture", { ...within, file });
  };
  return { at, before: to(at - 1), after: to(at + 1) };
}

function Where({ id, here, within }: { id: number; here: Place; within: Readonly<Record<string, string>> }): JSX.Element {
  const words = chosen_words();
  const back = link("gallery", { ...within, at: pictures.value?.file[id] ?? null });
  return (
    <nav class="where" aria-label="In the selection">
      {here.before === null ? <span class="soft">← previous</span> : <a href={here.before}>← previous</a>}
      <span>
        <a href={back}>
          {here.at < 0 ? "Gallery" : `${number(here.at + 1)} of ${number(shown.value.length)}`}
          {words !== "" && ` (${words})`}
        </a>
      </span>
      {here.after === null ? <span class="soft">next →</span> : <a href={here.after}>next →</a>}
    </nav>
  );
}

function Shown({ id }: { id: number }): JSX.Element {
  const file = pictures.value?.file[id] ?? "";
  const within = selection_of(params.value);
  const here = place(id, within);
  const open = (to: string | null) => () => {
    if (to !== null) go(to);
  };
  const { bar, keys } = use_decide({ ids: [id] });
  const list: Key[] = [
    { keys: "← →", does: "the previous, the next of the selection", on: ["ArrowLeft"], act: open(here.before) },
    { keys: "j", does: "the next", on: ["ArrowRight", "j"], act: open(here.after) },
    { keys: "g", does: "back to the gallery", on: ["g"], act: () => go(link("gallery", { ...within, at: file })) },
    ...keys,
  ];
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <div class="picture-page">
      <Where id={id} here={here} within={within} />
      <h1 ref={heading}>{file.split("/").pop()}</h1>
      <div class="tools">
        {bar}
        <KeysButton list={list} />
      </div>
      {may_decide && <Outcome />}
      <div class="split">
        <div>
          <Views id={id} />
          <Evidence id={id} />
          <Neighbours id={id} />
        </div>
        <div>
          <Facts id={id} />
          <History file={file} />
        </div>
      </div>
    </div>
  );
}

export function PicturePage(): JSX.Element {
  const p = pictures.value;
  const file = params.value.file ?? "";
  if (p === null) return <h1>Picture</h1>;
  const id = p.find(file);
  if (id < 0)
    return (
      <>
        <h1>Picture</h1>
        <p>
          {p.selection === undefined ? `No picture is called “${file}”.` : `“${file}” is not among the pictures of this page.`}{" "}
          <a href={address("gallery", {})}>All pictures</a>
        </p>
      </>
    );
  return <Shown key={file} id={id} />;
}
