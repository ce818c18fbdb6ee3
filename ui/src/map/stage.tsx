// The map itself: points on a canvas, over it what the hand draws and the picture it is on.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { describe, Thumb } from "../parts/thumb";
import { Cells, towards } from "./cells";
import type { Coding } from "./colours";
import { lay_hand, to_layout, to_screen, zoomed, type Mode } from "./hand";
import { FAINT, LARGE, make_painter, type Looks, type Painter, type View } from "./painter";
import type { Region } from "./region";

export interface StageProps {
  xy: Float32Array;
  coding: Coding | null;
  lit: Uint8Array; // of every picture: 1 what is asked for, else it is faint
  may: Uint8Array; // of every picture: 1 the hand may reach it
  marks: boolean; // marks as well as colours
  mode: Mode;
  region: Region | null;
  view: View;
  viewed: (view: View) => void; // the reader moved or zoomed
  selected: (corners: [number, number][]) => void;
  open: (id: number) => void;
  plain: (words: string) => void; // WebGL is missing: what was done instead
}

const REACH = 14; // pixels from the hand to a point
const STEPS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** The rarest on top, the faint below all. */
function looks(props: StageProps, at: number): Looks {
  const { xy, coding, lit, marks } = props;
  const n = xy.length / 2;
  const colours = new Uint8Array(3 * n);
  const bits = new Uint8Array(n);
  const entries = coding?.entries ?? [];
  const layers = entries.length + 1;
  const rank = new Uint8Array(layers);
  [...entries.keys()].sort((a, b) => (entries[b]?.count ?? 0) - (entries[a]?.count ?? 0)).forEach((e, r) => (rank[e] = r));
  const layer = new Uint8Array(n);
  const size = new Uint32Array(2 * layers);
  let drawn = 0;
  for (let i = 0; i < n; i++) {
    const code = coding?.codes[i] ?? 0;
    const entry = entries[code];
    if (entry !== undefined) colours.set(entry.colour, 3 * i);
    bits[i] = (marks ? (entry?.shape ?? 0) : 0) + (lit[i] === 1 ? 0 : FAINT) + (i === at ? LARGE : 0);
    layer[i] = (lit[i] === 1 ? layers : 0) + (rank[code] ?? 0);
    if (Number.isNaN(xy[2 * i])) layer[i] = 255;
    else {
      size[layer[i] as number] = (size[layer[i] as number] as number) + 1;
      drawn++;
    }
  }
  const next = new Uint32Array(2 * layers);
  for (let l = 1; l < 2 * layers; l++) next[l] = (next[l - 1] as number) + (size[l - 1] as number);
  const order = new Uint32Array(drawn);
  for (let i = 0; i < n; i++) {
    const l = layer[i] as number;
    if (l === 255) continue;
    order[next[l] as number] = i;
    next[l] = (next[l] as number) + 1;
  }
  return { colours, marks: bits, order };
}

function side_of(n: number, zoom: number): number {
  return Math.min(18, Math.min(11, Math.max(3, 200 / Math.max(1, n) ** 0.45)) * Math.max(0.8, zoom ** 0.3));
}

function outline(box: Element, view: View, corners: [number, number][]): string {
  const all: [number, number][] =
    corners.length === 2
      ? (([a, b]) => [a, [b[0], a[1]], b, [a[0], b[1]]])(corners as [[number, number], [number, number]])
      : corners;
  return all.map(([x, y]) => to_screen(box, view, x, y).map((v) => v.toFixed(1)).join(",")).join(" ");
}

/** The picture the hand or the keys are on. */
function Card({ id, x, y, box, held }: { id: number; x: number; y: number; box: HTMLElement; held: boolean }): JSX.Element {
  const left = Math.min(box.clientWidth - 176, Math.max(4, x + 14));
  const above = y > box.clientHeight / 2;
  return (
    <div class={`card-at${held ? " held" : ""}`} style={`left:${left}px;${above ? `bottom:${box.clientHeight - y + 14}px` : `top:${y + 14}px`}`}>
      <Thumb id={id} side={112} tab={-1} />
      <p>{describe(id)}</p>
    </div>
  );
}

