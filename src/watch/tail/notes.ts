/** What `tail` says besides the records, on stderr: one line each, and what would come again and again once a second. */
import type { LiveStep } from "../../live/live-step.js";
import type { Query } from "../../live/query.js";
import { LEVELS } from "../../record/types.js";
import type { Clock } from "../../system/clock.js";
import { counted } from "../../system/figures.js";
import type { Io } from "../../system/io.js";
import { printable } from "../../system/printable.js";

const TELL_MS = 1000;

export class Notes {
  readonly #io: Io;
  readonly #clock: Clock;
  #missed = 0;
  #leftOut = 0;
  #trouble: string | undefined;
  #cancelTelling: (() => void) | undefined;

  constructor(io: Io, clock: Clock) {
    this.#io = io;
    this.#clock = clock;
  }

  say(text: string): void {
    this.#io.stderr.write(`dragonlog tail: ${printable(text)}\n`);
  }

  /** What a step says besides its records. */
  hear({ records, matched, missed, trouble }: LiveStep): void {
    if (trouble !== this.#trouble) {
      this.say(
        trouble === undefined ? "it can be read again" : `nothing can be read at the moment: ${trouble}`,
      );
      this.#trouble = trouble;
    }
    this.#missed += missed;
    this.#leftOut += Math.max(0, matched - records.length);
    if (this.#missed + this.#leftOut > 0) {
      this.#cancelTelling ??= this.#clock.after(TELL_MS, () => this.tell());
    }
  }

  /** What is still to be told. */
  tell(): void {
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
    if (this.#missed > 0) {
      this.say(`${counted(this.#missed, "record")} passed unseen: deleted before they could be read`);
    }
    if (this.#leftOut > 0) {
      this.say(`${counted(this.#leftOut, "record")} more matched and are not shown, for there are too many`);
    }
    this.#missed = 0;
    this.#leftOut = 0;
  }
}

/** The filters in words; empty for none. A service may come from a dragonlog.json that was written for those who log. */
export function filtersText({ service, type, requestId, grep, where = [] }: Query): string {
  const isLevel = type !== undefined && (LEVELS as readonly string[]).includes(type.toUpperCase());
  return [
    ...(service === undefined ? [] : [`service ${service}`]),
    ...(type === undefined ? [] : [isLevel ? `level ${type.toUpperCase()} or above` : `type ${type}`]),
    ...(requestId === undefined ? [] : [`request_id ${requestId}`]),
    ...(grep === undefined ? [] : [`${grep.startsWith("/") ? grep : JSON.stringify(grep)} in it`]),
    ...where,
  ].join(" and ");
}
