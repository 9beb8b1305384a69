/** Numbers as people read them; a dash where the number is not known. */

export const UNKNOWN = "–";

export function milliseconds(value: number | null): string {
  return value === null ? UNKNOWN : `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** A time that people wait. */
export function duration(valueMs: number | null): string {
  if (valueMs === null || valueMs < 1_000) return milliseconds(valueMs);
  return `${(valueMs / 1_000).toFixed(1)} s`;
}

/** As {@link milliseconds}, but always to a tenth: parts and their sum agree on the screen. */
export function tenths(value: number): string {
  return `${value.toFixed(1)} ms`;
}

export function percent(fraction: number | null): string {
  return fraction === null ? UNKNOWN : `${(fraction * 100).toFixed(1)} %`;
}

export function framesPerSecond(value: number | null): string {
  return value === null ? UNKNOWN : `${value.toFixed(value < 10 ? 1 : 0)} fps`;
}

export function bitrate(kbps: number | null): string {
  if (kbps === null) return UNKNOWN;
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${kbps.toFixed(0)} kbit/s`;
}

export function resolution(size: { readonly width: number; readonly height: number } | null) {
  return size === null ? UNKNOWN : `${String(size.width)} × ${String(size.height)}`;
}

export function viewers(count: number): string {
  return count === 1 ? "1 viewer" : `${String(count)} viewers`;
}
