/**
 * When elements were first read, in order of their numbers: the time of those that bring none, the same whoever reads them
 * again. Elements that are read within `MARK_MS` share a mark.
 */
import type { Mark } from "./list-state.js";

const MARK_MS = 100;
/** Of more marks every second one is left out: elements behind it then have the time of those before. */
const MARKS_MAX = 500;

export class Marks {
  /** Elements below it have their time from here. */
  read: number;
  #marks: Mark[];

  constructor(read: number, marks: readonly Mark[]) {
    this.read = read;
    this.#marks = [...marks];
  }

  get all(): readonly Mark[] {
    return this.#marks;
  }

  /** When the element was first read, which is now or was before; it rises with the numbers. */
  timeOf(seq: number, nowMs: number): number {
    const mark = seq < this.read ? this.#marks.findLast((each) => each.seq <= seq) : undefined;
    const last = this.#marks.at(-1)?.atMs ?? nowMs;
    return mark?.atMs ?? (this.isDue(nowMs) ? Math.max(nowMs, last) : last);
  }

  isDue(nowMs: number): boolean {
    const last = this.#marks.at(-1);
    return last === undefined || nowMs - last.atMs >= MARK_MS;
  }

  /** Elements from `mark.seq` on, below `read`, have this time. */
  add(mark: Mark, read: number): void {
    this.read = read;
    if (this.#marks.at(-1)?.atMs !== mark.atMs) {
      this.#marks.push(mark);
    }
    if (this.#marks.length > MARKS_MAX) {
      this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
    }
  }

  /** The elements before it are not in the list any more. */
  beginAt(head: number): void {
    const covering = this.#marks.findLastIndex(({ seq }) => seq <= head);
    this.#marks.splice(0, covering);
    this.read = Math.max(this.read, head);
  }
}
