import { refuseSecret, refuseValue } from "../system/refusal.js";
import { parseDuration, parseSize } from "../system/units.js";
import type { Option } from "./options.js";

/**
 * Flags and variables are text and nothing else. Values from code and from dragonlog.json have types: numbers and
 * booleans are themselves, and a duration or a size may also be a number of milliseconds or bytes.
 */
export type Form = "text" | "typed";

/** The value of one option, understood. Throws DRAGONLOG_OPTION_INVALID, with `name` as what is at fault. */
export function readValue(option: Option, raw: unknown, form: Form, name: string): unknown {
  switch (option.kind) {
    case "duration":
    case "size": {
      const value = readQuantity(option.kind, raw, form, name);
      const min = parse(option.kind, option.min, name);
      const max = parse(option.kind, option.max, name);
      if (value < min || value > max) throw refuseValue(name, raw, accepted(option));
      return value;
    }
    case "integer": {
      const value = form === "text" && /^-?\d+$/.test(String(raw)) ? Number(raw) : raw;
      const fits = Number.isSafeInteger(value) && Number(value) >= option.min && Number(value) <= option.max;
      if (!fits || (option.only && !option.only.includes(Number(value)))) {
        throw refuseValue(name, raw, accepted(option));
      }
      return value;
    }
    case "boolean": {
      const value = form === "text" ? { true: true, false: false }[String(raw)] : raw;
      if (typeof value !== "boolean") throw refuseValue(name, raw, accepted(option));
      return value;
    }
    case "names":
      return readNames(option, raw, form, name);
    case "rates":
      return readRates(option, raw, form, name);
    case "choice":
      if (!option.choices.includes(raw as string)) throw refuseValue(name, raw, accepted(option));
      return raw;
    case "text": {
      const wanted = typeof raw === "string" && raw !== "" ? option.check?.(raw) : accepted(option);
      if (wanted === undefined) return raw;
      throw option.secret ? refuseSecret(name, wanted) : refuseValue(name, raw, wanted);
    }
    case "place":
      if (typeof raw !== "string") throw refuseValue(name, raw, accepted(option));
      return option.parse(raw, name);
  }
}

/** What an option takes, in words, for errors and help. */
export function accepted(option: Option): string {
  switch (option.kind) {
    case "duration":
    case "size":
      return `a ${option.kind} from ${option.min} to ${option.max}`;
    case "integer":
      return option.only
        ? `one of ${option.only.join(", ")}`
        : `a whole number from ${option.min} to ${option.max}`;
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${option.choices.join(", ")}`;
    case "text":
      return "a text that is not empty";
    case "names":
      return `one or more of <${option.form}>, or ${NO_NAMES}`;
    case "rates":
      return `one or more of <${option.form}>, ${option.whole ? "whole numbers" : "numbers"} from ${option.min} to ${option.max}, or ${NO_NAMES}`;
    case "place":
      return option.form;
  }
}

/** None at all, written where a name would stand. */
export const NO_NAMES = "none";

function readNames(
  option: Option & { kind: "names" },
  raw: unknown,
  form: Form,
  name: string,
): readonly string[] {
  const names = form === "text" || typeof raw === "string" ? String(raw).split(option.separator ?? ",") : raw;
  if (!Array.isArray(names) || names.some((each) => typeof each !== "string" || each === "")) {
    throw refuseValue(name, raw, accepted(option));
  }
  return names.length === 1 && names[0] === NO_NAMES ? [] : [...new Set(names as string[])];
}

/** By type; a number alone is for all types, which are called `*`. */
function readRates(
  option: Option & { readonly kind: "rates" },
  raw: unknown,
  form: Form,
  name: string,
): Readonly<Record<string, number>> {
  const entries = ratesIn(raw, form);
  const fits = (rate: unknown): boolean =>
    typeof rate === "number" &&
    rate >= option.min &&
    rate <= option.max &&
    (!option.whole || Number.isInteger(rate));
  if (entries === undefined || entries.some(([type, rate]) => type === "" || !fits(rate))) {
    throw refuseValue(name, raw, accepted(option));
  }
  return Object.fromEntries(entries) as Readonly<Record<string, number>>;
}

function ratesIn(raw: unknown, form: Form): [type: string, rate: unknown][] | undefined {
  if (raw === NO_NAMES) return [];
  if (form === "typed" && typeof raw === "number") return [["*", raw]];
  if (typeof raw === "string") return raw.split(",").map(rateIn);
  if (form === "text" || typeof raw !== "object" || raw === null || Array.isArray(raw)) return undefined;
  return Object.entries(raw);
}

function rateIn(text: string): [type: string, rate: unknown] {
  const at = text.lastIndexOf("=");
  const number = text.slice(at + 1);
  return [at < 0 ? "*" : text.slice(0, at), /^\d+(?:\.\d+)?$/.test(number) ? Number(number) : undefined];
}

function readQuantity(kind: "duration" | "size", raw: unknown, form: Form, name: string): number {
  if (typeof raw === "string") return parse(kind, raw, name);
  if (form === "typed" && Number.isSafeInteger(raw)) return raw as number;
  const unit = kind === "duration" ? "milliseconds" : "bytes";
  throw refuseValue(name, raw, `a ${kind} as text or as a whole number of ${unit}`);
}

function parse(kind: "duration" | "size", text: string, name: string): number {
  return kind === "duration" ? parseDuration(text, name) : parseSize(text, name);
}
