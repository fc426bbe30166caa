import assert from "node:assert/strict";
import { AsyncResource } from "node:async_hooks";
import { EventEmitter, EventEmitterAsyncResource, once } from "node:events";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { currentContext, withContext } from "../context/with-context.js";
import { assertNamesOnce, parsed } from "../encode/encode.cases.js";
import { HOSTILE } from "../encode/hostile.cases.js";
import { openLogger, type Wire } from "./logger.cases.js";

const idsOf = (wires: readonly Wire[]) => wires.map(({ data, request_id }) => [data, request_id]);

test("below a context, each record has its request id and its members, and outside none has", (t) => {
  const { logger, wires } = openLogger(t);
  logger.info("before");
  const answer = withContext({ request_id: "r-1", user_id: 42 }, () => {
    logger.info("text", { a: 1 });
    logger.warn("no metadata");
    logger.log({ data: "by log()", type: "AUDIT" });
    return "what the function returned";
  });
  logger.info("after");
  assert.equal(answer, "what the function returned");
  assert.deepEqual(
    wires().map(({ data, request_id, metadata }) => [data, request_id, metadata]),
    [
      ["before", undefined, undefined],
      ["text", "r-1", { user_id: 42, a: 1 }],
      ["no metadata", "r-1", { user_id: 42 }],
      ["by log()", "r-1", { user_id: 42 }],
      ["after", undefined, undefined],
    ],
  );
});

test("what a call and its logger say counts more than the context, for the id and each member", (t) => {
  const { logger, lines } = openLogger(t);
  const child = logger.child({ request_id: "of the child", a: "child", b: "child" });
  withContext(
    { request_id: "of the context", a: "context", b: "context", c: "context", service: "x" },
    () => {
      logger.log({ data: 0, request_id: "of the call", metadata: { c: "call" } });
      child.info(1, { b: "call" });
      child.log({ data: 2, request_id: "of the call" });
      logger.child({ a: undefined }).info(3);
    },
  );
  const all = lines();
  for (const line of all) assertNamesOnce(line);
  assert.deepEqual(
    all.map((line) => {
      const { request_id, metadata, service } = parsed(line) as Wire;
      return [request_id, metadata, service];
    }),
    [
      ["of the call", { a: "context", b: "context", service: "x", c: "call" }, "svc"],
      ["of the child", { c: "context", service: "x", a: "child", b: "call" }, "svc"],
      ["of the call", { c: "context", service: "x", a: "child", b: "child" }, "svc"],
      ["of the context", { a: "context", b: "context", c: "context", service: "x" }, "svc"],
    ],
  );
});

test("a context within another adds to it, takes away what is undefined, and ends with its function", (t) => {
  const { logger, wires } = openLogger(t);
  withContext({ request_id: "outer", a: 1, b: 1 }, () => {
    withContext({ b: 2, a: undefined, request_id: null }, () => {
      logger.info("inner");
      assert.deepEqual(currentContext(), { request_id: "outer", b: 2 });
    });
    withContext({ request_id: "other" }, () => logger.info("other"));
    logger.info("outer");
    assert.deepEqual(currentContext(), { request_id: "outer", a: 1, b: 1 });
  });
  assert.equal(currentContext(), undefined);
  assert.deepEqual(
    wires().map(({ data, request_id, metadata }) => [data, request_id, metadata]),
    [
      ["inner", "outer", { b: 2 }],
      ["other", "other", { a: 1, b: 1 }],
      ["outer", "outer", { a: 1, b: 1 }],
    ],
  );
});

test("a context goes through awaits, timers, ticks and emitters that belong to it, and concurrent ones never mix", async (t) => {
  const { logger, wires } = openLogger(t);
  const shared = new EventEmitter();
  shared.setMaxListeners(0);
  const ways = 10;
  const request = (id: string) =>
    withContext({ request_id: id }, async () => {
      logger.info(id);
      await turn();
      logger.info(id);
      await new Promise<void>((resolve) => setTimeout(resolve, 1));
      logger.info(id);
      await new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)));
      logger.info(id);
      setTimeout(() => logger.info(id), 1);
      setImmediate(() => logger.info(id));
      process.nextTick(() => logger.info(id));
      const own = new EventEmitterAsyncResource({ name: "own" });
      own.on("event", () => logger.info(id));
      shared.on(
        "event",
        AsyncResource.bind(() => logger.info(id)),
      );
      for await (const _ of [1, 2]) logger.info(id);
      return own;
    });
  const ids = Array.from({ length: 50 }, (_, n) => `r-${n}`);
  const emitters = await Promise.all(ids.map(request));
  withContext({ request_id: "of whoever emits" }, () => {
    shared.emit("event");
    for (const own of emitters) own.emit("event");
  });
  const seen: Wire[] = [];
  while (seen.length < ids.length * (ways + 1)) {
    await turn();
    seen.push(...wires());
  }
  assert.deepEqual(
    idsOf(seen).filter(([data, id]) => data !== id),
    [],
  );
});

