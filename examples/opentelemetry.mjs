// What is logged while a span is active says which, as trace_id and span_id: nothing is to be set up for it.
// Run it after `npm install dragonlog @opentelemetry/api`: node opentelemetry.mjs
import { AsyncLocalStorage } from "node:async_hooks";
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { DragonLogger } from "dragonlog";

// In place of what an SDK does, such as `new NodeSDK().start()`: the least that carries a span through asynchronous calls.
const active = new AsyncLocalStorage();
context.setGlobalContextManager({
  active: () => active.getStore() ?? ROOT_CONTEXT,
  with: (ctx, fn, self, ...args) => active.run(ctx, () => fn.apply(self, args)),
  bind: (_ctx, target) => target,
  enable() {},
  disable() {},
});

const logger = new DragonLogger({ service: "shop" });
const span = trace.wrapSpanContext({
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  traceFlags: 1,
});
await context.with(trace.setSpan(context.active(), span), async () => {
  await null;
  logger.info("Order received", { order: 7 });
});
logger.info("Idle");
