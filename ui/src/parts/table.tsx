// A table sorted by any of its columns, filtered by name, and paged where it is long. Its state is in the address.
import type { ComponentChild, JSX } from "preact";
import { number } from "../format";
import { params, set_params } from "../route";

export interface Column<Row> {
  key: string;
  name: string;
  title?: string;
  value: (row: Row) => number | string | null;
  cell: (row: Row) => ComponentChild;
}

const AT_ONCE = 200; // beyond, pages
const A_PAGE = 100;

/** Nothing comes last, whichever way it is sorted. */
function compare(a: number | string | null, b: number | string | null, way: number): number {
  const none = (v: number | string | null): boolean => v === null || (typeof v === "number" && Number.isNaN(v));
  if (none(a) || none(b)) return Number(none(a)) - Number(none(b));
  if (typeof a === "string" || typeof b === "string") return way * String(a).localeCompare(String(b), "en");
  return way * ((a as number) - (b as number));
}

function Head<Row>({ of, sort, prefix }: { of: Column<Row>; sort: string; prefix: string }): JSX.Element {
  const down = sort === `-${of.key}`;
  const up = sort === of.key;
  const text = of.key === "name";
  return (
    <th scope="col" class={text ? "" : "n"} aria-sort={down ? "descending" : up ? "ascending" : "none"} title={of.title}>
      <button
        class="sort"
        aria-label={of.title === undefined ? of.name : `${of.name}: ${of.title}`}
        onClick={() => set_params({ [`${prefix}sort`]: down || (text && !up) ? of.key : `-${of.key}`, [`${prefix}page`]: null })}
      >
        {of.name}
        <span aria-hidden="true">{down ? " ▾" : up ? " ▴" : " ▿"}</span>
      </button>
    </th>
  );
}

function Pages({ at, of, rows, prefix }: { at: number; of: number; rows: number; prefix: string }): JSX.Element | null {
  if (of < 2) return null;
  const to = (p: number): void => set_params({ [`${prefix}page`]: p === 0 ? null : p + 1 });
  return (
    <nav class="pages" aria-label="Pages of the table">
      <button disabled={at === 0} onClick={() => to(at - 1)}>
        ‹ Back
      </button>
      <span role="status">
        {number(at * A_PAGE + 1)} to {number(Math.min(rows, (at + 1) * A_PAGE))} of {number(rows)}
      </span>
      <button disabled={at === of - 1} onClick={() => to(at + 1)}>
        Next ›
      </button>
    </nav>
  );
}

function Body<Row>({ rows, columns }: { rows: Row[]; columns: Column<Row>[] }): JSX.Element {
  return (
    <tbody>
      {rows.map((r) => (
        <tr key={String(columns[0]?.value(r))}>
          {columns.map((c, i) =>
            i === 0 ? (
              <th key={c.key} scope="row">
                {c.cell(r)}
              </th>
            ) : (
              <td key={c.key} class="n nowrap">
                {c.cell(r)}
              </td>
            ),
          )}
        </tr>
      ))}
    </tbody>
  );
}

export function SortedTable<Row>({
  rows,
  columns,
  label,
  prefix,
  first,
}: {
  rows: Row[];
  columns: Column<Row>[]; // the first, of key "name", heads the row
  label: string;
  prefix: string; // of its keys in the address
  first: string; // sorted by that at first; -KEY: largest first
}): JSX.Element {
  const sort = params.value[`${prefix}sort`] ?? first;
  const text = params.value[`${prefix}find`] ?? "";
  const by = columns.find((c) => c.key === sort.replace(/^-/, "")) ?? columns[0];
  const name = columns[0];
  if (by === undefined || name === undefined) return <></>;
  const way = sort.startsWith("-") ? -1 : 1;
  const part = text.toLowerCase();
  const found = part === "" ? [...rows] : rows.filter((r) => String(name.value(r)).toLowerCase().includes(part));
  found.sort((a, b) => compare(by.value(a), by.value(b), way));
  const pages = found.length > AT_ONCE ? Math.ceil(found.length / A_PAGE) : 1;
  const at = Math.max(0, Math.min(pages - 1, Math.trunc(Number(params.value[`${prefix}page`] ?? 1)) - 1 || 0));
  const shown = pages === 1 ? found : found.slice(at * A_PAGE, (at + 1) * A_PAGE);
  return (
    <>
      <div class="row">
        <label>
          Find{" "}
          <input type="search" value={text} onInput={(e) => set_params({ [`${prefix}find`]: e.currentTarget.value, [`${prefix}page`]: null })} />
        </label>
        <span class="soft" role="status">
          {part === "" ? number(rows.length) : `${number(found.length)} of ${number(rows.length)}`}
        </span>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={label}>
        <table class="sorted">
          <thead>
            <tr>
              {columns.map((c) => (
                <Head key={c.key} of={c} sort={sort} prefix={prefix} />
              ))}
            </tr>
          </thead>
          <Body rows={shown} columns={columns} />
        </table>
      </div>
      <Pages at={at} of={pages} rows={found.length} prefix={prefix} />
    </>
  );
}
