/**
 * G1 on real processes: a log call that has returned survives SIGKILL at the next instruction, is delivered once, and
 * stands in order. `npm run soak` does the same as often as one likes.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { listJournals } from "../../src/buffer/journal.js";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { Program } from "../harness/program.js";
import { readReturnedCalls } from "../harness/returned-calls.js";
import { eventsOf, killRound, type RoundOptions } from "./harness/kill-round.js";
import { inLanes } from "./harness/lanes.js";
import { chooseSeed } from "./harness/random.js";
import { expectedRecord } from "./harness/records.js";
import { shipHere } from "./harness/shipping.js";
import { judge, type Verdict } from "./harness/verdict.js";
import type { LogPlan } from "./programs/log.js";

const ROUNDS = 50;
const LANES = 2;
/** So many rounds are shipped by a real `dragonlog ship --once`, the others in this process, which is faster. */
const ROUNDS_BY_COMMAND = 5;
const ROUNDS_WRITTEN = 8;
const ROUNDS_SABOTAGED_MAX = 20;

async function startCloud(context: TestContext): Promise<FakeCloudWatch> {
  const cloud = await FakeCloudWatch.start({ quotas: false });
  context.after(() => cloud.stop());
  return cloud;
}

async function killRounds(
  context: TestContext,
  rounds: number,
  options: (round: number) => Partial<RoundOptions>,
): Promise<Verdict[]> {
  const seed = chooseSeed();
  context.diagnostic(`replay with CRASH_SEED=${seed}`);
  const verdicts: Verdict[] = [];
  await inLanes(LANES, rounds, async (round, cloud) => {
    const killed = await killRound({ cloud, seed: seed + round * 1000, ...options(round) });
    assert.deepEqual(killed.faults, [], `round ${round} of seed ${seed}`);
    verdicts.push(...killed.verdicts);
  });
  const returned = verdicts.reduce((sum, verdict) => sum + verdict.returned, 0);
  context.diagnostic(
    `${returned} calls had returned in ${rounds} killed processes; all delivered, once, in order`,
  );
  return verdicts;
}

test(`what had returned in ${ROUNDS} killed processes is delivered, once and in order`, async (context) => {
  await killRounds(context, ROUNDS, (round) => ({ by: round < ROUNDS_BY_COMMAND ? "command" : "here" }));
});

test("the same where files cannot be mapped and the journal is written with write(2)", async (context) => {
  await killRounds(context, ROUNDS_WRITTEN, () => ({ plan: { mapped: false } }));
});

for (const instant of ["before", "after"] as const) {
  test(`death just ${instant} a record is published leaves neither loss nor damage`, async (context) => {
    const cloud = await startCloud(context);
    const { faults, verdicts } = await killRound({
      cloud,
      seed: 1,
      plan: { segmentBytes: 64 << 10, death: { instant, stores: 800 } },
      ending: "by itself",
    });
    assert.deepEqual(faults, []);
    assert.equal(verdicts[0]!.extra, instant === "after" ? 1 : 0, "the call in progress");
  });
}

test("every worker thread of a killed process has a journal of its own, and none loses anything", async (context) => {
  const verdicts = await killRounds(context, 3, () => ({ program: { name: "threads", loggers: 2 } }));
  assert.equal(new Set(verdicts.map(({ writer }) => writer)).size, verdicts.length);
});

test("every worker of a killed cluster has a journal of its own, and none loses anything", async (context) => {
  const verdicts = await killRounds(context, 3, () => ({ program: { name: "cluster", loggers: 2 } }));
  assert.equal(new Set(verdicts.map(({ writer }) => writer)).size, verdicts.length);
});

for (const sabotage of ["commit lags", "bytes come after commit", "a call publishes nothing"] as const) {
  test(`a journal that publishes wrongly is found out: ${sabotage}`, async (context) => {
    const cloud = await startCloud(context);
    const seed = chooseSeed();
    // A kill that comes just after a segment change finds all whole: of the segment before it nothing is in doubt any more.
    let found = false;
    for (let round = 0; !found && round < ROUNDS_SABOTAGED_MAX; round++) {
      const { faults, discard } = await killRound({ cloud, seed: seed + round, plan: { sabotage } });
      found = /lost/.test(faults.join("\n"));
      discard();
    }
    assert.ok(found, `${ROUNDS_SABOTAGED_MAX} rounds from seed ${seed} on found nothing`);
  });
}

for (const { how, code, stderr } of [
  { how: "exit", code: 3, stderr: /^$/ },
  { how: "throw", code: 1, stderr: /nobody catches this/ },
  { how: "reject", code: 1, stderr: /nobody catches this/ },
] as const) {
  test(`a process that ends by ${how} right after a log call loses nothing, without a handler`, async (context) => {
    const cloud = await startCloud(context);
    const root = mkdtempSync(join(tmpdir(), "dragonlog-end-"));
    const dir = join(root, "journals");
    const after = 12_345;
    const plan: LogPlan = {
      dir,
      returnedPath: join(root, "returned"),
      service: "ending",
      seed: 1,
      segmentBytes: 64 << 10,
      end: { after, how },
    };
    const ended = await Program.start("crash/programs/log", plan).ended;
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, stderr);
    assert.equal(readReturnedCalls(plan.returnedPath), after);
    await shipHere(dir, cloud);
    const { faults } = judge(eventsOf(cloud, plan.service), after, (n) => expectedRecord(n, plan.seed));
    assert.deepEqual(faults, [], `journals in ${root}`);
    assert.deepEqual(listJournals(dir), []);
    rmSync(root, { recursive: true });
  });
}
