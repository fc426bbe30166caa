/** The forms of handlers, what they come to, and that no answer is later than it may be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openLogger } from "../logger/logger.cases.js";
import { DragonlogError } from "../system/errors.js";
import { ManualClock } from "../system/manual-clock.cases.js";
import { within } from "../system/within.js";
import { withDelivery } from "./lambda.js";
import type { DeliveryOptions } from "./options.js";

const pause = (clock: ManualClock, ms: number) => new Promise<void>((done) => void clock.after(ms, done));

/** Moves on until it is settled; how long that was. */
async function advanceThrough(clock: ManualClock, work: Promise<unknown>): Promise<number> {
  const startMs = clock.now();
  let settled = false;
  const end = () => {
    settled = true;
  };
  work.then(end, end);
  for (;;) {
    // What is due now may make more due now.
    for (let turn = 0; turn < 5; turn++) {
      await new Promise(setImmediate);
      if (settled) return clock.now() - startMs;
      clock.advance(0);
    }
    clock.advance(1);
  }
}

/** A logger that takes so long to deliver, and honours its deadline as a DragonLogger does. */
function loggerWith(clock: ManualClock, deliveryMs: number): DeliveryOptions["logger"] {
  return {
    error() {},
    flush: async (deadline) =>
      (await within(
        clock,
        deadline as number,
        pause(clock, deliveryMs).then(() => true),
      )) ?? false,
  };
}

const ms = fc.integer({ min: 0, max: 200 });

test("an answer waits for its records, and never beyond `wait` or the reserve", async () => {
  await fc.assert(
    fc.asyncProperty(
      ms,
      ms,
      ms,
      ms,
      ms,
      fc.boolean(),
      async (timeoutMs, workMs, deliveryMs, wait, reserve, fails) => {
        const clock = new ManualClock();
        const deadlineMs = clock.now() + timeoutMs;
        const told: DragonlogError[] = [];
        const handler = withDelivery(
          async (_event: unknown, _context: object) => {
            await pause(clock, workMs);
            if (fails) throw new Error("failed");
            return "done";
          },
          {
            logger: loggerWith(clock, deliveryMs),
            wait,
            reserve,
            onTrouble: (error) => void told.push(error),
          },
        );
        const answer = handler({}, { getRemainingTimeInMillis: () => deadlineMs - clock.now() });
        const tookMs = await advanceThrough(clock, answer);
        const mayWaitMs = Math.max(0, Math.min(wait, timeoutMs - workMs - reserve));
        assert.equal(tookMs, workMs + Math.min(deliveryMs, mayWaitMs));
        if (deliveryMs !== mayWaitMs) {
          const late = deliveryMs > mayWaitMs;
          assert.deepEqual(
            told.map(({ code }) => code),
            late ? ["DRAGONLOG_DEADLINE_PASSED"] : [],
          );
        }
        if (fails) await assert.rejects(answer, /^Error: failed$/);
        else assert.equal(await answer, "done");
      },
    ),
  );
});

const CONTEXT = { awsRequestId: "r-1", getRemainingTimeInMillis: () => 60_000 };
const STREAM = { write() {} };

type Callback = (error: unknown, result?: unknown) => void;
/** Of the runtime, which gives it to every handler; the answer goes by the promise. */
const CALLBACK: Callback = () => assert.fail("not to be called");

/** Handlers that log their event and answer it, called as the runtime does. */
const FORMS: Readonly<
  Record<string, (log: (event: string) => string, options: DeliveryOptions) => Promise<unknown>>
> = {
  "a promise": (log, options) => {
    const handler = withDelivery(async (event: string, ..._: unknown[]) => log(event), options);
    return handler("e", CONTEXT, CALLBACK);
  },
  "a value": (log, options) => {
    const handler = withDelivery((event: string, ..._: unknown[]) => log(event), options);
    return handler("e", CONTEXT, CALLBACK);
  },
  "a callback": (log, options) => {
    const handler = withDelivery((event: string, _: object, callback: Callback) => {
      setImmediate(() => callback(null, log(event)));
    }, options);
    return handler("e", CONTEXT, CALLBACK);
  },
  "a callback that is no parameter of its own": (log, options) => {
    const handler = withDelivery(
      (...args: [string, object, Callback]) => args[2](null, log(args[0])),
      options,
    );
    return handler("e", CONTEXT, CALLBACK);
  },
  "a callback, before its promise": (log, options) => {
    const handler = withDelivery(async (event: string, _: object, callback: Callback) => {
      await new Promise(setImmediate);
      callback(null, log(event));
    }, options);
    return handler("e", CONTEXT, CALLBACK);
  },
  "a promise, with a callback in sight": (log, options) => {
    const handler = withDelivery(async (event: string, _: object, __: Callback) => log(event), options);
    return handler("e", CONTEXT, CALLBACK);
  },
  "a stream": (log, options) => {
    const handler = withDelivery(async (event: string, _: object, __: object) => log(event), options);
    return handler("e", STREAM, CONTEXT);
  },
};

