import assert from "node:assert/strict";
import { test } from "node:test";
import { AT_MS, fullOverview, PID, quietOverview, shipperView } from "./overview.cases.js";
import { readiness } from "./readiness.js";

const trouble = { cause: "denied", detail: "secret detail", sinceMs: AT_MS, retryAtMs: undefined };

test("a shipper that can deliver is ready, also while a single destination is refused", () => {
  assert.deepEqual(readiness(quietOverview(), { pid: PID }), { ready: true, reasons: [] });
  const troubles = [{ ...trouble, destination: "g/s" }];
  const refused = quietOverview({ shippers: [shipperView({ troubles })] });
  assert.equal(readiness(refused, { pid: PID }).ready, true);
});

test("one whose circuit is not closed, or that anything stops, is not", () => {
  for (const circuit of ["open", "half-open"] as const) {
    const { ready, reasons } = readiness(quietOverview({ shippers: [shipperView({ circuit })] }), {
      pid: PID,
    });
    assert.deepEqual([ready, reasons], [false, ["the destination takes nothing now; records wait"]]);
  }
  const troubles = [{ ...trouble, destination: undefined }];
  const stopped = quietOverview({ shippers: [shipperView({ troubles })] });
  assert.equal(readiness(stopped, { pid: PID }).ready, false);
});

test("one that stands by, has not begun, or whose store cannot be read, is not", () => {
  const reasonOf = (overview: ReturnType<typeof quietOverview>) => readiness(overview, { pid: PID }).reasons;
  const others = [shipperView({ pid: 1 }), shipperView({ host: "other" })];
  assert.deepEqual(reasonOf(quietOverview({ shippers: others })), ["the shipper has not begun"]);
  const standbys = [{ pid: PID, sinceMs: AT_MS }];
  assert.match(reasonOf(quietOverview({ shippers: others, standbys })).join(), /stands by/);
  const store = { ...fullOverview().store!, error: "secret detail" };
  assert.match(reasonOf(quietOverview({ store })).join(), /^the store cannot be read/);
});

test("the reasons are general words: who may ask for them may not read the logs", () => {
  const overview = fullOverview();
  const store = { ...overview.store!, error: "secret detail" };
  const text = readiness({ ...overview, store }, { pid: PID }).reasons.join();
  assert.doesNotMatch(text, /secret|api|shop|slow down|cloudwatch|redis|store:6379/);
});
