/** Judges counts by their budgets. */
import { figure } from "../lib/table.js";
import type { Budget } from "./budgets.js";

type Verdict = "within" | "exceeded" | "could be lowered" | "has no budget";

export interface Judged {
  readonly verdict: Verdict;
  /** NaN where there is none. */
  readonly budget: number;
  /** For people; undefined for what is within its budget. */
  readonly sentence: string | undefined;
}

/** `before` is what was counted when the budget was set. */
export function judge(
  name: string,
  { what, share, slack, look }: Budget,
  before: number | undefined,
  now: number,
): Judged {
  if (before === undefined) {
    const sentence = `${name}: there is no budget for ${what} on this line of Node.js; set it with --update.`;
    return { verdict: "has no budget", budget: Number.NaN, sentence };
  }
  const room = Math.abs(before) * share + slack;
  const budget = before + room;
  const change = `from ${shown(before)} to ${shown(now)}`;
  // Also what is no number at all is not within it.
  if (!(now <= budget)) {
    const sentence = `${name}: ${what} grew ${change}; the budget is ${shown(budget)}. To look at it: ${look}.`;
    return { verdict: "exceeded", budget, sentence };
  }
  if (now < before - room) {
    const sentence = `${name}: ${what} fell ${change}; the budget of ${shown(budget)} may be lowered with --update.`;
    return { verdict: "could be lowered", budget, sentence };
  }
  return { verdict: "within", budget, sentence: undefined };
}

/** A count with as many digits as say something. */
export function shown(count: number): string {
  return figure(count, Math.abs(count) < 100 ? 2 : 0);
}
