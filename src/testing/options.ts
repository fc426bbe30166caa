/** Checks of options that users of the stand-in give, in code or over HTTP. */
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";

export function refuseUnknown(where: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw new DragonlogError(
        "DRAGONLOG_OPTION_UNKNOWN",
        `${where} has no option "${name}"`,
        `Known ones: ${known.join(", ")}.`,
      );
    }
  }
}

/** Returns the number when it is an integer in the range, both ends included; refuses it by name otherwise. */
export function integerIn(name: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw refuseValue(name, value, `an integer from ${min} to ${max}`);
  }
  return value as number;
}

export function oneOf<T extends string>(name: string, value: unknown, values: readonly T[]): T {
  if (!values.includes(value as T)) throw refuseValue(name, value, `one of ${values.join(", ")}`);
  return value as T;
}
