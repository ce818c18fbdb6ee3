// Numbers as people read them.
import type { Share } from "./documents";

export const MINUS = "−";

export function number(v: number | null | undefined, digits = 0): string {
  if (v === null || v === undefined || !Number.isFinite(v)) return "–";
  return v.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", MINUS);
}
export function percent(v: number | null | undefined, digits = 1): string {
  return v === null || v === undefined || !Number.isFinite(v) ? "–" : `${number(100 * v, digits)}\u00a0%`;
}
/** "84.9 % (80.1 to 88.6 %)" */
export function share(s: Share | null | undefined, digits = 1): string {
  if (!s || s.n === 0 || s.value === null) return "–";
  return `${percent(s.value, digits)} (${number(100 * (s.low ?? NaN), digits)} to ${percent(s.high, digits)})`;
}
export function count(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}
export function size(bytes: number): string {
  if (!Number.isFinite(bytes)) return "–";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${number(bytes / 1024, 1)} KiB` : `${number(bytes / 1024 / 1024, 1)} MiB`;
}
export function p_value(p: number | null | undefined): string {
  if (p === null || p === undefined || !Number.isFinite(p)) return "–";
  return p < 0.001 ? "< 0.001" : number(p, 3);
}
