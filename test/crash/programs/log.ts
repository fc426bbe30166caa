/**
 * Logs at full speed until it is killed, and stores after each call how many have returned. Runs as a process, as a
 * worker thread, and as a worker of a cluster. Writes one byte to standard output after its first call.
 */
import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { DragonLogger } from "../../../src/index.js";
import { readPlan } from "../../harness/program.js";
import { ReturnedCalls } from "../../harness/returned-calls.js";
import { recordLogger } from "../harness/records.js";
import { type Death, dieAtCommit } from "./die-at-commit.js";
import { refuseMapping } from "./refuse-mapping.js";
import { type Sabotage, sabotage } from "./sabotage.js";

export interface LogPlan {
  /** The folder of the journals. */
  readonly dir: string;
  readonly returnedPath: string;
  readonly service: string;
  readonly seed: number;
  readonly segmentBytes: number;
  /** False: as on a file system that cannot map. */
  readonly mapped?: boolean;
  readonly sabotage?: Sabotage;
  readonly death?: Death;
  /** Milliseconds between turns of the event loop; default none. */
  readonly pauseMs?: number;
  /** Calls in one turn of the event loop; default 2000. */
  readonly callsPerTurn?: number;
  /** After so many calls it only waits to be killed; default never. */
  readonly callsMax?: number;
  /** How it ends by itself, right after so many calls; default never. */
  readonly end?: { readonly after: number; readonly how: "exit" | "throw" | "reject" };
}

const plan = readPlan<LogPlan>();
const { pauseMs, callsPerTurn = 2000, callsMax = Number.POSITIVE_INFINITY, end } = plan;
const returned = new ReturnedCalls(plan.returnedPath);
if (plan.mapped === false) {
  refuseMapping();
}
if (plan.sabotage !== undefined) {
  sabotage(plan.sabotage);
}
if (plan.death !== undefined) {
  dieAtCommit(plan.death);
}
const logger = new DragonLogger({
  service: plan.service,
  journalDir: plan.dir,
  segmentBytes: plan.segmentBytes,
});
const log = recordLogger(logger, plan.seed);
let calls = 0;
let finishing = false;

function turn(): void {
  if (finishing) {
    return;
  }
  for (let i = 0; i < callsPerTurn && calls < callsMax; i++) {
    log(calls);
    returned.count = ++calls;
    if (calls === 1) {
      writeSync(1, ".");
    }
    if (calls === end?.after) {
      endBy(end.how);
      return;
    }
  }
  if (pauseMs === undefined) {
    setImmediate(turn);
  } else {
    setTimeout(turn, pauseMs);
  }
}

function endBy(how: "exit" | "throw" | "reject"): void {
  if (how === "exit") {
    process.exit(3);
  }
  if (how === "throw") {
    throw new Error("nobody catches this");
  }
  void Promise.reject(new Error("nobody catches this"));
}

if (isMainThread) {
  // The end of standard input is the order to stop calling; the process then ends by itself, without closing the logger.
  process.stdin.on("end", () => {
    finishing = true;
  });
  process.stdin.resume();
}
turn();
