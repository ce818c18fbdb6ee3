// Points by cells of a square, so that the one under the hand is found at once among a hundred thousand.
const SIDE = 128;

export class Cells {
  private readonly from = new Uint32Array(SIDE * SIDE + 1);
  private readonly ids: Uint32Array;

  constructor(private readonly xy: Float32Array) {
    const n = xy.length / 2;
    const cell = new Int32Array(n).fill(-1);
    for (let i = 0; i < n; i++) {
      const x = xy[2 * i] as number;
      const y = xy[2 * i + 1] as number;
      if (Number.isNaN(x) || Number.isNaN(y)) continue;
      const c = Cells.of(y) * SIDE + Cells.of(x);
      cell[i] = c;
      this.from[c + 1] = (this.from[c + 1] as number) + 1;
    }
    for (let c = 0; c < SIDE * SIDE; c++) this.from[c + 1] = (this.from[c + 1] as number) + (this.from[c] as number);
    const next = this.from.slice();
    this.ids = new Uint32Array(this.from[SIDE * SIDE] as number);
    for (let i = 0; i < n; i++) {
      const c = cell[i] as number;
      if (c < 0) continue;
      this.ids[next[c] as number] = i;
      next[c] = (next[c] as number) + 1;
    }
  }

  private static of(v: number): number {
    return Math.min(SIDE - 1, Math.max(0, Math.floor(((v + 1) / 2) * SIDE)));
  }

  /** The nearest point within `reach` that `may` lets through; -1: none. */
  nearest(x: number, y: number, reach: number, may: (id: number) => boolean): number {
    let best = -1;
    let least = reach * reach;
    for (let cy = Cells.of(y - reach); cy <= Cells.of(y + reach); cy++) {
      for (let cx = Cells.of(x - reach); cx <= Cells.of(x + reach); cx++) {
        const c = cy * SIDE + cx;
        for (let k = this.from[c] as number; k < (this.from[c + 1] as number); k++) {
          const i = this.ids[k] as number;
          const dx = (this.xy[2 * i] as number) - x;
          const dy = (this.xy[2 * i + 1] as number) - y;
          if (dx * dx + dy * dy >= least || !may(i)) continue;
          least = dx * dx + dy * dy;
          best = i;
        }
      }
    }
    return best;
  }
}

/** The nearest point in a direction, within 45 degrees of it; -1: none. */
export function towards(xy: Float32Array, from: number, dx: number, dy: number, may: (id: number) => boolean): number {
  const x = xy[2 * from] as number;
  const y = xy[2 * from + 1] as number;
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < xy.length / 2; i++) {
    const ax = (xy[2 * i] as number) - x;
    const ay = (xy[2 * i + 1] as number) - y;
    const along = ax * dx + ay * dy;
    const across = Math.abs(ax * dy - ay * dx);
    if (!(along > 0) || across > along || i === from) continue;
    const far = along + 2 * across;
    if (far >= least || !may(i)) continue;
    least = far;
    best = i;
  }
  return best;
}

/** The points nearest to a place, nearest first. */
export function around(xy: Float32Array, x: number, y: number, most: number, may: (id: number) => boolean): number[] {
  const found: { i: number; d: number }[] = [];
  for (let i = 0; i < xy.length / 2; i++) {
    const d = ((xy[2 * i] as number) - x) ** 2 + ((xy[2 * i + 1] as number) - y) ** 2;
    if (Number.isNaN(d) || (found.length === most && d >= (found[most - 1] as { d: number }).d) || !may(i)) continue;
    let at = found.length;
    while (at > 0 && (found[at - 1] as { d: number }).d > d) at--;
    found.splice(at, 0, { i, d });
    if (found.length > most) found.pop();
  }
  return found.map((f) => f.i);
}
