/**
 * In a process of its own, with room for all that is allocated: counts the bytes that calls put on the heap, in rounds without
 * a collection and without a turn of the event loop. The records are there before, so that the calls alone are counted.
 */
import { existsSync } from "node:fs";
import { GCProfiler, getHeapStatistics } from "node:v8";
import { DragonLogger } from "../../../src/index.js";
import { order, report } from "../../lib/child.js";
import { records, SERVICE } from "../../lib/records.js";

export type Call = "900-byte" | "small" | "error" | "disabled" | "child";

export interface LogCallOrder {
  readonly dir: string;
  readonly call: Call;
  /** Look for a file of this name before and after the last round, for whoever watches the system calls. */
  readonly mark?: string;
  /** Does more at each call, to see that it is found. */
  readonly sabotage: boolean;
}

export interface LogCallCounted {
  readonly bytesPerCall: number;
  /** Calls between the marks. */
  readonly markedCalls: number;
}

/** So that everything is compiled for good, and segments have been changed. */
const WARM_UP_CALLS = 30_000;
const ROUND_CALLS = 2000;
const ROUNDS = 15;
const KINDS = 16;
const ERRORS = 16;
/** What a sabotaged call leaves on the heap beside; more than an error's texts vary by. */
const LITTER_BYTES = 1000;

const { dir, call, mark, sabotage } = order<LogCallOrder>();
const logger = new DragonLogger({ service: SERVICE, journalDir: dir });
const kind = records[call === "900-byte" ? "900-byte" : "small"];
const texts = Array.from({ length: KINDS }, (_, i) => kind.text(i));
const metadata = Array.from({ length: KINDS }, (_, i) => kind.metadata(i));
const errors = Array.from({ length: ERRORS }, (_, i) => new RangeError(`order ${i} was not found`));
for (const error of errors) {
  // It is put together at the first look.
  void error.stack;
}
const bindings = { requestId: "01J9Z3T7Q4" };
const calls: Readonly<Record<Call, (i: number) => void>> = {
  "900-byte": (i) => logger.info(texts[i % KINDS]!, metadata[i % KINDS]!),
  small: (i) => logger.info(texts[i % KINDS]!, metadata[i % KINDS]!),
  error: (i) => logger.error(errors[i % ERRORS]!),
  disabled: (i) => logger.debug(texts[i % KINDS]!, metadata[i % KINDS]!),
  child: (i) => logger.child(bindings).info(texts[i % KINDS]!),
};
const litter: unknown[] = new Array(ROUND_CALLS);
const log = calls[call];
const act = sabotage ? littering : log;

for (let done = 0; done < WARM_UP_CALLS; done += ROUND_CALLS) {
  round();
  await turn();
}
const bytes: number[] = [];
while (bytes.length < ROUNDS) {
  gc!();
  const profiler = new GCProfiler();
  profiler.start();
  const before = heapBytes();
  round();
  const after = heapBytes();
  const collections = profiler.stop()!.statistics.length;
  if (collections > 0) {
    throw new Error("there was a collection; the young generation is too small for a round");
  }
  bytes.push((after - before) / ROUND_CALLS);
  await turn();
}
if (mark !== undefined) {
  existsSync(mark);
  round();
  existsSync(mark);
}
const { state, dropped } = logger.stats();
await logger.close();
if (state !== "safe" || Object.keys(dropped).length > 0) {
  throw new Error(`the journal was ${state} and dropped ${JSON.stringify(dropped)}`);
}
// The least: what is more in other rounds comes from a new segment, or from the compiler.
await report({ bytesPerCall: Math.min(...bytes), markedCalls: ROUND_CALLS } satisfies LogCallCounted);

function round(): void {
  for (let i = 0; i < ROUND_CALLS; i++) {
    act(i);
  }
}

function littering(i: number): void {
  log(i);
  litter[i] = new Array(LITTER_BYTES >> 3).fill(i);
  if (mark !== undefined) {
    existsSync("/");
  }
}

/** Of V8's heap and of the memory outside that belongs to objects on it. */
function heapBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}
