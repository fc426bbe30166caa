/**
 * An application under load: logs its records at a steady rate by the clock, in turn through one logger for each service,
 * and ends, or ends when its standard input does. What is due is logged at the next tick, however late that comes, so the
 * rate holds on a busy machine.
 *
 * Its first line on standard output is `{"writers": [...]}`, one for each service.
 */
import { writeSync } from "node:fs";
import { DragonLogger } from "../../../src/index.js";
import { readPlan } from "../../harness/program.js";
import { ReturnedCalls } from "../../harness/returned-calls.js";

export interface ApplicationPlan {
  /** The folder of the journals. */
  readonly dir: string;
  /** Where it stores after each call how many have returned. */
  readonly returnedPath: string;
  /** The URL of a store; default: the shipper empties the journals. */
  readonly buffer?: string;
  readonly services: readonly string[];
  /** Default: until its standard input ends. */
  readonly records?: number;
  readonly perSecond: number;
  /** The number of one record, from 0, and what it says in place of the usual. */
  readonly special?: { readonly at: number; readonly data: string };
}

const TICK_MS = 5;
const TEXT =
  "order payment accepted for customer by the gateway after retry and stored in region with receipt ";

const {
  dir,
  returnedPath,
  buffer,
  services,
  records = Number.POSITIVE_INFINITY,
  perSecond,
  special,
} = readPlan<ApplicationPlan>();
const returned = new ReturnedCalls(returnedPath);
const place = { journalDir: dir, ...(buffer === undefined ? {} : { buffer }) };
const loggers = services.map((service) => new DragonLogger({ service, ...place }));
writeSync(1, `${JSON.stringify({ writers: loggers.map((logger) => logger.stats().writer) })}\n`);

let calls = 0;
const startedAtMs = performance.now();
const timer = setInterval(() => {
  const due = Math.min(records, Math.floor(((performance.now() - startedAtMs) * perSecond) / 1000));
  while (calls < due) {
    const data = calls === special?.at ? special.data : `${calls} ${TEXT}`;
    loggers[calls % loggers.length]!.info(data, { n: calls });
    returned.count = ++calls;
  }
  if (calls === records) {
    end();
  }
}, TICK_MS);

process.stdin.once("end", end);
process.stdin.resume();

function end(): void {
  clearInterval(timer);
  void Promise.all(loggers.map((logger) => logger.close())).then(() => process.exit());
}
