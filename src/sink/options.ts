/** Checks that the sinks' options share. */
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";

/** Throws DRAGONLOG_OPTION_UNKNOWN for the first key of `options` that is not among `names`. */
export function refuseUnknown(sink: string, options: object, names: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (names.includes(key)) continue;
    throw new DragonlogError(
      "DRAGONLOG_OPTION_UNKNOWN",
      `${sink} has no option ${JSON.stringify(key)}`,
      names.length === 0 ? `${sink} takes no options.` : `${sink} takes ${names.join(", ")}.`,
    );
  }
}

/** `value` if it is a whole number from `min` to `max`; otherwise throws DRAGONLOG_OPTION_INVALID. */
export function wholeNumber(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw refuseValue(name, value, `a whole number from ${min} to ${max}`);
  }
  return value;
}
