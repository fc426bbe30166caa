import { DragonlogError } from "./errors.js";

const SHOWN_CHARACTERS_MAX = 80;

/** The error for a value that is not accepted: names the option, what was read and what would have been accepted. */
export function refuseValue(name: string, read: unknown, accepted: string): DragonlogError {
  return new DragonlogError(
    "DRAGONLOG_OPTION_INVALID",
    `${name} cannot be ${describe(read)}`,
    `${name} takes ${accepted}.`,
  );
}

/** The same for a value that must not be shown, such as a URL with a password in it. */
export function refuseSecret(name: string, accepted: string): DragonlogError {
  return new DragonlogError(
    "DRAGONLOG_OPTION_INVALID",
    `${name} cannot be what it is set to, which is not shown because it may hold a password`,
    `${name} takes ${accepted}.`,
  );
}

/** A value as it can stand in a message: short, on one line, and told apart by its type. */
function describe(value: unknown): string {
  if (typeof value === "string") {
    const shown = value.length > SHOWN_CHARACTERS_MAX ? `${value.slice(0, SHOWN_CHARACTERS_MAX)}…` : value;
    return JSON.stringify(shown);
  }
  if (typeof value === "number" || typeof value === "boolean" || value === undefined || value === null) {
    return String(value);
  }
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
