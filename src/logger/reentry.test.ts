import assert from "node:assert/strict";
import { test } from "node:test";
import { openLogger } from "./logger.cases.js";

const LARGE = "x".repeat(100_000);

for (const [what, valueThatLogs] of [
  ["a toJSON", (log: () => void) => ({ a: 1, toJSON: () => `said ${log()}` })],
  ["a getter", (log: () => void) => Object.defineProperty({ a: 1 }, "g", { enumerable: true, get: log })],
  ["a value deep inside", (log: () => void) => ({ items: [1, { toJSON: () => [log()] }], b: 12345678901n })],
] as const) {
  for (const [place, logs] of [
    [
      "the data",
      (value: object, logger: { info(data: unknown, metadata?: object): void }) => logger.info(value),
    ],
    [
      "metadata",
      (value: object, logger: { info(data: unknown, metadata?: object): void }) =>
        logger.info("outer", value),
    ],
  ] as const) {
    for (const inner of ["inner", LARGE]) {
      test(`${what} in ${place} that logs ${inner.length} characters takes no record away`, (t) => {
        const { logger, wires } = openLogger(t, { segmentBytes: "64KiB" });
        logger.info("before");
        logs(
          valueThatLogs(() => logger.warn(inner)),
          logger,
        );
        logger.info("after");
        const found = wires();
        const types = found.map(({ type, data }) => (data === inner ? type : "outer"));
        // The inner one is logged each time that the value is asked.
        assert.ok(types.includes("WARN"));
        assert.deepEqual([found[0]!.data, found.at(-1)!.data], ["before", "after"]);
        assert.equal(
          found.filter(({ type, data }) => type === "INFO" && data !== "before" && data !== "after").length,
          1,
        );
        assert.equal(logger.stats().logged, found.length);
        assert.deepEqual(logger.stats().dropped, {});
      });
    }
  }
}
