import type { Program } from "../../harness/program.js";
import { readReturnedCalls } from "../../harness/returned-calls.js";

/** A process that logs, and how far it has come. */
export class Application {
  constructor(
    readonly program: Program,
    /** One for each service, in the order in which records go to them. */
    readonly writers: readonly string[],
    readonly returnedPath: string,
  ) {}

  /** Calls that have returned; right after a SIGKILL as well. */
  get returned(): number {
    return readReturnedCalls(this.returnedPath);
  }

  /** How many of them each writer got. */
  expected(): Record<string, number> {
    const { returned, writers } = this;
    return Object.fromEntries(
      writers.map((writer, turn) => [writer, Math.max(0, Math.ceil((returned - turn) / writers.length))]),
    );
  }
}
