/** What loggers are told of a worker that dies, cannot start, or ends. The workers are real; what they do is scripted here. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { BackgroundWorker, type WorkerUser } from "./background-worker.js";
import type { DragonlogError } from "./errors.js";

/** What each of them begins with; `life` counts how many there were, this one among them. */
const PROLOGUE = `
  import { parentPort, workerData } from "node:worker_threads";
  const life = Atomics.add(workerData, 0, 1) + 1;
  const post = (message) => parentPort.postMessage(message);
  const told = [];
`;
/** Answers what it is asked with what it was told. */
const HONEST = `
  parentPort.on("message", ({ news, ask, stop }) => {
    if (news !== undefined) told.push(news);
    if (ask !== undefined) { post({ said: told }); post({ answered: ask, done: true }); }
    if (stop) parentPort.close();
  });
`;

function open(script: string, deadlineMs = 60_000) {
  const lives = new Int32Array(new SharedArrayBuffer(8));
  const troubles: DragonlogError[] = [];
  const state = { forgotten: 0 };
  const worker = new BackgroundWorker({
    module: new URL(`data:text/javascript,${encodeURIComponent(PROLOGUE + script)}`),
    workerData: lives,
    deadlineMs,
    name: "The worker",
    code: "DRAGONLOG_SHIPPER_FAILED",
    onTrouble: (error) => void troubles.push(error),
    forget: () => {
      state.forgotten++;
    },
  });
  return { worker, lives, troubles, state };
}

/** A logger whose name is all that a worker has to know of it. */
function user(name: string, waitAtExit = () => {}): WorkerUser & { readonly heard: unknown[] } {
  const heard: unknown[] = [];
  return {
    heard,
    logged: () => 0,
    share: { news: () => [name], hear: (said) => void heard.push(said), waitAtExit },
  };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

/** Timers stand still, so that a worker that has died is not started again; resolves when that is so. */
async function dead(
  { worker, troubles }: ReturnType<typeof open>,
  context: TestContext,
  one = user("a"),
): Promise<void> {
  context.mock.method(Math, "random", () => 1);
  context.mock.timers.enable({ apis: ["setTimeout"] });
  worker.use(one);
  while (troubles.length === 0) await new Promise(setImmediate);
  // The first restart comes 400 ms after its death, which may be some time ago by now.
  assert.equal(await worker.flush(1), false);
}

test("a worker that dies while a logger leaves hears of that logger when it is started again", async () => {
  const { worker } = open(
    `if (life === 1) parentPort.on("message", ({ ask }) => ask && process.exit()); else { ${HONEST} }`,
  );
  const [a, b] = [user("a"), user("b")];
  worker.use(a);
  worker.use(b);
  await worker.release(a);
  assert.deepEqual(b.heard, [["a", "b"]]);
  await worker.release(b);
});

test("loggers that leave at the same time end the worker, once", async () => {
  const { worker, lives, state } = open(HONEST);
  const users = ["a", "b", "c"].map((name) => user(name));
  for (const one of users) worker.use(one);
  const listeners = process.listenerCount("exit");
  await Promise.all([...users, ...users].map((one) => worker.release(one)));
  assert.deepEqual([state.forgotten, lives[0]], [1, 1]);
  assert.equal(process.listenerCount("exit"), listeners - 1);
});

test("once the worker has ended a flush is told what its drain came to", async () => {
  for (const done of [true, false]) {
    const { worker } = open(
      `
        const asked = [];
        parentPort.on("message", ({ ask, stop }) => {
          if (ask !== undefined) asked.push(ask);
          if (!stop) return;
          for (const ask of asked) post({ answered: ask, done: ${done} });
          parentPort.close();
        });
      `,
      1000,
    );
    const a = user("a");
    worker.use(a);
    const closed = worker.release(a);
    const beside = worker.flush();
    await closed;
    assert.deepEqual([await beside, await worker.flush(), await worker.flush(5)], [done, done, done]);
  }
});

test("while a worker cannot start nobody waits longer than for its restart", async (context) => {
  const opened = open("throw new Error('it cannot start')");
  const { worker, lives } = opened;
  await dead(opened, context);
  let told: boolean | undefined;
  void worker.flush(700).then((delivered) => {
    told = delivered;
  });
  await settle();
  assert.equal(told, undefined, "the next one comes in time");
  context.mock.timers.tick(400);
  while (told === undefined) await new Promise(setImmediate);
  assert.deepEqual([told, lives[0]], [false, 2], "and the one after that does not");
});

test("a process that ends while the worker is down starts it for what is in memory", async (context) => {
  const opened = open(`if (life === 1) throw new Error("it dies");
    parentPort.on("message", ({ ask, stop }) => {
      if (ask !== undefined) { Atomics.store(workerData, 1, 1); Atomics.notify(workerData, 1); }
      if (stop) parentPort.close();
    });`);
  const { worker, lives } = opened;
  const last = user("a", () => void Atomics.wait(lives, 1, 0, 10_000));
  await dead(opened, context, last);
  process.listeners("exit").at(-1)!(0);
  assert.deepEqual([...lives], [2, 1]);
  await worker.release(last);
});
