// Decisions of a person about pictures: noisy or fit, of which kind, which label. They are sent one after the other;
// what changed is said with the new headline.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { name_of } from "../columns";
import { classes, decide, judging, may_decide, pictures, undo, undo_depth, type Decide } from "../data";
import { count } from "../format";
import { moved, step } from "../judge";
import { Choose, type Entry } from "./choose";
import type { Key } from "./keys";
import { Trouble } from "./trouble";

const UNKNOWN = "unknown"; // what the program calls a kind that is none of its own
const OF_NO_KIND = "of no kind in the list";

export const said = signal("");
export const trouble = signal<string | null>(null);
export const under_way = signal(0);

/** The sentence that answers the question, as it is after the last decision. */
export function headline(): string {
  const now = judging.value;
  const whole = moved.value ? step.value?.headline : (now?.headline ?? step.value?.headline ?? now?.words[0]);
  return whole ?? "";
}

let chain: Promise<void> = Promise.resolve();

/** True when it was stored. Decisions wait for each other, so that undo takes back what the reader saw last. `words`: what
    is said of it, unless `what` answers with its own. */
export function act(what: () => Promise<string | void>, words: string): Promise<boolean> {
  under_way.value++;
  const run = chain.then(async () => {
    try {
      const done = (await what()) ?? words;
      trouble.value = null;
      said.value = `${done}. ${headline()}`;
      return true;
    } catch (error) {
      trouble.value = `${words}: not stored. ${error instanceof Error ? error.message : String(error)}`;
      return false;
    } finally {
      under_way.value--;
    }
  });
  chain = run.then(() => undefined);
  return run;
}

function whom(ids: readonly number[]): string {
  return ids.length === 1 ? (pictures.value?.file[ids[0] as number] ?? "") : count(ids.length, "picture");
}

/** Undoes, and says whose decision it was. */
async function take_back(): Promise<string | void> {
  const ids = await undo();
  if (ids.length > 0) return `${whom(ids)}: the last decision is taken back`;
}

/** Asks for a true class, of all there are: they come when they are wanted. */
function ChooseClass({ more, done }: { more: readonly Entry[]; done: (value: string | undefined) => void }): JSX.Element {
  const [names, set_names] = useState<readonly string[] | string | null>(null);
  useEffect(() => {
    let current = true;
    classes().then(
      (all) => current && set_names(all),
      (e: unknown) => current && set_names(e instanceof Error ? e.message : String(e)),
    );
    return () => {
      current = false;
    };
  }, []);
  return <Choose title="True class" names={names} more={more} done={done} />;
}

export interface DecideProps {
  ids: readonly number[];
  /** Called as soon as the reader has decided; the answer comes later. */
  decided?: (stored: Promise<boolean>) => void;
  undone?: () => void;
}

/** The buttons, and the keys that do the same. */
export function use_decide({ ids, decided, undone }: DecideProps): { bar: JSX.Element | null; keys: Key[] } {
  const [asking, ask] = useState<"kind" | "label" | null>(null);
  const p = pictures.value;
  if (!may_decide || p === null) return { bar: null, keys: [] };
  const none = ids.length === 0;
  const send = (what: Omit<Decide, "ids">, words: string): void => {
    if (none) return;
    const stored = act(() => decide({ ids: [...ids], ...what }), `${whom(ids)}: ${words}`);
    decided?.(stored);
  };
  const noisy = (): void => send({ noisy: true }, "noisy");
  const fit = (): void => send({ noisy: false }, "fit to judge by");
  const back = (): void => {
    if (undo_depth.value === 0 && under_way.value === 0) return;
    void act(take_back, "the last decision is taken back");
    undone?.();
  };
  const keys: Key[] = [
    { keys: "n", does: "noisy: too degraded to judge by", on: ["n"], act: noisy },
    { keys: "f", does: "fit to judge by", on: ["f"], act: fit },
    { keys: "k", does: "choose the kind of noise", on: ["k"], act: () => !none && ask("kind") },
    { keys: "l", does: "correct the label", on: ["l"], act: () => !none && ask("label") },
    { keys: "r", does: "as pardon said: take back what was decided here", on: ["r"], act: () => send({ restore: ["noisy", "label"] }, "as pardon said") },
    { keys: "u", does: "undo the last decision", on: ["u"], act: back },
  ];
  const chose = (value: string | undefined): void => {
    const what = asking;
    ask(null);
    if (value === undefined) return;
    if (what === "kind") send({ noisy: true, kind: value }, value === UNKNOWN ? `noisy, ${OF_NO_KIND}` : `noisy, ${value}`);
    else send({ label: value }, `label ${value}`);
  };
  const only = ids.length === 1 ? (ids[0] as number) : -1;
  const likely = (value: string | null, why: string): Entry[] =>
    value === null ? [] : [{ name: `${value} (${why})`, value }];
  const first = [...likely(name_of(p.suggested, only), "suspected"), ...likely(name_of(p.prediction, only), "the classifier’s answer")];
  const labelled = p.label.names.length + p.prediction.names.length > 0;
  const bar = (
    <div class="decide" role="group" aria-label={none ? "Decide" : `Decide about ${whom(ids)}`}>
      <button disabled={none} onClick={noisy}>Noisy <kbd aria-hidden="true">n</kbd></button>
      <button disabled={none} onClick={fit}>Fit <kbd aria-hidden="true">f</kbd></button>
      <button disabled={none} onClick={() => ask("kind")} aria-haspopup="dialog">Kind… <kbd aria-hidden="true">k</kbd></button>
      {labelled && (
        <button disabled={none} onClick={() => ask("label")} aria-haspopup="dialog">Label… <kbd aria-hidden="true">l</kbd></button>
      )}
      <button disabled={none} onClick={() => send({ restore: ["noisy", "label"] }, "as pardon said")}>As pardon said <kbd aria-hidden="true">r</kbd></button>
      <button disabled={undo_depth.value === 0} onClick={back}>Undo <kbd aria-hidden="true">u</kbd></button>
      {asking === "kind" && (
        <Choose title="Kind of noise" names={p.kinds.filter((k) => k !== UNKNOWN)} numbered more={[{ name: OF_NO_KIND, value: UNKNOWN }]} done={chose} />
      )}
      {asking === "label" && <ChooseClass more={first} done={chose} />}
    </div>
  );
  return { bar, keys };
}

/** What the last decision did, read out as well; and what went wrong. */
export function Outcome(): JSX.Element {
  return (
    <>
      <p class="outcome" role="status">
        {said.value}
      </p>
      <Trouble words={trouble.value} />
    </>
  );
}
