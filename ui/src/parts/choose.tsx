// A dialog to choose one of a list of names: by writing part of it, by arrows and Enter, by mouse; the first nine of a
// numbered list by their digit, as long as nothing is written.
import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

const MOST = 60;
const DIGITS = "123456789";

export interface Entry {
  name: string; // for people
  value: string;
}
export interface ChooseProps {
  title: string;
  names: readonly string[] | string | null; // null: they are on their way; a string: why there are none
  numbered?: boolean;
  more?: readonly Entry[]; // above the names
  done: (value: string | undefined) => void; // undefined: nothing was chosen
}

function narrowed(names: readonly string[], more: readonly Entry[], text: string): Entry[] {
  const part = text.trim().toLowerCase();
  const starts = (name: string): boolean => name.toLowerCase().startsWith(part);
  const first = names.filter(starts);
  const others = names.filter((n) => !starts(n) && n.toLowerCase().includes(part));
  const all = [...first, ...others].slice(0, MOST).map((name) => ({ name, value: name }));
  return [...more.filter((m) => starts(m.name) || starts(m.value)), ...all];
}

function Options({ of, here, list, title, digits, done }: { of: Entry[]; here: number; list: string; title: string; digits: boolean; done: ChooseProps["done"] }): JSX.Element {
  return (
    <ul role="listbox" id={list} aria-label={title} tabIndex={-1}>
      {of.map(({ name, value }, i) => (
        <li key={i} id={`${list}-${i}`} role="option" aria-selected={i === here} onClick={() => done(value)}>
          {digits && DIGITS[i] !== undefined && <kbd>{DIGITS[i]}</kbd>} {name}
        </li>
      ))}
    </ul>
  );
}

export function Choose({ title, names, numbered = false, more = [], done }: ChooseProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useId();
  const [text, set_text] = useState("");
  const [at, set_at] = useState<number | null>(null); // where the reader went by arrows
  // before the next key can come: painting may be late, and what is written must not reach the page behind
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.focus({ preventScroll: true });
  }, []);
  const known = typeof names === "string" || names === null ? [] : names;
  const all = narrowed(known, more, text);
  // -1: none. What was written picks the first; nobody picks anything by writing nothing
  const here = Math.min(at ?? (text.trim() === "" ? -1 : 0), all.length - 1);
  useEffect(() => dialog.current?.querySelector(`[id="${list}-${here}"]`)?.scrollIntoView({ block: "nearest" }), [here]);
  const digits = numbered && text === "";
  const press = (e: KeyboardEvent): void => {
    e.stopPropagation(); // whatever it is, it is not for the page behind
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const button = e.target instanceof HTMLButtonElement;
    if (e.key === "ArrowDown") set_at(Math.min(all.length - 1, here + 1));
    else if (e.key === "ArrowUp") set_at(Math.max(0, here - 1));
    else if (e.key === "Enter" && !button) {
      if (all[here] !== undefined) done(all[here].value);
    } else if (digits && e.key.length === 1 && DIGITS.includes(e.key)) {
      const chosen = all[DIGITS.indexOf(e.key)];
      if (chosen !== undefined) done(chosen.value);
    } else return;
    e.preventDefault();
  };
  return (
    <dialog class="choose" ref={dialog} aria-label={title} onCancel={(e) => (e.preventDefault(), done(undefined))} onKeyDown={press}>
      <h2>{title}</h2>
      <input
        type="text"
        role="combobox"
        aria-label={title}
        aria-expanded={all.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={here >= 0 ? `${list}-${here}` : undefined}
        autocomplete="off"
        value={text}
        onInput={(e) => (set_text(e.currentTarget.value), set_at(null))}
      />
      {names === null && <p class="soft">Loading the list…</p>}
      {typeof names === "string" && <p class="failure" role="alert">{names}</p>}
      {typeof names === "object" && names !== null && all.length === 0 && <p class="soft">Nothing in the list has “{text}” in its name.</p>}
      <Options of={all} {...{ here, list, title, digits, done }} />
      <button onClick={() => done(undefined)}>Cancel</button>
    </dialog>
  );
}
