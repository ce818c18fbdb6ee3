// One picture: itself, as the model saw it, all that is known of it, and those most like it.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { may_decide, pictures } from "../data";
import { neighbours, selection_of, shown } from "../filter";
import { number } from "../format";
import { Outcome, use_decide } from "../parts/decide";
import { Facts } from "../parts/facts";
import { chosen_words } from "../parts/filters";
import { KeysButton, type Key } from "../parts/keys";
import { History } from "../parts/log";
import { Thumb } from "../parts/thumb";
import { Views } from "../parts/views";
import { Evidence } from "../parts/why";
import { address, go, link, params } from "../route";

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
  return (
    <div class="picture-page">
      <Where id={id} here={here} within={within} />
      <h1>{file.split("/").pop()}</h1>
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