for (const [name, call] of Object.entries(FORMS)) {
  test(`a handler that answers by ${name}`, async (context) => {
    const { logger, wires } = openLogger(context);
    const log = (event: string): string => {
      logger.info(event);
      return event;
    };
    assert.equal(await call(log, { logger }), "e");
    const [record] = wires();
    assert.deepEqual([record!.data, record!.request_id], ["e", "r-1"]);
  });
}

test("what is thrown, in whatever way, is logged with the id and thrown again; or only thrown again", async (context) => {
  const { logger, wires } = openLogger(context);
  const failure = new RangeError("no");
  const handlers: ((event: string, context: object, callback: Callback) => unknown)[] = [
    () => {
      throw failure;
    },
    async () => Promise.reject(failure),
    (_event, _context, callback) => callback(failure),
  ];
  for (const handler of handlers) {
    for (const errors of [true, false]) {
      const answer = withDelivery(handler, { logger, errors })("e", CONTEXT, () => {});
      await assert.rejects(answer, (error) => error === failure);
      const records = wires();
      assert.equal(records.length, errors ? 1 : 0);
      if (errors) {
        const [{ data, type, request_id }] = records as [(typeof records)[0]];
        assert.deepEqual([(data as { message: string }).message, type, request_id], ["no", "ERROR", "r-1"]);
      }
    }
  }
});

type Handler<Event, Result> = (
  event: Event,
  context: object,
  callback: (error?: Error | string | null, result?: Result) => void,
  // biome-ignore lint/suspicious/noConfusingVoidType: as `@types/aws-lambda` has it.
) => void | Promise<Result>;

test("a handler has the types that it would have without", async () => {
  const options = { logger: loggerWith(new ManualClock(), 0) };
  const own: Handler<{ n: number }, string> = withDelivery(async (event) => `${event.n}`, options);
  const given: Handler<{ n: number }, string> = async ({ n }) => `${n}`;
  const wrapped: Handler<{ n: number }, string> = withDelivery(given, options);
  const queue: Handler<string[], void> = withDelivery(async (messages) => void messages.length, options);
  const calling: Handler<{ n: number }, string> = withDelivery((event, _context, callback) => {
    callback(null, `${event.n}`);
  }, options);
  const silent: () => Promise<unknown> = withDelivery(() => {}, options);
  assert.ok([own, wrapped, queue, calling, silent].every((handler) => typeof handler === "function"));
});

test("marks that a runtime has made stay", () => {
  const mark = Symbol.for("aws.lambda.runtime.handler.streaming");
  const handler = Object.assign(async () => {}, { [mark]: "response" });
  const logger = loggerWith(new ManualClock(), 0);
  assert.equal((withDelivery(handler, { logger }) as unknown as typeof handler)[mark], "response");
});

test("without a context, as in a test of the handler, it waits as long as `wait`", async () => {
  const clock = new ManualClock();
  const told: DragonlogError[] = [];
  const onTrouble = (error: DragonlogError): void => void told.push(error);
  const handler = withDelivery((event: number) => event, {
    logger: loggerWith(clock, 100),
    wait: 50,
    onTrouble,
  });
  const answer = handler(7);
  assert.equal(await advanceThrough(clock, answer), 50);
  assert.equal(await answer, 7);
  assert.equal(told.length, 1);
});

test("no trouble with logs, and nobody who is told of it, ends an invocation", async () => {
  const unwritable = new DragonlogError("DRAGONLOG_JOURNAL_UNAVAILABLE", "no disk", "Make room.");
  const logger = { error() {}, flush: () => Promise.reject(unwritable) };
  const told: DragonlogError[] = [];
  const onTrouble = (error: DragonlogError): void => {
    told.push(error);
    throw new Error("cannot be told");
  };
  const handler = withDelivery(async () => "done", { logger, onTrouble });
  assert.equal(await handler(), "done");
  assert.equal(await handler(), "done");
  assert.deepEqual(told, [unwritable], "once a minute");
});

test("options that make no sense are refused by name", () => {
  const logger = loggerWith(new ManualClock(), 0);
  const refused = (options: object, code: string, message: RegExp) =>
    assert.throws(
      () => withDelivery(() => {}, options as DeliveryOptions),
      (error) => error instanceof DragonlogError && error.code === code && message.test(error.message),
    );
  refused({ logger, wiat: 1 }, "DRAGONLOG_OPTION_UNKNOWN", /"wiat"/);
  refused({}, "DRAGONLOG_OPTION_INVALID", /^logger /);
  refused({ logger, wait: -1 }, "DRAGONLOG_OPTION_INVALID", /^wait /);
  refused({ logger, reserve: "soon" }, "DRAGONLOG_OPTION_INVALID", /^reserve /);
  refused({ logger, errors: 1 }, "DRAGONLOG_OPTION_INVALID", /^errors /);
  refused({ logger, onTrouble: 1 }, "DRAGONLOG_OPTION_INVALID", /^onTrouble /);
  refused(undefined as unknown as object, "DRAGONLOG_OPTION_INVALID", /^logger /);
});
