/** The ids of the active span in each record, by the real `@opentelemetry/api`. */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { type TestContext, test } from "node:test";
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  trace,
} from "@opentelemetry/api";
import { headOf } from "../dead-letters/line-head.js";
import { assertNamesOnce } from "../encode/encode.cases.js";
import { idAtEnd } from "../record/line-id.js";
import { openLogger, type Wire } from "./logger.cases.js";

type Traced = Wire & { readonly trace_id?: string; readonly span_id?: string };

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN_ID = "00f067aa0ba902b7";

/** As small as one can be: what is active follows the asynchronous calls. */
class ContextStorage implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => fn.call(thisArg as ThisParameterType<F>, ...args));
  }

  bind<T>(_active: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}

function useOpenTelemetry(t: TestContext, manager: ContextManager = new ContextStorage()): void {
  assert.ok(context.setGlobalContextManager(manager));
  t.after(() => context.disable());
}

function within<T>(ids: { traceId?: unknown; spanId?: unknown }, fn: () => T): T {
  const spanContext = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, ...ids } as never;
  return context.with(trace.setSpanContext(context.active(), spanContext), fn);
}

function withinSpan(span: unknown, fn: () => void): void {
  context.with(trace.setSpan(context.active(), span as Span), fn);
}

const idsIn = (records: readonly Traced[]) => records.map(({ trace_id, span_id }) => [trace_id, span_id]);
const NONE = [undefined, undefined];
const BOTH = [TRACE_ID, SPAN_ID];

test("without OpenTelemetry, and without an active span, nothing is added", (t) => {
  const { logger, wires } = openLogger(t);
  logger.info(1);
  useOpenTelemetry(t);
  logger.info(2);
  assert.deepEqual(idsIn(wires()), [NONE, NONE]);
});

test("the ids stand between the request_id and the metadata, whatever the call", (t) => {
  const { logger, lines, stored } = openLogger(t, { level: "trace" });
  useOpenTelemetry(t);
  const child = logger.child({ request_id: "r-1", user: 7, trace_id: "mine" });
  within({}, () => {
    for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const) logger[level](level);
    logger.info("with metadata", { a: 1 });
    logger.error(new Error("failed"));
    logger.log({ data: 1, type: "AUDIT", service: "öther", timestamp: 5, trace_id: "mine" } as never);
    child.info("child");
  });
  logger.info("after");
  const records = stored();
  const texts = records.map(({ bytes, start, end }) => bytes.subarray(start, end));
  for (const text of texts) {
    assertNamesOnce(text.toString());
    assert.notEqual(headOf(text), undefined);
    assert.notEqual(idAtEnd(text), undefined);
  }
  const all = texts.map((text) => JSON.parse(text.toString()) as Traced);
  assert.deepEqual(idsIn(all), [...Array(10).fill(BOTH), NONE]);
  assert.deepEqual(Object.keys(all[9]!), [
    ...["timestamp", "service", "data", "type", "request_id", "trace_id", "span_id", "metadata", "id"],
  ]);
  assert.deepEqual(
    [all[8]!.metadata, all[9]!.metadata],
    [{ trace_id: "mine" }, { user: 7, trace_id: "mine" }],
  );
  assert.deepEqual([all[8]!.service, records[8]!.service], ["öther", "öther"]);
  assert.deepEqual(lines(), []);
});

test("each record has the ids of its own span, across asynchronous calls side by side", async (t) => {
  const { logger, wires } = openLogger(t);
  useOpenTelemetry(t);
  const spanIds = Array.from({ length: 20 }, (_, at) => (at + 1).toString(16).padStart(16, "0"));
  await Promise.all(
    spanIds.map((spanId) =>
      within({ spanId }, async () => {
        for (let turn = 0; turn < 5; turn++) {
          logger.info(spanId);
          await null;
        }
      }),
    ),
  );
  const all = wires() as Traced[];
  assert.equal(all.length, 100);
  for (const { data, trace_id, span_id } of all) assert.deepEqual([trace_id, span_id], [TRACE_ID, data]);
});

test("a record that is shortened, or does not fit into its segment, keeps them", (t) => {
  const { logger, wires } = openLogger(t, { segmentBytes: "64KiB", journalBytesMax: "1MiB" });
  useOpenTelemetry(t);
  within({}, () => {
    for (const chars of [10, 40_000, 40_000, 200_000, 3_000_000]) logger.info("x".repeat(chars));
  });
  const all = wires() as Traced[];
  assert.equal(logger.stats().recordsShortened, 1);
  assert.deepEqual(idsIn(all), Array(5).fill(BOTH));
});

