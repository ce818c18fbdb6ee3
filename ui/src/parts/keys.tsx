// Keys of a page: what they do, and the list of them that '?' shows.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface Key {
  keys: string; // for people: "n", "← →"
  does: string;
  on?: readonly string[]; // values of event.key that call `act`
  act?: (e: KeyboardEvent) => void;
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}

/** Calls what belongs to a key, unless the reader is writing, holds a modifier, or an open dialog takes it. */
export function use_keys(list: readonly Key[]): void {
  const now = useRef(list);
  now.current = list;
  useEffect(() => {
    const press = (e: KeyboardEvent): void => {
      if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      const key = now.current.find((k) => k.on?.includes(e.key) === true);
      if (key?.act === undefined) return;
      e.preventDefault();
      key.act(e);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** A button that lists the keys; so does '?'. */
export function KeysButton({ list }: { list: readonly Key[] }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const show = (): void => dialog.current?.showModal();
  const all: Key[] = [...list, { keys: "?", does: "show these keys", on: ["?"], act: show }];
  use_keys(all);
  return (
    <>
      <button onClick={show} aria-haspopup="dialog">
        Keys <kbd aria-hidden="true">?</kbd>
      </button>
      <dialog class="keys" ref={dialog} aria-label="Keys" onKeyDown={(e) => e.stopPropagation()} onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
        <div>
          <h2>Keys</h2>
          <table>
            <tbody>
              {all.map((k) => (
                <tr key={k.keys}>
                  <th scope="row">
                    {k.keys.split(" ").map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </th>
                  <td>{k.does}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <form method="dialog">
            <button>Close</button>
          </form>
        </div>
      </dialog>
    </>
  );
}