function use_painter(plain: boolean, set_plain: (v: boolean) => void, props: StageProps): [{ current: HTMLCanvasElement | null }, { current: Painter | null }] {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | null>(null);
  useLayoutEffect(() => {
    const node = canvas.current as HTMLCanvasElement;
    const made = make_painter(node, plain);
    painter.current = made;
    if (made === null) {
      set_plain(true);
      return;
    }
    if (!made.gl) {
      const n = props.xy.length / 2;
      props.plain(n > made.most ? "This browser has no WebGL: an even sample of the points is drawn." : "This browser has no WebGL: the points are drawn without it.");
    }
    const lost = (): void => set_plain(true);
    node.addEventListener("webglcontextlost", lost);
    return () => {
      node.removeEventListener("webglcontextlost", lost);
      made.free();
      painter.current = null;
    };
  }, [plain]);
  return [canvas, painter];
}

interface On {
  id: number; // -1: no picture
  held: boolean; // by keys or a finger: it stays
}

interface Scene {
  box: { current: HTMLDivElement | null };
  canvas: { current: HTMLCanvasElement | null };
  kept: { current: SVGPolygonElement | null };
  drawing: { current: SVGPolygonElement | null };
  ring: { current: SVGCircleElement | null };
  plain: boolean;
  now: { current: StageProps };
  view: { current: View };
  set_view: (next: View) => void;
  pick: (x: number, y: number) => number;
}

/** Draws the points, at most once a frame, and what lies over them. Both read only what is kept beside the components. */
function use_frames(
  { box, kept, ring, now, view }: Pick<Scene, "box" | "kept" | "ring" | "now" | "view">,
  here: { current: On },
  painter: { current: Painter | null },
): { overlay: () => void; repaint: () => void } {
  const frame = useRef(0);
  const overlay = (): void => {
    const node = box.current;
    if (node === null) return;
    const { region, xy: points } = now.current;
    kept.current?.setAttribute("points", region === null ? "" : outline(node, view.current, region.corners));
    const id = here.current.id;
    const [x, y] = id < 0 ? [-99, -99] : to_screen(node, view.current, points[2 * id] as number, points[2 * id + 1] as number);
    ring.current?.setAttribute("cx", String(x));
    ring.current?.setAttribute("cy", String(y));
  };
  const paint = (): void => {
    frame.current = 0;
    if (box.current === null) return;
    const n = now.current.lit.length;
    painter.current?.paint(view.current, side_of(n, view.current.zoom), n > 5000 ? 0.75 : 0.9);
    overlay();
  };
  const repaint = (): void => {
    if (frame.current === 0) frame.current = requestAnimationFrame(paint);
  };
  return { overlay, repaint };
}

/** What is drawn, kept in step with the properties. Moving and zooming go past the components: a frame each. */
function use_scene(props: StageProps, on: On, cells: Cells, moved: () => void): Scene {
  const { xy, lit } = props;
  const [box, kept, drawing, ring] = [useRef<HTMLDivElement>(null), useRef<SVGPolygonElement>(null), useRef<SVGPolygonElement>(null), useRef<SVGCircleElement>(null)];
  const view = useRef(props.view);
  const now = useRef(props);
  now.current = props;
  const here = useRef(on);
  here.current = on;
  const [plain, set_plain] = useState(false);
  const [canvas, painter] = use_painter(plain, set_plain, props);
  const { overlay, repaint } = use_frames({ box, kept, ring, now, view }, here, painter);
  const held = on.held ? on.id : -1;
  useLayoutEffect(() => painter.current?.points(xy), [xy, plain]);
  useLayoutEffect(() => {
    painter.current?.looks(looks(props, held));
    repaint();
  }, [xy, plain, props.coding, lit, props.marks, held]);
  useLayoutEffect(overlay);
  useEffect(() => {
    view.current = props.view;
    repaint();
  }, [props.view.x, props.view.y, props.view.zoom]);
  useEffect(() => {
    const watch = new ResizeObserver(repaint);
    watch.observe(box.current as HTMLElement);
    return () => watch.disconnect();
  }, []);
  const set_view = (next: View): void => {
    view.current = next;
    repaint();
    if (here.current.id >= 0) moved();
    now.current.viewed(next);
  };
  const pick = (x: number, y: number): number => {
    const node = box.current as HTMLElement;
    const [lx, ly] = to_layout(node, view.current, x, y);
    const [rx] = to_layout(node, view.current, x + REACH, y);
    return cells.nearest(lx, ly, rx - lx, (i) => now.current.may[i] === 1);
  };
  return { box, canvas, kept, drawing, ring, plain, now, view, set_view, pick };
}

