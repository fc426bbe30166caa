/**
 * One round: a process logs at full speed, is killed at a random moment, what it left is shipped, and what arrived is
 * held against what had returned.
 */
import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listJournals } from "../../../src/buffer/journal.js";
import type { ShipCounts } from "../../../src/ship/counts.js";
import type { FakeCloudWatch } from "../../../src/testing/index.js";
import { delay, Program } from "../../harness/program.js";
import { readReturnedCalls } from "../../harness/returned-calls.js";
import type { LogPlan } from "../programs/log.js";
import { drawBelow } from "./random.js";
import { expectedRecord } from "./records.js";
import { GROUP, shipHere, shipOnce } from "./shipping.js";
import { judge, type Verdict } from "./verdict.js";

const KILL_AFTER_MS_MIN = 5;
const KILL_AFTER_MS_MAX = 150;
const DEFAULT_SEGMENT_BYTES = 8 << 20;
const SMALL_SEGMENT_BYTES = 64 << 10;
/** Work that waits for the event loop, such as preparing the next segment, comes often, seldom or never. */
const CALLS_PER_TURN = [20, 1000, 1_000_000_000];
/**
 * More than a process logs before it is killed. Where the machine is so busy that the kill comes late, it keeps the
 * shipping that follows from making the next kill later still.
 */
const CALLS_MAX = 100_000;

export interface RoundOptions {
  readonly cloud: FakeCloudWatch;
  readonly seed: number;
  readonly by?: "command" | "here";
  readonly plan?: Partial<LogPlan>;
  /** Default: by a kill at a random moment. */
  readonly ending?: "by itself";
  /** The program and how many loggers it runs, each with a plan of its own. */
  readonly program?: { readonly name: "log" | "threads" | "cluster"; readonly loggers: number };
}

export interface Round {
  readonly verdicts: readonly Verdict[];
  /** Everything that is wrong, in sentences that name the seed and where the journals are kept. */
  readonly faults: readonly string[];
  /** Removes what a fault has kept. */
  readonly discard: () => void;
}

/** The folders of one round, removed unless they tell of a fault. */
class RoundFolder {
  readonly root = mkdtempSync(join(tmpdir(), "dragonlog-crash-"));
  readonly journals = join(this.root, "journals");
  readonly kept = join(this.root, "kept");

  returnedPath(logger: number): string {
    return join(this.root, `returned-${logger}`);
  }

  /** Shipping deletes what it has delivered; links keep it as the killed process left it. */
  keep(): void {
    for (const journal of listJournals(this.journals)) {
      const copy = join(this.kept, journal.slice(this.journals.length));
      mkdirSync(copy, { recursive: true });
      for (const name of readdirSync(journal)) {
        linkSync(join(journal, name), join(copy, name));
      }
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export async function killRound(options: RoundOptions): Promise<Round> {
  const { cloud, seed, by = "here", program = { name: "log", loggers: 1 } } = options;
  const folder = new RoundFolder();
  const plans = Array.from(
    { length: program.loggers },
    (_, logger): LogPlan => ({
      dir: folder.journals,
      returnedPath: folder.returnedPath(logger),
      service: `logger-${logger}`,
      seed: seed + logger,
      segmentBytes: drawBelow(3, seed, 1) === 0 ? DEFAULT_SEGMENT_BYTES : SMALL_SEGMENT_BYTES,
      callsPerTurn: CALLS_PER_TURN[drawBelow(CALLS_PER_TURN.length, seed, 3)]!,
      callsMax: CALLS_MAX,
      ...options.plan,
    }),
  );
  cloud.reset();
  const running = Program.start(
    `crash/programs/${program.name}`,
    program.name === "log" ? plans[0]! : { plans },
  );
  await running.said((stdout) => stdout.length >= plans.length);
  if (options.ending === undefined) {
    await delay(KILL_AFTER_MS_MIN + drawBelow(KILL_AFTER_MS_MAX - KILL_AFTER_MS_MIN, seed, 2));
    await running.kill();
  } else {
    assert.equal((await running.ended).signal, "SIGKILL");
  }
  folder.keep();

  const shipped = await (by === "here" ? shipHere : shipOnce)(folder.journals, cloud);
  const verdicts = plans.map(({ returnedPath, service, seed: own }) => {
    const returned = readReturnedCalls(returnedPath);
    return judge(eventsOf(cloud, service), returned, (n) => expectedRecord(n, own));
  });
  const faults = [...verdicts.flatMap(sentencesOf), ...leftBehind(folder.journals, shipped)];
  if (faults.length === 0) {
    folder.remove();
  }
  const where = `seed ${seed}, journals kept in ${folder.kept}`;
  return { verdicts, faults: faults.map((fault) => `${fault} (${where})`), discard: () => folder.remove() };
}

export function eventsOf(cloud: FakeCloudWatch, service: string) {
  const streams = cloud.groups().find(({ name }) => name === GROUP)?.streams ?? [];
  return streams.some(({ name }) => name === service) ? cloud.readStream(GROUP, service) : [];
}

function sentencesOf({ writer, returned, delivered, faults }: Verdict): string[] {
  return faults.map((fault) => `writer ${writer}, ${returned} returned, ${delivered} delivered: ${fault}`);
}

/** A killed process leaves nothing that is broken, and an empty journal of a dead writer is removed. */
function leftBehind(dir: string, { damage, deadLetters }: ShipCounts): string[] {
  const faults = listJournals(dir).map((journal) => `the journal ${journal} was not removed`);
  if (Object.keys(damage).length > 0) {
    faults.push(`the shipper reported damage: ${JSON.stringify(damage)}`);
  }
  if (Object.keys(deadLetters).length > 0) {
    faults.push(`the shipper made dead letters: ${JSON.stringify(deadLetters)}`);
  }
  return faults;
}
