/** Journals that publish wrongly, to prove that the tests on killed processes would see it. */
import { COMMIT_WORD, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "../../../src/journal/format.js";
import { Segment } from "../../../src/journal/segment.js";

export type Sabotage = keyof typeof SABOTAGES;

const LAG_RECORDS = 3;

const SABOTAGES = {
  /** COMMIT says less than what has returned, as if records waited in a buffer of the process. */
  "commit lags"(): void {
    const publish = Segment.prototype.publish;
    const commits = new WeakMap<Segment, number[]>();
    Segment.prototype.publish = function (this: Segment, ...args) {
      publish.apply(this, args);
      const own = commits.get(this) ?? new Array<number>(LAG_RECORDS).fill(SEGMENT_HEADER_BYTES >> 3);
      commits.set(this, own);
      own.push(Atomics.load(this.words, COMMIT_WORD));
      Atomics.store(this.words, COMMIT_WORD, own.shift()!);
    };
  },
  /** COMMIT is stored first, and the line's bytes some calls later. */
  "bytes come after commit"(): void {
    const publish = Segment.prototype.publish;
    const completions: (() => void)[] = [];
    Segment.prototype.publish = function (this: Segment, end, ...args) {
      const from = this.position + FRAME_HEADER_BYTES;
      publish.call(this, end, ...args);
      const line = Buffer.from(this.bytes.subarray(from, end));
      this.bytes.fill(0, from, end);
      completions.push(() => this.bytes.set(line, from));
      if (completions.length > LAG_RECORDS) {
        completions.shift()!();
      }
    };
  },
  /** One call of ten returns without having published its record. */
  "a call publishes nothing"(): void {
    const publish = Segment.prototype.publish;
    Segment.prototype.publish = function (this: Segment, end, timestamp, seq, ...args) {
      if (seq % 10 !== 9) {
        publish.call(this, end, timestamp, seq, ...args);
      }
    };
  },
};

export function sabotage(kind: Sabotage): void {
  SABOTAGES[kind]();
}
