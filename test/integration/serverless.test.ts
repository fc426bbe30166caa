/** AWS Lambda's sandboxes, played by a real process that is frozen between its invocations and killed when its time is over. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { LambdaSandbox, TRACE_ROOT } from "../harness/lambda-runtime.js";
import { readReturnedCalls } from "../harness/returned-calls.js";
import type { Event } from "./programs/lambda-function.js";

const PROGRAMS = dirname(fileURLToPath(new URL("programs/lambda-function.js", import.meta.url)));

interface Options {
  readonly handler?: string;
  readonly logger?: object;
  readonly delivery?: object;
}

class Lambda {
  readonly #context: TestContext;
  readonly cloud: FakeCloudWatch;
  readonly #folder = mkdtempSync(join(tmpdir(), "dragonlog-serverless-"));
  #sandboxes = 0;
  #returnedFile = "";

  private constructor(context: TestContext, cloud: FakeCloudWatch) {
    this.#context = context;
    this.cloud = cloud;
    context.after(() => rmSync(this.#folder, { recursive: true }));
  }

  /** How many log calls have returned in the newest process of the sandbox that was made last. */
  get returned(): number {
    return readReturnedCalls(this.#returnedFile);
  }

  static async open(context: TestContext): Promise<Lambda> {
    const cloud = await FakeCloudWatch.start({ quotas: false });
    context.after(() => cloud.stop());
    return new Lambda(context, cloud);
  }

  sandbox({ handler = "answers", logger = {}, delivery = {} }: Options = {}): Promise<LambdaSandbox> {
    const { PATH } = process.env;
    this.#sandboxes++;
    this.#returnedFile = join(this.#folder, `returned-${this.#sandboxes}`);
    return LambdaSandbox.open(this.#context, {
      task: PROGRAMS,
      handler: `lambda-function.${handler}`,
      env: {
        PATH,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "x",
        AWS_SECRET_ACCESS_KEY: "x",
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: this.cloud.url,
        LOGGER: JSON.stringify(logger),
        DELIVERY: JSON.stringify(delivery),
        RETURNED: this.#returnedFile,
      },
    });
  }

  get delivered(): number {
    return this.cloud.tally().distinct;
  }

  assertArrived(distinct: number, duplicates = 0): void {
    const tally = this.cloud.tally();
    assert.deepEqual(
      [tally.distinct, tally.duplicates, tally.outOfOrder, tally.incomplete],
      [distinct, duplicates, 0, 0],
    );
  }

  stored(): { data: unknown; type: string; request_id: string; metadata: Record<string, unknown> }[] {
    return this.cloud.readStream("g", "web").map(({ message }) => JSON.parse(message));
  }
}

const event = (count: number, rest: Partial<Event> = {}): Event => ({ count, ...rest });

for (const handler of ["answers", "callsBack"]) {
  test(`a handler that ${handler}: everything logged is delivered when its answer is there, in invocation after invocation`, async (context) => {
    const lambda = await Lambda.open(context);
    const sandbox = await lambda.sandbox({ handler });
    for (let invocation = 1; invocation <= 5; invocation++) {
      let atAnswer = 0;
      const outcome = await sandbox.invoke(event(50), {
        atAnswer: () => {
          atAnswer = lambda.delivered;
        },
      });
      assert.equal(atAnswer, 50 * invocation, sandbox.stderr);
      assert.deepEqual(outcome.answer, { logged: 50 * invocation });
      const own = lambda.stored().slice(-50);
      assert.deepEqual(new Set(own.map(({ request_id }) => request_id)), new Set([outcome.requestId]));
      assert.deepEqual(own.at(-1)!.metadata, { xray_trace_id: TRACE_ROOT, n: 49 });
    }
    lambda.assertArrived(250);
    assert.equal(sandbox.stderr, "");
  });
}

test("a handler that streams: its answer goes first, and the sandbox is not frozen before everything is delivered", async (context) => {
  const lambda = await Lambda.open(context);
  lambda.cloud.faults.add({ kind: "latency", ms: 300, operation: "PutLogEvents" });
  const sandbox = await lambda.sandbox({ handler: "streams" });
  for (let invocation = 1; invocation <= 3; invocation++) {
    const outcome = await sandbox.invoke(event(50), {
      atAnswer: () => assert.equal(lambda.delivered, 50 * (invocation - 1)),
    });
    assert.deepEqual(outcome.answer, JSON.stringify({ logged: 50 * invocation }));
    lambda.assertArrived(50 * invocation);
    assert.equal(lambda.stored().at(-1)!.request_id, outcome.requestId);
  }
  assert.equal(sandbox.stderr, "");
});

test("what a handler throws is delivered, and fails the invocation as it would without", async (context) => {
  const lambda = await Lambda.open(context);
  const sandbox = await lambda.sandbox();
  const { error, requestId } = await sandbox.invoke(event(3, { ending: "fail" }));
  assert.deepEqual([error!.errorType, error!.errorMessage], ["RangeError", "as it was told"]);
  const failure = lambda.stored().at(-1)!;
  assert.deepEqual([failure.type, failure.request_id], ["ERROR", requestId]);
  assert.match(JSON.stringify(failure.data), /RangeError.*as it was told.*lambda-function/);
  lambda.assertArrived(4);
});

