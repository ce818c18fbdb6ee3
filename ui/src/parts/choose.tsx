// A dialog to choose one of a list of names: by writing part of it, by a key where the list is short, by mouse.
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

const MOST = 60;
const LETTERS = "123456789abcdefghijklmnopqrstuvwxyz";

export interface ChooseProps {
  title: string;
  names: readonly string[];
  by_key?: boolean; // a digit or letter chooses at once; without: what is written narrows the list
  more?: readonly { name: string; value: string | null }[]; // above the names
  done: (value: string | null | undefined) => void; // undefined: nothing was chosen
}

function narrowed(names: readonly string[], text: string): string[] {
  const part = text.trim().toLowerCase();
  if (part === "") return names.slice(0, MOST);
  const starts = names.filter((n) => n.toLowerCase().startsWith(part));
  const holds = names.filter((n) => !n.toLowerCase().startsWith(part) && n.toLowerCase().includes(part));
  return [...starts, ...holds].slice(0, MOST);
}

export function Choose({ title, names, by_key = false, more = [], done }: ChooseProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useId();
  const [text, set_text] = useState("");
  const [at, set_at] = useState(0);
  useEffect(() => dialog.current?.showModal(), []);
  const all = [
    ...(text === "" ? more : []),
    ...(by_key ? names : narrowed(names, text)).map((name) => ({ name, value: name as string | null })),
  ];
  const here = Math.min(at, Math.max(0, all.length - 1));
  useEffect(() => dialog.current?.querySelector(`[id="${list}-${here}"]`)?.scrollIntoView({ block: "nearest" }), [here]);
  const press = (e: KeyboardEvent): void => {
    if (e.key === "ArrowDown") set_at(Math.min(all.length - 1, here + 1));
    else if (e.key === "ArrowUp") set_at(Math.max(0, here - 1));
    else if (e.key === "Enter" && !(e.target instanceof HTMLButtonElement)) {
      if (all[here] !== undefined) done(all[here].value);
    } else if (by_key && !e.ctrlKey && !e.metaKey && !e.altKey && LETTERS.includes(e.key)) {
      const chosen = all[LETTERS.indexOf(e.key)];
      if (chosen === undefined) return;
      done(chosen.value);
    } else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const options = (
    <ul role="listbox" id={list} aria-label={title} tabIndex={by_key ? 0 : -1} aria-activedescendant={by_key && all.length > 0 ? `${list}-${here}` : undefined}>
      {all.map(({ name, value }, i) => (
        <li key={i} id={`${list}-${i}`} role="option" aria-selected={i === here} onClick={() => done(value)}>
          {by_key && LETTERS[i] !== undefined && <kbd>{LETTERS[i]}</kbd>} {name}
        </li>
      ))}
    </ul>
  );
  return (
    <dialog class="choose" ref={dialog} aria-label={title} onCancel={(e) => (e.preventDefault(), done(undefined))} onKeyDown={press}>
      <h2>{title}</h2>
      {!by_key && (
        <input
          type="text"
          role="combobox"
          aria-label={title}
          aria-expanded={true}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={all.length > 0 ? `${list}-${here}` : undefined}
          autocomplete="off"
          value={text}
          onInput={(e) => (set_text(e.currentTarget.value), set_at(0))}
        />
      )}
      {all.length === 0 ? <p class="soft">No class has “{text}” in its name.</p> : options}
      <button onClick={() => done(undefined)}>Cancel</button>
    </dialog>
  );
}
