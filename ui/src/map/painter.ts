// Draws points: with WebGL 2 any number of them, without it on a plain canvas a sample. Nothing here is compiled from
// text by the page itself, which its Content-Security-Policy would forbid.
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

function program(gl: WebGL2RenderingContext): WebGLProgram {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind) as WebGLShader;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? "shader");
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made) ?? "link");
  return made;
}

function fit(canvas: HTMLCanvasElement): { width: number; height: number; dots: number } {
  const dots = Math.min(2, window.devicePixelRatio || 1);
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * dots)) canvas.width = Math.round(width * dots);
  if (canvas.height !== Math.round(height * dots)) canvas.height = Math.round(height * dots);
  return { width, height, dots };
}

function with_gl(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext): Painter {
  const made = program(gl);
  gl.useProgram(made);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const buffers = [0, 1, 2, 3].map(() => gl.createBuffer());
  const fill = (which: number, target: number, data: ArrayBufferView<ArrayBuffer>): void => {
    gl.bindBuffer(target, buffers[which] as WebGLBuffer);
    gl.bufferData(target, data, gl.STATIC_DRAW);
  };
  const attribute = (name: string, width: number, type: number, normalised: boolean): void => {
    const place = gl.getAttribLocation(made, name);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, width, type, normalised, 0, 0);
  };
  let drawn = 0;
  const at = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(made, name);
  const [middle, scale, side_at, opacity_at] = [at("middle"), at("scale"), at("side"), at("opacity")];
  return {
    gl: true,
    most: Infinity,
    points(xy) {
      fill(0, gl.ARRAY_BUFFER, xy as Float32Array<ArrayBuffer>);
      attribute("at", 2, gl.FLOAT, false);
    },
    looks({ colours, marks, order }) {
      fill(1, gl.ARRAY_BUFFER, colours as Uint8Array<ArrayBuffer>);
      attribute("colour", 3, gl.UNSIGNED_BYTE, true);
      fill(2, gl.ARRAY_BUFFER, marks as Uint8Array<ArrayBuffer>);
      attribute("mark", 1, gl.UNSIGNED_BYTE, false);
      fill(3, gl.ELEMENT_ARRAY_BUFFER, order as Uint32Array<ArrayBuffer>);
      drawn = order.length;
    },
    paint(view, side, opacity) {
      const { width, height, dots } = fit(canvas);
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      const u = unit(width, height, view.zoom);
      gl.uniform2f(middle ?? null, view.x, view.y);
      gl.uniform2f(scale ?? null, (2 * u) / width, (2 * u) / height);
      gl.uniform1f(side_at ?? null, side * dots);
      gl.uniform1f(opacity_at ?? null, opacity);
      if (drawn > 0) gl.drawElements(gl.POINTS, drawn, gl.UNSIGNED_INT, 0);
    },
    free() {
      for (const b of buffers) gl.deleteBuffer(b);
      gl.deleteProgram(made);
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
