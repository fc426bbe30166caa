/**
 * What the demo's service has logged, in a small file that both processes map: it is right even after a SIGKILL, when
 * nobody can be asked any more.
 */
import { closeSync, openSync } from "node:fs";
import { openMapper } from "../system/mapping.js";

const SHEET_BYTES = 4096;

export class TallySheet {
  readonly #doubles: Float64Array;

  constructor(path: string) {
    const mapper = openMapper();
    const fd = openSync(path, "a+", 0o600);
    mapper.allocate(fd, SHEET_BYTES);
    const window = mapper.reserve(SHEET_BYTES);
    window.attach(fd);
    closeSync(fd);
    this.#doubles = window.doubles;
  }

  /** Log calls that have returned. */
  get returned(): number {
    return this.#doubles[0]!;
  }

  /** Time that they took in all. */
  get nanoseconds(): number {
    return this.#doubles[1]!;
  }

  add(calls: number, nanoseconds: number): void {
    this.#doubles[1]! += nanoseconds;
    this.#doubles[0]! += calls;
  }
}