test("a cloud that is too slow: the answer comes in time, and the records with the next one", async (context) => {
  const lambda = await Lambda.open(context);
  lambda.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  const sandbox = await lambda.sandbox({
    logger: { requestTimeout: "500ms", backoffMax: "100ms" },
    delivery: { wait: "1m", reserve: "1500ms" },
  });
  const first = await sandbox.invoke(event(20), { timeoutMs: 3000 });
  assert.deepEqual([first.timedOut, first.answer], [false, { logged: 20 }]);
  assert.equal(lambda.delivered, 0);
  assert.match(sandbox.stderr, /DRAGONLOG_DEADLINE_PASSED/);
  lambda.cloud.faults.clear();
  await sandbox.invoke(event(20));
  lambda.assertArrived(40);
});

test("an outage adds `wait` to an invocation, and not all of its time", async (context) => {
  const lambda = await Lambda.open(context);
  lambda.cloud.faults.add({ kind: "unavailable" });
  const sandbox = await lambda.sandbox({ delivery: { wait: "200ms" }, logger: { backoffMax: "100ms" } });
  // Ten minutes: the test would end before.
  for (let invocation = 1; invocation <= 3; invocation++) {
    const { answer } = await sandbox.invoke(event(10), { timeoutMs: 600_000 });
    assert.deepEqual(answer, { logged: 10 * invocation });
  }
  lambda.cloud.faults.clear();
  for (let later = 1; lambda.delivered === 0; later++) {
    assert.ok(later < 50, sandbox.stderr);
    await sandbox.invoke(event(0));
  }
  lambda.assertArrived(30);
});

test("frozen while an answer of the cloud is on its way: it comes twice, and can be seen by id", async (context) => {
  const lambda = await Lambda.open(context);
  const sandbox = await lambda.sandbox({ logger: { requestTimeout: "4s" } });
  await sandbox.invoke(event(10));
  lambda.cloud.faults.add({ kind: "store-then-hang", operation: "PutLogEvents", calls: 1 });
  await sandbox.invoke(event(20), { timeoutMs: 3000 });
  lambda.assertArrived(30);
  await sandbox.invoke(event(20));
  lambda.assertArrived(50, 20);
});

test("connections that are gone when it wakes cost another request, and nothing else", async (context) => {
  const lambda = await Lambda.open(context);
  const sandbox = await lambda.sandbox();
  await sandbox.invoke(event(20));
  lambda.assertArrived(20);
  const { url } = lambda.cloud;
  await lambda.cloud.stop();
  const second = await FakeCloudWatch.start({ port: Number(new URL(url).port), quotas: false });
  context.after(() => second.stop());
  await sandbox.invoke(event(20));
  const { distinct, duplicates } = second.tally();
  assert.deepEqual([distinct, duplicates], [20, 0]);
  assert.equal(sandbox.stderr, "");
});

test("killed when its time is over: the next process in the sandbox delivers what its log calls had returned for", async (context) => {
  const lambda = await Lambda.open(context);
  const sandbox = await lambda.sandbox();
  await sandbox.invoke(event(10));
  const killed = await sandbox.invoke(event(500, { ending: "hang" }), { timeoutMs: 1500 });
  assert.equal(killed.timedOut, true);
  const { returned } = lambda;
  assert.ok(returned > 10);
  assert.equal(lambda.delivered, 10);
  await sandbox.invoke(event(10));
  lambda.assertArrived(returned + 10);
});

test("a sandbox that is gone takes what was not delivered with it, and nothing else", async (context) => {
  const lambda = await Lambda.open(context);
  const sandbox = await lambda.sandbox();
  await sandbox.invoke(event(10));
  await sandbox.invoke(event(500, { ending: "hang" }), { timeoutMs: 1500 });
  const { returned } = lambda;
  const [writer] = Object.keys(lambda.cloud.tally().writers);
  await sandbox.close();
  await (await lambda.sandbox()).invoke(event(10));
  lambda.assertArrived(20);
  assert.equal(lambda.cloud.tally({ [writer!]: returned }).lost, returned - 10);
});

test("in memory, with no folder to write to: a freeze takes nothing, and a kill what was not delivered", async (context) => {
  const lambda = await Lambda.open(context);
  const logger = {
    journal: false,
    journalDir: "/proc/nowhere",
    requestTimeout: "500ms",
    backoffMax: "100ms",
  };
  const sandbox = await lambda.sandbox({ logger });
  for (let invocation = 1; invocation <= 3; invocation++) {
    await sandbox.invoke(event(20));
    lambda.assertArrived(20 * invocation);
  }
  assert.equal(sandbox.stderr, "");
  lambda.cloud.faults.add({ kind: "hang", operation: "PutLogEvents" });
  await sandbox.invoke(event(20), { timeoutMs: 1500 });
  lambda.assertArrived(60);
  lambda.cloud.faults.clear();
  await sandbox.invoke(event(20));
  lambda.assertArrived(100);
  await sandbox.invoke(event(20, { ending: "hang" }), { timeoutMs: 1500 });
  await sandbox.invoke(event(20));
  lambda.assertArrived(120);
  assert.deepEqual(readdirSync(sandbox.tmp), []);
});

test("sandboxes beside each other share a stream: each is a writer, whose records stand in order", async (context) => {
  const lambda = await Lambda.open(context);
  const sandboxes = await Promise.all([lambda.sandbox(), lambda.sandbox(), lambda.sandbox()]);
  for (let round = 0; round < 3; round++) {
    await Promise.all(sandboxes.map((sandbox) => sandbox.invoke(event(100))));
    assert.equal(lambda.delivered, 300 * (round + 1));
  }
  lambda.assertArrived(900);
  assert.equal(Object.keys(lambda.cloud.tally().writers).length, 3);
  for (const { tmp } of sandboxes) assert.deepEqual(readdirSync(tmp), ["dragonlog"]);
  assert.ok(readdirSync(join(sandboxes[0]!.tmp, "dragonlog")).length > 0);
});
