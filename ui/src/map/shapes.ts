// The marks that stand for values beside their colours, as distances (below 0: inside) for the graphics card, and as
// paths for the legend and for the plain canvas. All in a square from -1 to 1, y downwards.
export const PATHS: readonly string[] = [
  "M-.8 0A.8.8 0 1 0 .8 0A.8.8 0 1 0-.8 0Z", // disc
  "M-.7-.7H.7V.7H-.7Z", // square
  "M0-.84L.83.6H-.83Z", // triangle
  "M0-.95L.95 0L0 .95L-.95 0Z", // diamond
  "M-.85-.3H-.3V-.85H.3V-.3H.85V.3H.3V.85H-.3V.3H-.85Z", // plus
  "M-.82-.4L-.4-.82L0-.42L.4-.82L.82-.4L.42 0L.82.4L.4.82L0 .42L-.4.82L-.82.4L-.42 0Z", // cross
  "M-.85 0A.85.85 0 1 0 .85 0A.85.85 0 1 0-.85 0ZM-.45 0A.45.45 0 1 1 .45 0A.45.45 0 1 1-.45 0Z", // ring
  "M-.8-.8H.8V.8H-.8ZM-.4-.4V.4H.4V-.4Z", // frame
  "M0 .84L.83-.6H-.83Z", // triangle, point down
  "M0-.97L.97 0L0 .97L-.97 0ZM0-.5L-.5 0L0 .5L.5 0Z", // hollow diamond
  "M-.85-.35H.85V.35H-.85Z", // bar
];

export const SHAPE_GLSL = `
float plus(vec2 p) { p = abs(p); return min(max(p.x - .85, p.y - .3), max(p.x - .3, p.y - .85)); }
float shape_distance(int shape, vec2 p) {
  vec2 q = abs(p);
  if (shape == 1) return max(q.x, q.y) - .7;
  if (shape == 2) return max(q.x * .866 - p.y * .5 - .42, p.y - .6);
  if (shape == 3) return (q.x + q.y - .95) * .707;
  if (shape == 4) return plus(p);
  if (shape == 5) return plus(vec2(p.x + p.y, p.x - p.y) * .707);
  if (shape == 6) return abs(length(p) - .65) - .2;
  if (shape == 7) return abs(max(q.x, q.y) - .6) - .2;
  if (shape == 8) return max(q.x * .866 + p.y * .5 - .42, -p.y - .6);
  if (shape == 9) return (abs(q.x + q.y - .73) - .24) * .707;
  if (shape == 10) return max(q.x - .85, q.y - .35);
  return length(p) - .8;
}`;
