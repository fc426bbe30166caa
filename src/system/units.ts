/**
 * Durations and sizes as people write them: a whole number directly followed by its unit. A bare number is refused,
 * because it would mean seconds to one reader and milliseconds to the next.
 */
import { refuseValue } from "./refusal.js";

type Units = readonly (readonly [unit: string, factor: number])[];

/** From the largest down, so that the first which divides a value is the one to print it in. */
const DURATION_UNITS: Units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

/** Sizes print in these. */
const BINARY_SIZE_UNITS: Units = [
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
  ["B", 1],
];

/** Sizes are also read in these; they are never printed. */
const DECIMAL_SIZE_UNITS: Units = [
  ["GB", 1e9],
  ["MB", 1e6],
  ["KB", 1e3],
];

const DURATION_FORM = "a duration: a whole number and ms, s, m, h or d, such as 300ms, 30s, 2m, 1h, 14d";
const SIZE_FORM =
  "a size: a whole number and B, KiB, MiB, GiB, KB, MB or GB, such as 900B, 64KiB, 1MiB, 1GiB";

/** Milliseconds of a text such as `30s`. Throws DRAGONLOG_OPTION_INVALID, with `name` as what is at fault. */
export function parseDuration(text: string, name: string): number {
  return parseQuantity(text, name, DURATION_UNITS, DURATION_FORM);
}

/** The same of what code gives, which may also be a number of milliseconds, from 0 on. */
export function durationOf(value: unknown, name: string): number {
  if (typeof value === "string") return parseDuration(value, name);
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
  throw refuseValue(name, value, `milliseconds, or ${DURATION_FORM}`);
}

/** Bytes of a text such as `64KiB`. Throws DRAGONLOG_OPTION_INVALID, with `name` as what is at fault. */
export function parseSize(text: string, name: string): number {
  return parseQuantity(text, name, [...BINARY_SIZE_UNITS, ...DECIMAL_SIZE_UNITS], SIZE_FORM);
}

/** The shortest exact text for a whole number of milliseconds; `parseDuration` reads it back. */
export function formatDuration(ms: number): string {
  return formatQuantity(ms, DURATION_UNITS);
}

/** The shortest exact text for a whole number of bytes; `parseSize` reads it back. */
export function formatSize(bytes: number): string {
  return formatQuantity(bytes, BINARY_SIZE_UNITS);
}

function parseQuantity(text: string, name: string, units: Units, form: string): number {
  const match = /^(\d+)([A-Za-z]+)$/.exec(text);
  const factor = match && units.find(([unit]) => unit === match[2])?.[1];
  if (!match || !factor) throw refuseValue(name, text, form);
  const value = Number(match[1]) * factor;
  if (!Number.isSafeInteger(value))
    throw refuseValue(name, text, `${form}, below ${Number.MAX_SAFE_INTEGER}`);
  return value;
}

function formatQuantity(value: number, units: Units): string {
  const [smallest] = units.at(-1)!;
  if (value === 0) return `0${smallest}`;
  const [unit, factor] = units.find(([, candidate]) => value % candidate === 0) ?? [smallest, 1];
  return `${value / factor}${unit}`;
}
