/** The option `multiline`, understood: with which rule and within which bounds lines are joined. */
import { flagOf } from "../../config/names.js";
import { systemClock } from "../../system/clock.js";
import { firstLineRule } from "./first-line.js";
import type { LineJoinerOptions } from "./line-joiner.js";
import { TraceRule } from "./trace-rule.js";

const LINES_MAX = 500;
const BYTES_MAX = 256 * 1024;
/** What a kill can take: a record that waits so long for its next line is in the memory of this process only. */
const WAIT_MS = 300;

/**
 * For one stream of lines, as a rule has a state; undefined where each line is a record. Throws DRAGONLOG_OPTION_INVALID for a
 * regular expression that cannot be used.
 */
export function joiningOf(multiline: string): Omit<LineJoinerOptions, "onRecord"> | undefined {
  if (multiline === "off") return undefined;
  const rule = multiline === "auto" ? new TraceRule() : firstLineRule(multiline, flagOf("multiline"));
  return { rule, linesMax: LINES_MAX, bytesMax: BYTES_MAX, waitMs: WAIT_MS, clock: systemClock };
}
