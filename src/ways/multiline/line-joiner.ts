/**
 * Lines that belong together become one record.
 *
 *     lines ──add──► held, the lines of the record that may go on ─► perhaps, lines of which the next ones decide
 *
 * A record is handed on when a line begins the next one, when it reaches one of its bounds, when `waitMs` have passed without
 * a further line, and by `flush`. Until then its lines are in the memory of this process only. The order of lines never
 * changes, and none is left out.
 */
import type { Clock } from "../../system/clock.js";
import type { Rule } from "./rule.js";

const LINE_FEED = Buffer.from("\n");
/** Lines that may turn out to belong to the record before them, at most. */
const PERHAPS_LINES_MAX = 10;

export interface JoinedRecord {
  /** The lines with a line feed between them; with one after the last as well where the record `continues`. */
  readonly bytes: Buffer;
  readonly lines: number;
  /** True where the record reached a bound and its next line begins a further one: put together, they are the lines. */
  readonly continues: boolean;
  readonly isTrace: boolean;
}

export interface LineJoinerOptions {
  readonly rule: Rule;
  /** The most lines of a record. */
  readonly linesMax: number;
  /** The most bytes of a record of several lines. */
  readonly bytesMax: number;
  /** How long a record waits for its next line. */
  readonly waitMs: number;
  readonly clock: Clock;
  readonly onRecord: (record: JoinedRecord) => void;
}

export class LineJoiner {
  readonly #options: LineJoinerOptions;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** How many of the held lines, the last ones, may yet be records of their own. */
  #perhaps = 0;
  #isTrace = false;
  #stopWaiting: (() => void) | undefined;

  constructor(options: LineJoinerOptions) {
    this.#options = options;
  }

  /** A whole line, without its line feed; must not be written to afterwards. */
  add(line: Buffer): void {
    const { rule } = this.#options;
    const place = rule.placeOf(line);
    if (place === "begins" || place === "alone") {
      this.#emit();
      this.#hold(line);
      this.#isTrace = rule.isTrace;
      if (place === "alone") this.#emit();
      return;
    }
    this.#keepWithin(line.length);
    this.#hold(line);
    if (place === "continues") {
      this.#perhaps = 0;
      this.#isTrace ||= rule.isTrace;
    } else if (this.#held.length > 1 && ++this.#perhaps > PERHAPS_LINES_MAX) {
      this.#emit();
    }
  }

  /** To be called when no further line is at hand: lets what is held wait for the next one no longer than `waitMs`. */
  wait(): void {
    const { clock, waitMs } = this.#options;
    this.#stopWaiting?.();
    this.#stopWaiting = this.#held.length === 0 ? undefined : clock.after(waitMs, () => this.flush());
  }

  /** Hands on what is held. */
  flush(): void {
    this.#emit();
    this.wait();
  }

  #hold(line: Buffer): void {
    this.#held.push(line);
    this.#heldBytes += line.length + LINE_FEED.length;
  }

  /** Makes room for one more line of so many bytes. */
  #keepWithin(bytes: number): void {
    const { linesMax, bytesMax } = this.#options;
    const isFull = this.#held.length >= linesMax || this.#heldBytes + bytes + LINE_FEED.length > bytesMax;
    if (this.#held.length === 0 || !isFull) return;
    if (this.#perhaps > 0) {
      this.#emit();
      return;
    }
    const isTrace = this.#isTrace;
    this.#handOn(this.#take(), true);
    this.#isTrace = isTrace;
  }

  /** What is held, as the record that it is and those that its last lines have turned out to be. */
  #emit(): void {
    if (this.#held.length === 0) return;
    const perhaps = this.#perhaps;
    const lines = this.#take();
    const own = lines.length - perhaps;
    if (own > 0) this.#handOn(lines.slice(0, own), false);
    this.#isTrace = false;
    for (const line of lines.slice(own)) this.#handOn([line], false);
  }

  #take(): Buffer[] {
    const lines = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    this.#perhaps = 0;
    return lines;
  }

  #handOn(lines: readonly Buffer[], continues: boolean): void {
    const bytes =
      lines.length === 1 && !continues
        ? lines[0]!
        : Buffer.concat(
            lines.flatMap((line, i) => (i < lines.length - 1 || continues ? [line, LINE_FEED] : [line])),
          );
    this.#options.onRecord({ bytes, lines: lines.length, continues, isTrace: this.#isTrace });
  }
}
