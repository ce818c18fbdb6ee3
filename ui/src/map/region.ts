// A region of the map as it stands in an address: the layout's name and a box (two corners) or a shape (three or
// more), in the layout's own measure, -1 to 1.
export interface Region {
  layout: string;
  corners: [number, number][];
}

const MOST_CORNERS = 48;

export function region_of(text: string): Region | null {
  const [layout, list] = text.split(":", 2);
  const numbers = (list ?? "").split(",").map(Number);
  if (layout === undefined || layout === "" || numbers.length < 4 || numbers.length % 2 === 1) return null;
  if (numbers.some((v) => !Number.isFinite(v))) return null;
  const corners: [number, number][] = [];
  for (let i = 0; i < numbers.length; i += 2) corners.push([numbers[i] as number, numbers[i + 1] as number]);
  return { layout, corners };
}

export function region_text({ layout, corners }: Region): string {
  const step = Math.max(1, Math.ceil(corners.length / MOST_CORNERS)); // a hand's line, thinned
  const kept = corners.filter((_, i) => i % step === 0);
  return `${layout}:${kept.flatMap(([x, y]) => [x.toFixed(3), y.toFixed(3)]).join(",")}`;
}

export function inside({ corners }: Region, x: number, y: number): boolean {
  if (corners.length === 2) {
    const [a, b] = corners as [[number, number], [number, number]];
    return x >= Math.min(a[0], b[0]) && x <= Math.max(a[0], b[0]) && y >= Math.min(a[1], b[1]) && y <= Math.max(a[1], b[1]);
  }
  let odd = false; // crossings of a ray to the right
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [xi, yi] = corners[i] as [number, number];
    const [xj, yj] = corners[j] as [number, number];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
