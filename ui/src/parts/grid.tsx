// Very many thumbnails in a grid that scrolls with the page: only the rows in sight (and a screenful beyond) are there.
// One of them is reached by the tab key; arrows, Home, End and Page Up/Down go from it to the others.
import {
  defaultRangeExtractor,
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
} from "@tanstack/virtual-core";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { Thumb } from "./thumb";

const GAP = 6;

export interface GridProps {
  ids: Uint32Array;
  side: number;
  label: string; // what these pictures are
  within: Readonly<Record<string, string>>;
  selected: ReadonlySet<number>; // ids
  select: (ids: Set<number>) => void;
  start: number; // index of the picture that the tab key reaches first
  leave?: (at: number) => void; // a picture is opened
  focus?: boolean; // the keys are the reader's as soon as the grid is there
  choosing?: boolean; // a click selects; Enter and a double click open
  caption?: (id: number) => string | undefined;
}

function use_width(): [number, { current: HTMLDivElement | null }] {
  const box = useRef<HTMLDivElement>(null);
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    const node = box.current as HTMLDivElement;
    const read = (): void => set(node.clientWidth);
    read();
    const watch = new ResizeObserver(read);
    watch.observe(node);
    return () => watch.disconnect();
  }, []);
  return [width, box];
}

interface Rows {
  box: { current: HTMLDivElement | null };
  columns: number;
  side: number; // so that the columns fill the width
  virtual: Virtualizer<Window, HTMLElement>;
}

function use_rows(count: number, wanted: number, kept_row: (columns: number) => number): Rows {
  const [width, box] = use_width();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const made = useRef<Virtualizer<Window, HTMLElement> | null>(null);
  const columns = Math.max(1, Math.round((width + GAP) / (wanted + GAP)));
  const side = width === 0 ? wanted : Math.floor((width + GAP) / columns) - GAP;
  const row = side + GAP;
  const kept = kept_row(columns);
  const top = box.current === null ? 0 : box.current.getBoundingClientRect().top + window.scrollY;
  const options = {
    count: width === 0 ? 0 : Math.ceil(count / columns),
    getScrollElement: () => window,
    estimateSize: () => row,
    overscan: Math.ceil(window.innerHeight / row), // a screenful: what is coming is there before it is seen
    scrollMargin: top,
    scrollPaddingStart: (document.querySelector("header")?.clientHeight ?? 0) + GAP,
    scrollPaddingEnd: GAP,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialOffset: () => window.scrollY,
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const rows = defaultRangeExtractor(range);
      // the row that holds the focus stays, wherever the reader scrolls to
      if (kept >= 0 && kept < range.count && !rows.includes(kept)) rows.push(kept);
      return rows.sort((a, b) => a - b);
    },
    onChange: () => redraw(0),
  };
  const virtual = (made.current ??= new Virtualizer<Window, HTMLElement>(options));
  virtual.setOptions(options);
  useLayoutEffect(() => virtual._didMount(), []);
  useLayoutEffect(() => virtual._willUpdate());
  useLayoutEffect(() => virtual.measure(), [row, columns]);
  return { box, columns, side, virtual };
}

function moved_to(key: string, at: number, last: number, columns: number, page: number): number | null {
  const to: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    PageUp: at - columns * page,
    PageDown: at + columns * page,
    Home: 0,
    End: last,
  };
  const found = to[key];
  if (found === undefined) return null;
  if (key === "ArrowUp" || key === "ArrowDown") return found < 0 || found > last ? at : found;
  return Math.min(last, Math.max(0, found));
}

interface Cursor {
  at: number; // index of the picture that the tab key reaches
  go: (to: number, extend: boolean) => void;
  toggle: (index: number) => void;
  set: (index: number) => void;
}

