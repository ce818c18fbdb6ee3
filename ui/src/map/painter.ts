// Draws points: with WebGL 2 (TWGL) any number of them, without it on a plain canvas a sample. Libraries that make code from text
// (regl does) are forbidden by the page's Content-Security-Policy.
import { createBufferInfoFromArrays, createProgramInfo, drawBufferInfo, setBuffersAndAttributes, setUniforms, type BufferInfo } from "twgl.js";
import { PATHS, SHAPE_GLSL } from "./shapes";

export interface Looks {
  colours: Uint8Array; // 3 of each point
  marks: Uint8Array; // of each point: a number of PATHS, + FAINT, + LARGE
  order: Uint32Array; // which points are drawn, and in which order
}
export const FAINT = 16;
export const LARGE = 32;

export interface View {
  x: number; // what lies in the middle
  y: number;
  zoom: number; // 1: all points fit
}

export interface Painter {
  readonly gl: boolean;
  readonly most: number; // points it can draw quickly
  points(xy: Float32Array): void;
  looks(looks: Looks): void;
  paint(view: View, side: number, opacity: number): void; // side of a mark in CSS pixels
  free(): void;
}

/** CSS pixels to one unit of the layout. */
export function unit(width: number, height: number, zoom: number): number {
  return (Math.min(width, height) / 2.1) * zoom;
}

const VERTEX = `#version 300 es
in vec2 at;
in vec3 colour;
in float mark;
uniform vec2 middle, scale;
uniform float side;
out vec3 ink;
flat out int shape;
flat out float faint;
flat out float edge;
void main() {
  int bits = int(mark + .5);
  shape = bits & 15;
  faint = (bits & ${FAINT}) != 0 ? .16 : 1.;
  float size = side * ((bits & ${LARGE}) != 0 ? 1.5 : 1.) * ((bits & ${FAINT}) != 0 ? .7 : 1.);
  edge = 1.5 / size;
  ink = colour;
  gl_PointSize = size;
  gl_Position = vec4((at - middle) * scale, 0., 1.);
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec3 ink;
flat in int shape;
flat in float faint;
flat in float edge;
uniform float opacity;
out vec4 result;
${SHAPE_GLSL}
void main() {
  float d = shape_distance(shape, gl_PointCoord * 2. - 1.);
  float a = (1. - smoothstep(-edge, edge, d)) * opacity * faint;
  if (a < .004) discard;
  result = vec4(ink * a, a);
}`;

function fit(canvas: HTMLCanvasElement): { width: number; height: number; dots: number } {
  const dots = Math.min(2, window.devicePixelRatio || 1);
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * dots)) canvas.width = Math.round(width * dots);
  if (canvas.height !== Math.round(height * dots)) canvas.height = Math.round(height * dots);
  return { width, height, dots };
}

function with_gl(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext): Painter {
  let why = "";
  const made = createProgramInfo(gl, [VERTEX, FRAGMENT], (text: string) => (why = text));
  if (!made?.program) throw new Error(why);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  let at: Float32Array = new Float32Array(0);
  let look: Looks | null = null;
  let buffers: BufferInfo | null = null;
  const drop = (): void => {
    for (const a of Object.values(buffers?.attribs ?? {})) gl.deleteBuffer(a.buffer ?? null);
    gl.deleteBuffer(buffers?.indices ?? null);
    buffers = null; // made again when there is something to paint
  };
  const fill = ({ colours, marks, order }: Looks): BufferInfo =>
    createBufferInfoFromArrays(gl, {
      at: { numComponents: 2, data: at },
      colour: { numComponents: 3, data: colours, normalize: true },
      mark: { numComponents: 1, data: marks, normalize: false },
      indices: order,
    });
  return {
    gl: true,
    most: Infinity,
    points: (xy) => (drop(), void (at = xy)),
    looks: (looks) => (drop(), void (look = looks)),
    paint(view, side, opacity) {
      const { width, height, dots } = fit(canvas);
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (look === null || look.order.length === 0) return;
      buffers ??= fill(look);
      const u = unit(width, height, view.zoom);
      gl.useProgram(made.program);
      setBuffersAndAttributes(gl, made, buffers);
      setUniforms(made, { middle: [view.x, view.y], scale: [(2 * u) / width, (2 * u) / height], side: side * dots, opacity });
      drawBufferInfo(gl, buffers, gl.POINTS);
    },
    free() {
      drop();
      gl.deleteProgram(made.program);
    },
  };
}

function with_canvas(canvas: HTMLCanvasElement): Painter {
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  const paths = PATHS.map((d) => new Path2D(d));
  let at = new Float32Array(0);
  let look: Looks = { colours: new Uint8Array(0), marks: new Uint8Array(0), order: new Uint32Array(0) };
  const most = 20000;
  return {
    gl: false,
    most,
    points: (xy) => void (at = xy as Float32Array<ArrayBuffer>),
    looks: (looks) => void (look = looks),
    paint(view, side, opacity) {
      const { width, height, dots } = fit(canvas);
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      const u = unit(width, height, view.zoom);
      const step = Math.max(1, Math.ceil(look.order.length / most));
      for (let o = 0; o < look.order.length; o += step) {
        const i = look.order[o] as number;
        const x = width / 2 + ((at[2 * i] as number) - view.x) * u;
        const y = height / 2 - ((at[2 * i + 1] as number) - view.y) * u;
        if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
        const bits = look.marks[i] as number;
        const half = (side * ((bits & LARGE) !== 0 ? 1.5 : 1) * dots) / 2;
        pen.setTransform(half, 0, 0, half, x * dots, y * dots);
        pen.globalAlpha = opacity * ((bits & FAINT) !== 0 ? 0.16 : 1);
        pen.fillStyle = `rgb(${look.colours[3 * i]} ${look.colours[3 * i + 1]} ${look.colours[3 * i + 2]})`;
        pen.fill(paths[bits & 15] as Path2D);
      }
    },
    free() {},
  };
}

/** `plain`: do not even try WebGL. A canvas that once gave one kind of context gives no other: make a new one then. */
export function make_painter(canvas: HTMLCanvasElement, plain: boolean): Painter | null {
  if (plain) return with_canvas(canvas);
  try {
    const gl = canvas.getContext("webgl2", { alpha: true, premultipliedAlpha: true, antialias: false });
    return gl === null ? null : with_gl(canvas, gl);
  } catch {
    return null;
  }
}
