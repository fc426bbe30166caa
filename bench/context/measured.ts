/** One case in a process of its own; see README.md. */
import { DragonLogger, withContext } from "../../src/index.js";
import { order, report } from "../lib/child.js";
import { median } from "../lib/stats.js";
import type { Measured, Order } from "./cases.js";

const BURST = 100;
const WARM_CALLS = 20_000;

const { name, dir, calls } = order<Order>();
const members = { tenant: "acme", user_id: 42 };
const root = new DragonLogger({ service: "checkout", journalDir: dir });
const logger = name === "child" ? root.child({ request_id: "0f5f9ad4-16a1", ...members }) : root;
const ids = Array.from({ length: 16 }, (_, n) => `0f5f9ad4-16a${n.toString(16)}`);
let logged = 0;

function burst(): void {
  for (let i = 0; i < BURST; i++) logger.info("hello", { user: logged++ });
}

function burstOfContexts(): void {
  for (let i = 0; i < BURST; i++) {
    withContext({ request_id: ids[i % ids.length]! }, () => logger.info("hello", { user: logged++ }));
  }
}

async function burstOfAwaits(): Promise<void> {
  for (let i = 0; i < BURST; i++) await undefined;
}

/** Nanoseconds a call: the median burst. Between two bursts the event loop turns, as it does in a service. */
async function measure(run: () => unknown): Promise<number> {
  const bursts: number[] = [];
  for (let done = 0; done < WARM_CALLS + calls; done += BURST) {
    const before = process.hrtime.bigint();
    const pending = run();
    if (pending !== undefined) await pending;
    const ns = Number(process.hrtime.bigint() - before);
    if (done >= WARM_CALLS) bursts.push(ns / BURST);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return median(bursts);
}

function measureCase(): Promise<number> {
  switch (name) {
    case "never":
    case "child":
      return measure(burst);
    case "outside":
      withContext({}, () => undefined);
      return measure(burst);
    case "id":
      return withContext({ request_id: ids[0]! }, () => measure(burst));
    case "members":
      return withContext({ request_id: ids[0]!, ...members }, () => measure(burst));
    case "each":
      return measure(burstOfContexts);
    case "await-after":
      withContext({}, () => undefined);
      return measure(burstOfAwaits);
    case "await":
      return measure(burstOfAwaits);
  }
}

const nsPerCall = await measureCase();
await root.close();
await report({ nsPerCall } satisfies Measured);