test("what a function throws or rejects with passes, and its context is over", async () => {
  const error = new Error("why");
  assert.throws(
    () =>
      withContext({ a: 1 }, () => {
        throw error;
      }),
    error,
  );
  assert.equal(currentContext(), undefined);
  await assert.rejects(
    withContext({ a: 1 }, async () => Promise.reject(error)),
    error,
  );
});

for (const [name, value] of Object.entries(HOSTILE).filter(
  ([each]) => !/bomb|endless|long text/.test(each),
)) {
  test(`${name}, as a context and in one: nothing throws, and each call leaves one good line`, (t) => {
    const { logger, lines } = openLogger(t);
    const odd = value as never;
    const child = logger.child({ of: "child" });
    withContext(odd, () => {
      logger.info("within", odd);
      child.info("by a child");
    });
    withContext({ request_id: odd, member: odd }, () => {
      logger.info("within");
      withContext(odd, () => logger.log({ data: "further within" }));
      currentContext();
    });
    const all = lines();
    assert.equal(all.length, 4);
    for (const line of all) assertNamesOnce(line);
    assert.deepEqual(logger.stats().dropped, {});
    assert.equal(logger.stats().unencodable, 0);
  });
}

test("what a context holds comes as a child's bindings would, each value with its marks", (t) => {
  const { logger, wires } = openLogger(t);
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.anything()), (members) => {
      const { service: _, ...given } = members;
      logger.child(given).info("x", { last: 1 });
      withContext(given, () => logger.info("x", { last: 1 }));
      const [byChild, byContext] = wires();
      assert.deepEqual(byContext!.metadata, byChild!.metadata);
      assert.deepEqual(byContext!.request_id, byChild!.request_id);
    }),
    { numRuns: 200 },
  );
});

test("a getter is read once for a context, and a value is put into text once for each writer", (t) => {
  const first = openLogger(t);
  const second = openLogger(t);
  let reads = 0;
  let texts = 0;
  const context = {
    get read() {
      reads++;
      return {
        toJSON() {
          texts++;
          return "text";
        },
      };
    },
  };
  withContext(context, () => {
    const child = first.logger.child({ a: 1 });
    for (let i = 0; i < 5; i++) {
      first.logger.info(i);
      child.info(i);
      second.logger.info(i);
    }
  });
  assert.deepEqual([reads, texts], [1, 2]);
  assert.equal(first.wires().length + second.wires().length, 15);
});

test("a value that logs when it is asked for its JSON is asked once, and what it logs has nothing of the context", (t) => {
  const { logger, wires } = openLogger(t);
  const value = {
    toJSON() {
      logger.info("from within");
      return "text";
    },
  };
  withContext({ request_id: "r", value }, () => logger.info("kept"));
  assert.deepEqual(
    wires().map(({ data, request_id, metadata }) => [data, request_id, metadata]),
    [
      ["from within", undefined, undefined],
      ["kept", "r", { value: "text" }],
    ],
  );
});

test("what is cut off in a context is counted, once for each writer", (t) => {
  const { logger } = openLogger(t);
  let deep: object = {};
  for (let i = 0; i < 1000; i++) deep = { deep };
  withContext({ deep }, () => {
    logger.info(1);
    logger.info(2);
  });
  assert.equal(logger.stats().valuesShortened, 1);
});

test("loggers made for one call each are no memory of their context's", (t) => {
  const { logger, wires } = openLogger(t);
  withContext({ a: 1 }, () => {
    for (let n = 0; n < 100; n++) logger.child({ n }).info(n);
  });
  assert.deepEqual(
    wires().map(({ metadata }) => metadata),
    Array.from({ length: 100 }, (_, n) => ({ a: 1, n })),
  );
});

test("the members that currentContext() tells cannot be changed", () => {
  withContext({ request_id: "r" }, () => {
    assert.throws(() => {
      (currentContext() as { request_id: string }).request_id = "other";
    }, TypeError);
    assert.equal(currentContext()?.request_id, "r");
  });
});

test("a worker thread begins without the context it was made in, and has contexts of its own", async () => {
  const module = new URL("../context/with-context.js", import.meta.url).href;
  const program = `
    import { parentPort } from "node:worker_threads";
    import { currentContext, withContext } from ${JSON.stringify(module)};
    const before = currentContext();
    parentPort.postMessage([before, withContext({ request_id: "of the thread" }, () => currentContext())]);
  `;
  await withContext({ request_id: "of the main thread" }, async () => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
    const [said] = await once(worker, "message");
    assert.deepEqual(said, [undefined, { request_id: "of the thread" }]);
    assert.equal(currentContext()?.request_id, "of the main thread");
  });
});
