// What people decided: when, from what to what.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { decisions, revision, serving } from "../data";
import type { Decision } from "../documents";
import { link } from "../route";

/** All decisions of this folder, the last first; empty where there is no server. */
export function use_decisions(): { all: readonly Decision[]; failed: string | null } {
  const [all, set_all] = useState<readonly Decision[]>([]);
  const [failed, set_failed] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    if (serving)
      decisions().then(
        (list) => current && (set_all([...list].sort((a, b) => b.when.localeCompare(a.when))), set_failed(null)),
        (e: unknown) => current && set_failed(e instanceof Error ? e.message : String(e)),
      );
    return () => {
      current = false;
    };
  }, [revision.value]);
  return { all, failed };
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

export function History({ file }: { file: string }): JSX.Element | null {
  const { all, failed } = use_decisions();
  if (!serving) return null;
  const own = all.filter((d) => d.file === file);
  return (
    <section>
      <h2>Decided</h2>
      {failed !== null && <p class="failure">{failed}</p>}
      {own.length === 0 ? <p class="soft">Nothing was decided about it.</p> : <DecisionTable all={own} />}
    </section>
  );
}
