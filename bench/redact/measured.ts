/** One record with one redaction in a process of its own; see README.md. */
import { DragonLogger } from "../../src/index.js";
import { order, report } from "../lib/child.js";
import { median } from "../lib/stats.js";
import { type Measured, type Order, REDACTIONS, type RecordName } from "./cases.js";

const BURST = 100;
const WARM_CALLS = 20_000;
const KINDS = 16;
const TEXT_BYTES = 900;

const { record, redaction, dir, calls } = order<Order>();
const logger = new DragonLogger({
  service: "checkout",
  journalDir: dir,
  journalBytesMax: "64MiB",
  whenFull: "drop-oldest",
  onTrouble: () => undefined,
  ...REDACTIONS[redaction],
});

const errors = Array.from({ length: KINDS }, (_, n) => new RangeError(`order ${n} was not found`));
const texts = Array.from(
  { length: KINDS },
  (_, n) => "a word of it ".repeat(100).slice(0, TEXT_BYTES - 2) + n,
);
const small = Array.from({ length: KINDS }, (_, n) => ({ user_id: n, plan: "pro", ms: 12.5 }));
const large = Array.from({ length: KINDS }, (_, n) => ({
  requestId: "01J9Z3T7Q4XX",
  method: "GET",
  path: "/api/orders/1234",
  status: 200,
  user: { id: n, token: "abcdefgh", plan: "pro" },
  headers: { host: "example.com", authorization: "abc", accept: "*/*" },
  password: "hunter2",
  tags: ["a", "b"],
}));

const log: Readonly<Record<RecordName, (n: number) => void>> = {
  small: (n) => logger.info("User signed up", small[n]!),
  large: (n) => logger.info("GET /api/orders took 12 ms for a customer in Vienna with 3 items", large[n]!),
  error: (n) => logger.error(errors[n]!),
  text: (n) => logger.info(texts[n]!),
};
for (const error of errors) {
  // It is put together at the first look.
  void error.stack;
}

const bursts: number[] = [];
for (let done = 0; done < WARM_CALLS + calls; done += BURST) {
  const before = process.hrtime.bigint();
  for (let i = 0; i < BURST; i++) log[record](i % KINDS);
  const ns = Number(process.hrtime.bigint() - before);
  if (done >= WARM_CALLS) bursts.push(ns / BURST);
  await new Promise((resolve) => setImmediate(resolve));
}
await logger.close();
await report({ nsPerCall: median(bursts) } satisfies Measured);
