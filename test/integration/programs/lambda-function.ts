/** Handlers of AWS Lambda that do what their event says, for `serverless.test.ts`. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { DragonLogger } from "../../../src/index.js";
import { withDelivery } from "../../../src/serverless/lambda.js";
import { ReturnedCalls } from "../../harness/returned-calls.js";

export interface Event {
  /** Records that are logged. */
  readonly count: number;
  /** Of what number the first one is. */
  readonly from?: number;
  /** Default: it answers. */
  readonly ending?: "fail" | "hang";
}

const { DELIVERY = "{}", LOGGER = "{}", RETURNED } = process.env;
/** How many log calls have returned, for whoever kills this process. */
const returned = new ReturnedCalls(RETURNED!);
let calls = 0;

const logger = new DragonLogger({
  service: "web",
  to: "cloudwatch",
  group: "g",
  interval: "1h",
  journalDir: join(tmpdir(), "dragonlog"),
  ...JSON.parse(LOGGER),
});
const options = { logger, ...JSON.parse(DELIVERY) };

async function log({ count, from = 0, ending }: Event): Promise<object> {
  for (let n = from; n < from + count; n++) {
    // Some in each of several turns, as code that waits for others does.
    if (n % 10 === 9) await pause(0);
    logger.info("a record", { n });
    returned.count = ++calls;
  }
  if (ending === "fail") throw new RangeError("as it was told");
  if (ending === "hang") await new Promise(() => setInterval(() => {}, 1000));
  return { logged: logger.stats().logged };
}

export const answers = withDelivery(log, options);

export const callsBack = withDelivery(
  (event: Event, _context: object, callback: (error: unknown, result?: unknown) => void) =>
    void log(event).then((result) => callback(null, result), callback),
  options,
);

declare const awslambda: { streamifyResponse<Handler>(handler: Handler): Handler };

export const streams = awslambda.streamifyResponse(
  withDelivery(async (event: Event, stream: Writable) => {
    stream.end(JSON.stringify(await log(event)));
  }, options),
);
