/** What `where` takes: `path=value`, such as `metadata.user_id=42` or `data.items.0.name=chair`. */
import { refuseValue } from "../system/refusal.js";
import { comparable, type LineView } from "./line-view.js";

/** Deeper places are not looked for. */
const STEPS_MAX = 32;

/** Throws DRAGONLOG_OPTION_INVALID for what is no path and value. */
export function compileWhere(where: string, name: string): (line: LineView) => boolean {
  const at = where.indexOf("=");
  const steps = where.slice(0, Math.max(0, at)).split(".");
  if (at < 1 || steps.length > STEPS_MAX) {
    throw refuseValue(
      name,
      where,
      `path=value, such as metadata.user_id=42, with a path of 1 to ${STEPS_MAX} steps`,
    );
  }
  const wanted = where.slice(at + 1);
  const wantedNumber = wanted.trim() === "" ? Number.NaN : Number(wanted);
  const is = (value: unknown): boolean =>
    typeof value === "number" ? value === wantedNumber : comparable(value) === wanted;
  return ({ members }) => members !== undefined && holdsAt(members, steps, is);
}

/** Names may have dots in them, so a step may be made of several; the longest name is tried first. */
function holdsAt(value: unknown, steps: readonly string[], is: (value: unknown) => boolean): boolean {
  if (steps.length === 0) return is(value);
  if (typeof value !== "object" || value === null) return false;
  for (let count = steps.length; count > 0; count--) {
    const name = steps.slice(0, count).join(".");
    if (
      Object.hasOwn(value, name) &&
      !(Array.isArray(value) && name === "length") &&
      holdsAt((value as Record<string, unknown>)[name], steps.slice(count), is)
    ) {
      return true;
    }
  }
  return false;
}
