/**
 * In a process of its own: logs records, each with the time of its call, first one now and then until its parent sends a
 * message, then at a service's gentle pace, then many at once.
 *
 * The time is that of the machine's monotonic clock, which all its processes share, in ms.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { order, report } from "../lib/child.js";
import { SERVICE } from "../lib/records.js";
import { BURST_RECORDS, PAUSE_MS, PAUSE_SHARE, PER_SECOND } from "./shape.js";

export interface ApplicationOrder {
  /** Without one, pino logs into `file`. */
  readonly buffer: string | undefined;
  readonly journalDir: string;
  readonly file: string;
  readonly records: number;
}

export type Phase = "first" | "paced" | "burst";

/** What stands in each record's metadata, or beside its text. */
export interface Stamp {
  readonly phase: Phase;
  readonly atMs: number;
}

const FIRST_EVERY_MS = 50;
const BEFORE_BURST_MS = 1000;

const { buffer, journalDir, file, records } = order<ApplicationOrder>();
const { log, close } = await logging();
const go = once(process, "message");
let going = false;
void go.then(() => {
  going = true;
});
while (!going) {
  log(stamp("first"));
  await sleep(FIRST_EVERY_MS);
}
for (let n = 0; n < records; n++) {
  log(stamp("paced"));
  await sleep(pauseMs());
}
await sleep(BEFORE_BURST_MS);
for (let n = 0; n < BURST_RECORDS; n++) log(stamp("burst"));
// The parent has seen the last of them before it lets this one end.
await once(process, "message");
await close();
await report({ ended: true });

function stamp(phase: Phase): Stamp {
  return { phase, atMs: Number(process.hrtime.bigint()) / 1e6 };
}

function pauseMs(): number {
  if (Math.random() < PAUSE_SHARE) {
    return PAUSE_MS.min + Math.random() * (PAUSE_MS.max - PAUSE_MS.min);
  }
  return (-Math.log(1 - Math.random()) * 1000) / PER_SECOND;
}

async function logging(): Promise<{ log: (stamp: Stamp) => void; close: () => Promise<unknown> }> {
  const text = "served a request";
  if (buffer === undefined) {
    const { pino } = await import("pino");
    const logger = pino({ name: SERVICE }, pino.destination({ dest: file, sync: true }));
    return { log: (metadata) => logger.info({ metadata }, text), close: async () => undefined };
  }
  const { DragonLogger } = await import("../../src/index.js");
  const logger = new DragonLogger({ service: SERVICE, buffer, journalDir });
  return { log: (metadata) => logger.info(text, { ...metadata }), close: () => logger.close() };
}
