// AWS Lambda: each answer waits until the records of its invocation are delivered, within the time that the invocation has.
// Deployed as it is, as lambda.handler, with dragonlog and @aws-sdk/client-cloudwatch-logs in its node_modules; the function's
// role needs what `dragonlog init` writes as the policy.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DragonLogger } from "dragonlog";
import { withDelivery } from "dragonlog/lambda";

const logger = new DragonLogger({
  service: "orders",
  to: "cloudwatch",
  group: "examples",
  // The one place that a sandbox can write to; of its 512 MB, this much.
  journalDir: join(tmpdir(), "dragonlog"),
  journalBytesMax: "64MiB",
  // A request that died while the sandbox was frozen leaves time for another one.
  requestTimeout: "2s",
});

export const handler = withDelivery(
  async (event) => {
    logger.info("order received", { order: event.order });
    if (!Number.isInteger(event.order)) {
      throw new TypeError("an order has a number"); // logged, with the request's id, and thrown again
    }
    return { statusCode: 200, body: `order ${event.order} taken` };
  },
  { logger },
);