function use_cursor(props: GridProps, at: number, set: (at: number) => void, { box, columns, virtual }: Rows): Cursor {
  const { ids, selected, select, start } = props;
  const anchor = useRef(at); // where shift began
  const wants_focus = useRef(props.focus === true);
  useEffect(() => {
    if (start <= 0) return;
    set(start);
    // a new page first goes to its top; this comes after
    const later = setTimeout(() => virtual.scrollToIndex(Math.floor(start / columns), { align: "center", behavior: "instant" }));
    return () => clearTimeout(later);
  }, [start, columns > 1]);
  // before the next key can come: a late focus would take the reader back
  useLayoutEffect(() => {
    const link = wants_focus.current ? box.current?.querySelector<HTMLElement>(`[data-at="${at}"] a`) : null;
    if (link === null || link === undefined) return; // at first no row is there
    wants_focus.current = false;
    link.focus({ preventScroll: true });
  });
  const go = (to: number, extend: boolean): void => {
    if (!extend) anchor.current = to;
    else select(new Set([...selected, ...ids.subarray(Math.min(anchor.current, to), Math.max(anchor.current, to) + 1)]));
    wants_focus.current = true;
    set(to);
    virtual.scrollToIndex(Math.floor(to / columns), { align: "auto", behavior: "instant" });
  };
  const toggle = (index: number): void => {
    const next = new Set(selected);
    const id = ids[index] as number;
    if (!next.delete(id)) next.add(id);
    anchor.current = index;
    select(next);
  };
  return { at, go, toggle, set };
}

function press(e: KeyboardEvent, { ids, selected, select }: GridProps, { columns, side }: Rows, { at, go, toggle }: Cursor): void {
  if (e.altKey || e.metaKey) return;
  if (e.ctrlKey && !["a", "Home", "End"].includes(e.key)) return;
  const page = Math.max(1, Math.floor(window.innerHeight / (side + GAP)) - 1);
  const to = moved_to(e.key, at, ids.length - 1, columns, page);
  if (to !== null) go(to, e.shiftKey);
  else if (e.key === " " || e.key === "x") toggle(at);
  else if (e.key === "a" && e.ctrlKey) select(new Set(ids));
  else if (e.key === "Escape" && selected.size > 0) select(new Set());
  else return;
  e.preventDefault();
}

const index_of = (target: EventTarget | null): number => Number((target as Element).closest("[data-at]")?.getAttribute("data-at") ?? NaN);

function click(e: MouseEvent, props: GridProps, { go, toggle }: Cursor): void {
  const index = index_of(e.target);
  if (Number.isNaN(index)) return;
  const by_key = e.detail === 0; // Enter
  if (!e.shiftKey && !e.ctrlKey && !e.metaKey && (by_key || props.choosing !== true)) {
    props.leave?.(index);
    return;
  }
  e.preventDefault();
  if (e.shiftKey) go(index, true);
  else toggle(index);
}

function Cell({ props, index, side, at }: { props: GridProps; index: number; side: number; at: number }): JSX.Element {
  const id = props.ids[index] as number;
  const text = props.caption?.(id);
  return <Thumb id={id} side={side} within={props.within} tab={index === at ? 0 : -1} {...(text === undefined ? {} : { caption: text })} />;
}

export function Grid(props: GridProps): JSX.Element {
  const { ids, selected } = props;
  const [wanted, set] = useState(Math.max(0, props.start));
  const at = Math.max(0, Math.min(wanted, ids.length - 1));
  const rows = use_rows(ids.length, props.side, (n) => Math.floor(at / n));
  const cursor = use_cursor(props, at, set, rows);
  const { box, columns, side, virtual } = rows;
  return (
    <div
      class="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={Math.ceil(ids.length / columns)}
      aria-colcount={columns}
      aria-multiselectable
      ref={box}
      style={`height:${virtual.getTotalSize()}px;--side:${side}px;--step:${side + GAP}px`}
      onKeyDown={(e) => press(e, props, rows, cursor)}
      onClick={(e) => click(e, props, cursor)}
      onDblClick={(e) => props.choosing === true && (e.target as Element).closest<HTMLElement>("[data-at] a")?.click()}
      onFocusIn={(e) => {
        const index = index_of(e.target);
        if (!Number.isNaN(index)) set(index);
      }}
    >
      {virtual.getVirtualItems().map((row) => (
        <div class="grid-row" role="row" key={row.key} aria-rowindex={row.index + 1} style={`transform:translateY(${row.start - virtual.options.scrollMargin}px)`}>
          {Array.from(ids.subarray(row.index * columns, (row.index + 1) * columns), (id, c) => (
            <div role="gridcell" key={id} aria-colindex={c + 1} aria-selected={selected.has(id)} data-at={row.index * columns + c}>
              <Cell props={props} index={row.index * columns + c} side={side} at={at} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
