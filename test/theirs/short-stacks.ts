import type { TestContext } from "node:test";

/** Of the two runs of an example, stacks are the same in their first line only: below it, they say who has run it. */
export function withShortStacks(t: TestContext): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  t.after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
}
