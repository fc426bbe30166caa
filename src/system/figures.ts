/** Figures and foreign texts as people should see them. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const STEPS: readonly [limitMs: number, unitMs: number, unit: string][] = [
  [120_000, 1000, "s"],
  [7_200_000, 60_000, "m"],
  [172_800_000, 3_600_000, "h"],
  [Number.POSITIVE_INFINITY, 86_400_000, "d"],
];

/** Rounded, such as `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${UNITS[power]}`;
}

/** Rounded, in one unit, such as `90s` or `3h`. */
export function formatSpan(ms: number): string {
  const [, unitMs, unit] = STEPS.find(([limitMs]) => ms < limitMs)!;
  return `${Math.max(0, Math.round(ms / unitMs))}${unit}`;
}

/** Such as `1 record` and `2 records`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The same with what they do: `1 record waits`, `2 records wait`. */
export function countedDoing(count: number, one: string, verb: string, many?: string): string {
  return `${counted(count, one, many)} ${verb}${count === 1 ? "s" : ""}`;
}

/** What happened and what to do about it, on one line. */
export function inOneLine({ message, hint }: { readonly message: string; readonly hint: string }): string {
  return `${message.replace(/\.$/, "")}. ${hint}`;
}
