/** The shipper reads into memory that it uses again. Whatever fails meanwhile, each record must arrive with its own text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GROUP, Shipping } from "./shipping.js";

const WRITERS = ["a", "b", "c"];
const RECORDS = 2000;
/** As many as give several batches of a megabyte to each writer. */
const TEXT_BYTES = 1200;

/** A text that no other record has any longer piece of. */
function textOf(service: string, n: number): string {
  const word = `${service}${n}"\n`;
  return word.repeat(Math.ceil(TEXT_BYTES / word.length));
}

test("each record arrives with its own text, whatever fails while memory is used again", async (context) => {
  const shipping = await Shipping.open(context);
  const seed = 20261128;
  context.diagnostic(`seed ${seed}`);
  for (const kind of ["throttle", "unavailable", "cut", "store-then-cut"] as const) {
    shipping.cloud.faults.add({ kind, operation: "PutLogEvents", probability: 0.15, seed });
  }
  shipping.cloud.faults.add({ kind: "latency", operation: "PutLogEvents", ms: 0, msMax: 60 });
  shipping.cloud.faults.add({
    kind: "poison",
    message: `"data":"${JSON.stringify(textOf("b", 700)).slice(1, 200)}`,
  });
  for (const service of WRITERS) {
    const logger = shipping.logger(service);
    for (let n = 0; n < RECORDS; n++) logger.info(textOf(service, n), { n });
    await logger.close();
  }
  const shipper = shipping.ship("--interval", "20ms", "--backoff-base", "1ms", "--backoff-max", "20ms");
  await shipping.untilStatus(({ journals }) => journals.journals === 0);
  const { code, stderr } = await shipper.stop();
  assert.equal(code, 0, stderr);
  const poisoned = shipping.deadLetters();
  assert.equal(poisoned.length, 1);
  assert.ok(
    JSON.stringify(poisoned[0]).includes(JSON.stringify(JSON.stringify(textOf("b", 700))).slice(3, 1000)),
  );
  for (const service of WRITERS) {
    const seen = new Set<number>();
    for (const { message } of shipping.cloud.readStream(GROUP, service)) {
      const { data, metadata } = JSON.parse(message) as { data: string; metadata: { n: number } };
      assert.equal(data, textOf(service, metadata.n), `${service} ${metadata.n}`);
      seen.add(metadata.n);
    }
    // The one that is a dead letter may have been stored by a put that was cut.
    assert.ok(seen.size >= (service === "b" ? RECORDS - 1 : RECORDS), service);
  }
});
