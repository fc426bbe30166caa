/** Children, levels and destinations: docs/api.md "Logger Instance" and "Statics", docs/child-loggers.md, docs/web.md. */
import { fastify } from "fastify";
import pino from "pino";
import type { Example } from "./example.js";

export const children: readonly Example[] = [
  {
    source: "docs/api.md#logger-child-bindings",
    run: (to) => {
      const child = pino(to).child({ MIX: { IN: "always" } });
      child.info("hello");
      child.info("child!");
      pino(to).child({ reqId: "r-1" }).info("of a request");
      pino(to)
        .child({ req: { id: 7, method: "GET" } })
        .info("of a request");
    },
  },
  {
    source: "docs/api.md: child options level, redact and serializers",
    run: (to) => {
      const log = pino({ redact: ["hello"] }, to);
      log.debug("nope");
      log.child({ foo: "bar" }, { level: "debug" }).debug("debug!");
      log.info({ hello: "world" });
      log.child({ foo: "bar" }, { redact: ["foo"] }).info({ hello: "world" });
      log.info({ test: "will appear" });
      const serializers = { test: () => "child-only serializer" };
      log.child({}, { serializers }).info({ test: "will be overwritten" });
      (log.child({}, { customLevels: { note: 45 } }) as pino.Logger<"note">).note("a level of the child's");
    },
  },
  {
    source: "docs/api.md#logger-bindings, and setBindings",
    run: (to) => {
      const log = pino({ base: null }, to);
      const child = log.child({ foo: "bar" }).child({ MIX: { IN: "always" } });
      child.info({ all: child.bindings() }, "bound");
      child.setBindings({ later: true });
      child.info("bound later");
    },
  },
  {
    source: "docs/child-loggers.md#duplicate-keys-caveat",
    run: (to) => {
      pino(to).child({ a: "property" }).child({ a: "prop" }).info("howdy");
    },
  },
  {
    source: "docs/api.md: onChild, isLevelEnabled, level-change",
    run: (to) => {
      const log: pino.Logger = pino({ onChild: (child) => child.info("born") }, to);
      log.on("level-change", (level, value) => log.info({ level: { level, value } }, "changed"));
      log.child({ a: 1 });
      if (log.isLevelEnabled("debug")) log.debug("conditional log");
      log.level = "debug";
      if (log.isLevelEnabled("debug")) log.debug("conditional log");
    },
  },
  {
    source: "docs/api.md#pino-multistream",
    run: (to) => {
      const log = pino({ level: "debug" }, pino.multistream([{ level: "info", stream: to }]));
      log.debug("not for this stream");
      log.info("for this stream");
      log.fatal("for this stream");
      const deduped = pino(
        { level: "debug" },
        pino.multistream(
          [
            { level: "debug", stream: to },
            { level: "error", stream: { write: () => {} } },
          ],
          { dedupe: true },
        ),
      );
      deduped.info("for this stream");
      deduped.error("for the other one only");
    },
  },
  {
    source: "docs/web.md#fastify",
    async run(to) {
      // It differs from run to run.
      const log = (fields: Record<string, unknown>) =>
        "responseTime" in fields ? { ...fields, responseTime: 1.5 } : fields;
      const app = fastify({ logger: { stream: to, formatters: { log } } });
      app.get("/", async (request) => {
        request.log.info("something");
        return { hello: "world" };
      });
      app.get("/broken", async () => {
        throw new Error("broken");
      });
      await app.inject("/");
      await app.inject({ url: "/broken", headers: { "x-request-id": "r-7" } });
      await app.close();
    },
  },
  {
    source: "docs/web.md#hono: a child for each request",
    run: (to) => {
      pino(to).child({ requestId: "r-9" }).info("something");
    },
  },
];
