/**
 * Logs so many bytes at full speed, reports, and at the end of its standard input closes its logger and reports again.
 * Its memory is looked at after every turn from a warm-up on.
 */
import { DragonLogger } from "../../../src/index.js";
import { readPlan } from "../../harness/program.js";

export interface FillPlan {
  readonly dir: string;
  readonly journalBytesMax: number;
  readonly whenFull: "drop-newest" | "drop-oldest";
  readonly bytes: number;
  readonly warmUpBytes: number;
}

export interface FillReport {
  readonly calls: number;
  readonly dropped: number;
  /** Records that got a seq, reports of drops among them. */
  readonly logged: number;
  readonly rssWarmBytes: number;
  readonly rssPeakBytes: number;
}

const BODY = "x".repeat(900);
const CALLS_PER_TURN = 1000;
/** Written to the disk this often, so that the journal looks for room this often as well. */
const SYNC_MS = 100;

const plan = readPlan<FillPlan>();
const logger = new DragonLogger({
  service: "fill",
  journalDir: plan.dir,
  journalBytesMax: plan.journalBytesMax,
  segmentBytes: "1MiB",
  whenFull: plan.whenFull,
  syncMs: SYNC_MS,
  onTrouble: () => {},
});
let calls = 0;
let rssWarmBytes = 0;
let rssPeakBytes = 0;

function turn(): void {
  for (let i = 0; i < CALLS_PER_TURN; i++) {
    logger.info(BODY, { n: calls++ });
  }
  const bytes = calls * BODY.length;
  const rss = process.memoryUsage.rss();
  if (bytes < plan.warmUpBytes) {
    rssWarmBytes = Math.max(rssWarmBytes, rss);
  }
  rssPeakBytes = Math.max(rssPeakBytes, rss);
  if (bytes < plan.bytes) {
    setImmediate(turn);
  } else {
    report();
  }
}

function report(): void {
  const { dropped, logged } = logger.stats();
  const total = Object.values(dropped).reduce((sum, records) => sum + records, 0);
  const line: FillReport = { calls, dropped: total, logged, rssWarmBytes, rssPeakBytes };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

process.stdin.on("end", () => void logger.close().then(report));
process.stdin.resume();
turn();