function use_hand(scene: Scene, on: On, set_on: (on: On) => void, cells: Cells): void {
  const here = useRef(on);
  here.current = on;
  useEffect(() => {
    const node = scene.box.current as HTMLElement;
    return lay_hand(node, {
      view: () => scene.view.current,
      set_view: scene.set_view,
      mode: () => scene.now.current.mode,
      hover: (x, y, over) => {
        if (here.current.held && !over) return;
        const id = over ? scene.pick(x, y) : -1;
        if (id !== here.current.id || here.current.held) set_on({ id, held: false });
      },
      tap: (x, y, touch) => {
        const id = scene.pick(x, y);
        if (id >= 0 && (!touch || id === here.current.id)) scene.now.current.open(id);
        else set_on({ id, held: id >= 0 });
      },
      trace: (corners) => scene.drawing.current?.setAttribute("points", corners === null ? "" : outline(node, scene.view.current, corners)),
      selected: (corners) => scene.now.current.selected(corners),
    });
  }, [cells]);
}

/** From a picture to the next in a direction; from nowhere to the one nearest to the middle. */
function step(scene: Scene, cells: Cells, from: number, [dx, dy]: [number, number]): number {
  const { xy, may } = scene.now.current;
  const view = scene.view.current;
  const reach = (i: number): boolean => may[i] === 1;
  const id = from < 0 ? cells.nearest(view.x, view.y, 2, reach) : towards(xy, from, dx, dy, reach);
  if (id < 0) return from;
  const node = scene.box.current as HTMLElement;
  const [x, y] = to_screen(node, view, xy[2 * id] as number, xy[2 * id + 1] as number);
  if (x < 20 || y < 20 || x > node.clientWidth - 20 || y > node.clientHeight - 20)
    scene.set_view({ ...view, x: xy[2 * id] as number, y: xy[2 * id + 1] as number });
  return id;
}

function press(e: KeyboardEvent, scene: Scene, cells: Cells, on: On, set_on: (on: On) => void): void {
  const node = scene.box.current as HTMLElement;
  const zoom = (factor: number): void => scene.set_view(zoomed(node, scene.view.current, factor, node.clientWidth / 2, node.clientHeight / 2));
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const to = STEPS[e.key];
  if (to !== undefined) set_on({ id: step(scene, cells, on.id, to), held: true });
  else if (e.key === "+" || e.key === "=") zoom(1.4);
  else if (e.key === "-") zoom(1 / 1.4);
  else if (e.key === "0") scene.set_view({ x: 0, y: 0, zoom: 1 });
  else if (e.key === "Enter" && on.id >= 0) scene.now.current.open(on.id);
  else if (e.key === "Escape" && on.id >= 0) set_on({ id: -1, held: false });
  else return;
  e.preventDefault();
}

export function Stage(props: StageProps): JSX.Element {
  const { xy, region } = props;
  const [on, set_on] = useState<On>({ id: -1, held: false });
  const [, moved] = useReducer((n: number) => n + 1, 0);
  const cells = useMemo(() => new Cells(xy), [xy]);
  const scene = use_scene(props, on, cells, () => moved(0));
  use_hand(scene, on, set_on, cells);
  const node = scene.box.current;
  const place = on.id < 0 || node === null ? null : to_screen(node, scene.view.current, xy[2 * on.id] as number, xy[2 * on.id + 1] as number);
  return (
    <>
      <div
        class={`stage ${props.mode}`}
        ref={scene.box}
        tabIndex={0}
        role="application"
        aria-label="Map of the pictures. Arrow keys go from picture to picture, Enter opens one, plus and minus zoom, 0 shows all. The same pictures are listed below."
        onKeyDown={(e) => press(e, scene, cells, on, set_on)}
      >
        <canvas key={String(scene.plain)} ref={scene.canvas} aria-hidden="true" />
        <svg aria-hidden="true">
          <polygon class="kept" ref={scene.kept} />
          <polygon class="drawing" ref={scene.drawing} />
          <circle ref={scene.ring} r="9" />
        </svg>
        {place !== null && node !== null && <Card id={on.id} x={place[0]} y={place[1]} box={node} held={on.held} />}
        {region !== null && <span class="hidden">A region is selected.</span>}
      </div>
      <p class="hidden" aria-live="polite">
        {on.held && on.id >= 0 ? describe(on.id) : ""}
      </p>
    </>
  );
}