test("ids that are none add nothing", (t) => {
  const { logger, wires } = openLogger(t);
  useOpenTelemetry(t);
  const wrong: { traceId?: unknown; spanId?: unknown }[] = [
    { traceId: "0".repeat(32) },
    { spanId: "0".repeat(16) },
    { traceId: "" },
    { traceId: `${TRACE_ID}0` },
    { traceId: `${TRACE_ID.slice(1)}"` },
    { traceId: `${TRACE_ID.slice(1)}\n` },
    { spanId: `${SPAN_ID.slice(1)}\u0000` },
    { spanId: "x".repeat(10_000_000) },
    { spanId: 7 },
    { traceId: new String(TRACE_ID) },
    { traceId: undefined },
    { spanId: null },
  ];
  for (const ids of wrong) within(ids, () => logger.info(1));
  const all = wires() as Traced[];
  assert.deepEqual(idsIn(all), Array(wrong.length).fill(NONE));
});

test("a span that throws, lies or logs takes nothing from the record", (t) => {
  const { logger, wires } = openLogger(t);
  useOpenTelemetry(t);
  const fail = (): never => {
    throw new Error("hostile");
  };
  let reads = 0;
  const spans: unknown[] = [
    { spanContext: fail },
    { spanContext: () => null },
    { spanContext: () => Object.defineProperty({ spanId: SPAN_ID }, "traceId", { get: fail }) },
    {},
    7,
    new Proxy({}, { get: fail }),
    { spanContext: () => ({ spanId: SPAN_ID, traceId: { toString: fail } }) },
  ];
  for (const span of spans) withinSpan(span, () => logger.info("kept"));
  assert.deepEqual(idsIn(wires()), Array(spans.length).fill(NONE));

  const lying = {
    spanContext: () => ({
      traceId: TRACE_ID,
      get spanId() {
        return reads++ === 0 ? SPAN_ID : '","x":"';
      },
    }),
  };
  withinSpan(lying, () => logger.info("kept"));
  assert.deepEqual(idsIn(wires()), [BOTH], "what is looked at is what is written");

  const logging = {
    spanContext() {
      logger.info("from within");
      return { traceId: TRACE_ID, spanId: SPAN_ID };
    },
  };
  withinSpan(logging, () => logger.info("kept"));
  const all = wires() as Traced[];
  assert.deepEqual(
    all.map(({ data, span_id }) => [data, span_id]),
    [
      ["from within", undefined],
      ["kept", SPAN_ID],
    ],
  );
});

test("a context manager that fails, or something else under its name, takes nothing from the record", (t) => {
  const { logger, wires } = openLogger(t);
  const key = Symbol.for("opentelemetry.js.api.1");
  const place = globalThis as unknown as Record<symbol, unknown>;
  const before = place[key];
  t.after(() => {
    place[key] = before;
  });
  const others: unknown[] = [null, 7, "text", {}, { context: 7 }, { context: { active: () => undefined } }];
  for (const other of others) {
    place[key] = other;
    logger.info("kept");
  }
  assert.deepEqual(idsIn(wires()), Array(others.length).fill(NONE));
});

test("a property under its name that throws, or logs, when it is looked at takes nothing from the record", (t) => {
  const { logger, wires } = openLogger(t);
  const key = Symbol.for("opentelemetry.js.api.1");
  const before = Object.getOwnPropertyDescriptor(globalThis, key);
  t.after(() => {
    Reflect.deleteProperty(globalThis, key);
    if (before !== undefined) Object.defineProperty(globalThis, key, before);
  });
  let asked = 0;
  const define = (get: () => unknown) => Object.defineProperty(globalThis, key, { configurable: true, get });
  define(() => {
    throw new Error("hostile");
  });
  logger.info("kept");
  define(() => {
    asked++;
    // Ends by itself, so that a failure is seen and not waited for.
    if (asked < 100) logger.info("from within");
  });
  logger.info("kept too");
  const all = wires() as Traced[];
  assert.deepEqual(
    all.map(({ data }) => data),
    ["kept", "from within", "kept too"],
  );
  assert.deepEqual([asked, logger.stats().dropped], [1, {}]);
});

test("traceContext: false adds nothing", (t) => {
  const { logger, wires } = openLogger(t, { traceContext: false });
  useOpenTelemetry(t);
  within({}, () => logger.info(1));
  assert.deepEqual(idsIn(wires()), [NONE]);
});
