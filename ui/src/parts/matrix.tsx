// The confusion matrix: rows are what pictures are, columns what they are called.
import type { JSX } from "preact";
import { number, percent } from "../format";
import { link } from "../route";
import { column_classes, pairs, type Side } from "./pairs";

/** Arrow keys go from number to number; Tab goes in and out. */
function arrows(e: KeyboardEvent): void {
  const step: Record<string, [number, number]> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const way = step[e.key];
  const cell = (e.target as HTMLElement).closest("td");
  const table = cell?.closest("table");
  if (way === undefined || !cell || !table) return;
  let row = cell.parentElement as HTMLTableRowElement;
  let at = cell.cellIndex;
  for (;;) {
    at += way[1];
    const next = table.rows[row.rowIndex + way[0]];
    if (next === undefined) return;
    row = next;
    const there = row.cells[at];
    if (there === undefined) return;
    const to = there.querySelector<HTMLElement>("a[data-cell]");
    if (to === null) continue;
    e.preventDefault();
    table.querySelectorAll<HTMLElement>("a[data-cell]").forEach((a) => (a.tabIndex = -1));
    to.tabIndex = 0;
    to.focus();
    return;
  }
}

interface Cells {
  rows: string[];
  columns: string[];
  count: number[][];
  others: number[]; // of a row, called something that has no column
  sums: number[];
}

function cells(rows: string[], side: Side, most: number): Cells {
  const columns = column_classes(rows, most);
  const row_at = new Map(rows.map((name, i) => [name, i]));
  const column_at = new Map(columns.map((name, i) => [name, i]));
  const count = rows.map(() => columns.map(() => 0));
  const others = rows.map(() => 0);
  const sums = rows.map(() => 0);
  for (const p of pairs.value) {
    const r = row_at.get(p.label);
    if (r === undefined) continue;
    const c = column_at.get(p.prediction);
    sums[r] = (sums[r] as number) + p[side];
    if (c === undefined) others[r] = (others[r] as number) + p[side];
    else (count[r] as number[])[c] = p[side];
  }
  return { rows, columns, count, others, sums };
}

function heat(n: number, sum: number, right: boolean): string {
  const part = sum === 0 ? 0 : n / sum;
  return `background:color-mix(in oklab, var(--${right ? "right" : "owed"}) ${(8 + 42 * Math.sqrt(part)).toFixed(0)}%, var(--card))`;
}

function Cell({ of, r, c, side, first }: { of: Cells; r: number; c: number; side: Side; first: boolean }): JSX.Element {
  const n = of.count[r]?.[c] ?? 0;
  const label = of.rows[r] as string;
  const prediction = of.columns[c] as string;
  const right = label === prediction;
  if (n === 0) return <td class={right ? "diagonal" : ""} />;
  const words = `${number(n)} of ${number(of.sums[r] ?? 0)} ${label} called ${prediction} (${percent(n / (of.sums[r] || 1), 0)})`;
  return (
    <td class={right ? "diagonal" : ""} style={heat(n, of.sums[r] ?? 0, right)}>
      <a data-cell href={link("gallery", { label, prediction, ...(side === "fit" ? { noisy: "no" } : {}) })} tabIndex={first ? 0 : -1} title={words} aria-label={words}>
        {number(n)}
      </a>
    </td>
  );
}

/** `most`: columns at most, beside those of the rows. */
export function Matrix({ rows, side, title, most }: { rows: string[]; side: Side; title: string; most: number }): JSX.Element {
  const of = cells(rows, side, most);
  const others = of.others.some((n) => n > 0);
  let first = true;
  return (
    <figure class="matrix">
      <figcaption>{title}</figcaption>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Confusion matrix ${title}`}>
        <table onKeyDown={arrows}>
          <thead>
            <tr>
              <th scope="col" class="corner">
                is ↓ called →
              </th>
              {of.columns.map((name) => (
                <th key={name} scope="col" class="steep" title={name}>
                  <span>{name}</span>
                </th>
              ))}
              {others && (
                <th scope="col" class="steep">
                  <span>other names</span>
                </th>
              )}
              <th scope="col" class="steep">
                <span>pictures</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {of.rows.map((label, r) => (
              <tr key={label}>
                <th scope="row" title={label}>
                  <a href={link("gallery", { label, ...(side === "fit" ? { noisy: "no" } : {}) })}>{label}</a>
                </th>
                {of.columns.map((name, c) => {
                  const here = first && (of.count[r]?.[c] ?? 0) > 0;
                  if (here) first = false;
                  return <Cell key={name} of={of} r={r} c={c} side={side} first={here} />;
                })}
                {others && <td class="sum">{of.others[r] === 0 ? "" : number(of.others[r] ?? 0)}</td>}
                <td class="sum">{number(of.sums[r] ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
