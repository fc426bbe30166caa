/** What `flush` says: with a shipper of its own see `test/integration/ship-in-app.test.ts` and `serverless.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DragonlogError } from "../system/errors.js";
import { openLogger } from "./logger.cases.js";

test("a logger that does not ship is done when its records are on the disk", async (context) => {
  const { logger } = openLogger(context);
  logger.info("one");
  assert.equal(await logger.flush(), true);
  assert.equal(await logger.flush("1m"), true);
  assert.equal(await logger.flush(60_000), true);
});

test("a deadline that makes no sense is refused", async (context) => {
  const { logger } = openLogger(context);
  for (const deadline of [-1, Number.NaN, Number.POSITIVE_INFINITY, "5", "soon", {}, null, true]) {
    await assert.rejects(
      logger.flush(deadline as number),
      (error) => error instanceof DragonlogError && error.code === "DRAGONLOG_OPTION_INVALID",
    );
  }
});
