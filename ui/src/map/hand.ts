// What the hand does on the map: drag, wheel and two fingers move and zoom it; a box or a line drawn round points
// selects them; a tap opens one.
import { unit, type View } from "./painter";

export type Mode = "move" | "box" | "lasso";
type Spot = [number, number];

export interface Hand {
  view(): View;
  set_view(view: View): void;
  mode(): Mode;
  hover(x: number, y: number, over: boolean): void; // CSS pixels in the box
  tap(x: number, y: number, touch: boolean): void;
  trace(corners: Spot[] | null): void; // what is being drawn, in the layout's measure; null: nothing any more
  selected(corners: Spot[]): void;
}

const STILL = 4; // pixels a tap may stray
export const ZOOM = { least: 0.5, most: 400 };

export function to_layout(box: Element, view: View, x: number, y: number): Spot {
  const u = unit(box.clientWidth, box.clientHeight, view.zoom);
  return [view.x + (x - box.clientWidth / 2) / u, view.y - (y - box.clientHeight / 2) / u];
}
export function to_screen(box: Element, view: View, x: number, y: number): Spot {
  const u = unit(box.clientWidth, box.clientHeight, view.zoom);
  return [box.clientWidth / 2 + (x - view.x) * u, box.clientHeight / 2 - (y - view.y) * u];
}

/** Zoomed so that what lies under (x, y) stays there. */
export function zoomed(box: Element, view: View, factor: number, x: number, y: number): View {
  const zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, view.zoom * factor));
  const [lx, ly] = to_layout(box, view, x, y);
  const [nx, ny] = to_layout(box, { ...view, zoom }, x, y);
  return { x: view.x + lx - nx, y: view.y + ly - ny, zoom };
}

interface Drag {
  begin: Spot;
  last: Spot;
  drawing: Mode;
  corners: Spot[];
  strayed: boolean;
}

function spot(box: Element, e: MouseEvent): Spot {
  const r = box.getBoundingClientRect();
  return [e.clientX - r.left, e.clientY - r.top];
}

function draw(box: Element, hand: Hand, drag: Drag, at: Spot): void {
  const here = to_layout(box, hand.view(), ...at);
  if (drag.drawing === "box") drag.corners = [to_layout(box, hand.view(), ...drag.begin), here];
  else drag.corners.push(here);
  hand.trace(drag.corners);
}

function drag_to(box: Element, hand: Hand, drag: Drag, at: Spot): void {
  const view = hand.view();
  if (Math.hypot(at[0] - drag.begin[0], at[1] - drag.begin[1]) > STILL) drag.strayed = true;
  if (drag.drawing !== "move") draw(box, hand, drag, at);
  else if (drag.strayed) {
    const u = unit(box.clientWidth, box.clientHeight, view.zoom);
    hand.set_view({ ...view, x: view.x - (at[0] - drag.last[0]) / u, y: view.y + (at[1] - drag.last[1]) / u });
  }
  drag.last = at;
}

/** Listens to a box until the returned function is called. */
export function lay_hand(box: HTMLElement, hand: Hand): () => void {
  const down = new Map<number, Spot>();
  let drag: Drag | null = null;
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(type: K, act: (e: HTMLElementEventMap[K]) => void): void =>
    box.addEventListener(type, act, { signal: stop.signal, passive: false });
  const pinch = (id: number, at: Spot): void => {
    const [other] = [...down].filter(([k]) => k !== id).map(([, s]) => s);
    const was = down.get(id);
    if (other === undefined || was === undefined) return;
    const ratio = Math.hypot(at[0] - other[0], at[1] - other[1]) / Math.max(1, Math.hypot(was[0] - other[0], was[1] - other[1]));
    hand.set_view(zoomed(box, hand.view(), ratio, (at[0] + other[0]) / 2, (at[1] + other[1]) / 2));
  };
  const ignore = (e: Event): boolean => e.target instanceof Element && e.target.closest("a, button") !== null;
  on("pointerdown", (e) => {
    if (e.button !== 0 || ignore(e)) return;
    const at = spot(box, e);
    down.set(e.pointerId, at);
    box.setPointerCapture(e.pointerId);
    if (down.size > 1) {
      drag = null; // two fingers
      hand.trace(null);
    } else {
      hand.hover(0, 0, false);
      drag = { begin: at, last: at, drawing: e.shiftKey ? "box" : hand.mode(), corners: [], strayed: false };
    }
  });
  on("pointermove", (e) => {
    const at = spot(box, e);
    if (down.size === 0) hand.hover(at[0], at[1], true);
    else if (down.size > 1) pinch(e.pointerId, at);
    else if (drag !== null) drag_to(box, hand, drag, at);
    if (down.has(e.pointerId)) down.set(e.pointerId, at);
  });
  const up = (e: PointerEvent): void => {
    if (!down.delete(e.pointerId) || drag === null) return;
    const done = drag;
    drag = null;
    hand.trace(null);
    if (e.type === "pointercancel") return;
    if (!done.strayed) hand.tap(done.begin[0], done.begin[1], e.pointerType === "touch");
    else if (done.corners.length >= 2) hand.selected(done.corners);
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", () => hand.hover(0, 0, false));
  on("wheel", (e) => {
    e.preventDefault();
    const lines = e.deltaMode === 1 ? 16 : 1;
    hand.set_view(zoomed(box, hand.view(), Math.exp(-e.deltaY * lines * 0.0015), ...spot(box, e)));
  });
  return () => stop.abort();
}
