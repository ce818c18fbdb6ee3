// Every class, before and after the noisy pictures are put aside.
import type { JSX } from "preact";
import type { ClassRow, Share } from "../documents";
import { number } from "../format";
import { link } from "../route";
import { SortedTable, type Column } from "./table";

function with_interval(s: Share): JSX.Element {
  if (s.value === null || s.n === 0) return <span class="soft">–</span>;
  return (
    <>
      {number(100 * s.value, 1)}{" "}
      <small class="soft">
        {number(100 * (s.low ?? NaN), 0)} to {number(100 * (s.high ?? NaN), 0)}
      </small>
    </>
  );
}
const f1 = (v: number | null): string => (v === null ? "–" : number(100 * v, 1));

/** A share that nothing is behind has no value. */
const value_of = (s: Share): number | null => (s.n === 0 ? null : s.value);
const known_f1 = (side: ClassRow["all"]): number | null => (side.support === 0 && side.precision.n === 0 ? null : side.f1);

const COLUMNS: Column<ClassRow>[] = [
  { key: "name", name: "class", value: (r) => r.class, cell: (r) => <a href={link("gallery", r.all.support > 0 ? { label: r.class } : { prediction: r.class })}>{r.class}</a> },
  { key: "n", name: "pictures", title: "judged pictures of it", value: (r) => r.all.support, cell: (r) => number(r.all.support) },
  { key: "fit", name: "fit", title: "of them, fit to judge by", value: (r) => r.fit.support, cell: (r) => number(r.fit.support) },
  {
    key: "noisy",
    name: "noisy, %",
    title: "of its judged pictures, too degraded",
    value: (r) => (r.all.support === 0 ? null : r.noisy / r.all.support),
    cell: (r) => (r.all.support === 0 ? "–" : <a href={link("gallery", { label: r.class, noisy: "yes" })}>{number((100 * r.noisy) / r.all.support, 0)}</a>),
  },
  { key: "precision", name: "precision, %", title: "of the pictures called so, the share that are", value: (r) => value_of(r.all.precision), cell: (r) => with_interval(r.all.precision) },
  { key: "fprecision", name: "on fit", title: "precision on fit pictures", value: (r) => value_of(r.fit.precision), cell: (r) => with_interval(r.fit.precision) },
  { key: "recall", name: "recall, %", title: "of its pictures, the share called so", value: (r) => value_of(r.all.recall), cell: (r) => with_interval(r.all.recall) },
  { key: "frecall", name: "on fit", title: "recall on fit pictures", value: (r) => value_of(r.fit.recall), cell: (r) => with_interval(r.fit.recall) },
  { key: "f1", name: "F1, %", title: "harmonic mean of precision and recall", value: (r) => known_f1(r.all), cell: (r) => f1(known_f1(r.all)) },
  { key: "ff1", name: "on fit", title: "F1 on fit pictures", value: (r) => known_f1(r.fit), cell: (r) => f1(known_f1(r.fit)) },
  {
    key: "owed",
    name: "owed",
    title: "its mistakes on fit pictures",
    value: (r) => owed(r),
    cell: (r) => (owed(r) === 0 ? "0" : <a href={link("gallery", { label: r.class, verdict: "owed" })}>{number(owed(r))}</a>),
  },
];

function owed(r: ClassRow): number {
  return Math.round(r.fit.recall.n * (1 - (r.fit.recall.value ?? 1)));
}

export function Classes({ of }: { of: ClassRow[] }): JSX.Element {
  return <SortedTable rows={of} columns={COLUMNS} label="Every class" prefix="c" first="-owed" />;
}
