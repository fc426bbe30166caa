import type { Writable } from "node:stream";
import type { Clock } from "../system/clock.js";

/** How often the line changes on a terminal, and how often there is a new one elsewhere, such as in a cron mail. */
const TERMINAL_MS = 250;
const LINE_MS = 10_000;

/** Says how far the reading is. */
export class Progress {
  readonly #output: Writable & { readonly isTTY?: boolean };
  readonly #clock: Clock;
  #shownAtMs: number;
  #shownLength = 0;

  constructor(output: Writable, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#shownAtMs = clock.now();
  }

  /** `atMs` is the timestamp of the last event that was read; undefined for none. */
  show(events: number, what: string, atMs: number | undefined): void {
    const now = this.#clock.now();
    if (now - this.#shownAtMs < (this.#output.isTTY ? TERMINAL_MS : LINE_MS)) return;
    this.#shownAtMs = now;
    const at = atMs === undefined ? "" : `, at ${new Date(atMs).toISOString()}`;
    const line = `dragonlog audit: ${events.toLocaleString("en-US")} events read${what}${at}`;
    if (!this.#output.isTTY) {
      this.#output.write(`${line}\n`);
      return;
    }
    this.#output.write(`\r${line.padEnd(this.#shownLength)}`);
    this.#shownLength = line.length;
  }

  /** Leaves a terminal's line empty for what comes next. */
  end(): void {
    if (this.#shownLength > 0) this.#output.write(`\r${" ".repeat(this.#shownLength)}\r`);
    this.#shownLength = 0;
  }
}
