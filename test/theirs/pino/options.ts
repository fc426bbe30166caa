/** The options of `pino()`: docs/api.md "options", docs/redaction.md, docs/help.md. */
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import pino from "pino";
import type { Example } from "./example.js";

/** Some days before the examples run. */
const EARLIER = Date.UTC(2026, 4, 2, 3, 4, 5, 678);
const redacted = {
  key: "will be redacted",
  path: { to: { key: "sensitive", another: "thing" } },
  stuff: {
    thats: [
      { secret: "will be redacted", logme: "will be logged" },
      { secret: "as will this", logme: "as will this" },
    ],
  },
};

function exchange(): { req: IncomingMessage; res: ServerResponse } {
  const req = Object.assign(new IncomingMessage(new Socket()), {
    method: "GET",
    url: "/orders/7?full=1",
    headers: { host: "localhost", "x-request-id": "r-7" },
    id: "r-7",
  });
  const res = new ServerResponse(req);
  res.statusCode = 404;
  res.setHeader("content-type", "text/plain");
  return { req, res };
}

export const options: readonly Example[] = [
  {
    source: "docs/api.md: name, and base",
    run: (to) => {
      pino({ name: "my-app" }, to).info("named");
      pino({ base: { region: "eu" } }, to).info("based");
      pino({ base: undefined as never }, to).info("nothing of its own");
      pino({ base: null }, to).info("nothing of its own");
    },
  },
  {
    source: "docs/api.md: level, and enabled",
    run: (to) => {
      const log = pino({ level: "warn" }, to);
      log.info("too low");
      log.warn("just right");
      log.level = "silent";
      log.fatal("silent");
      pino({ enabled: false }, to).fatal("not enabled");
    },
  },
  {
    source: "docs/api.md: levelComparison",
    run: (to) => {
      const levels = { customLevels: { foo: 20, bar: 10 }, useOnlyCustomLevels: true, level: "foo" };
      const descending = pino({ ...levels, levelComparison: "DESC" }, to);
      descending.foo("shown");
      descending.bar("shown, too");
      const same = pino({ ...levels, levelComparison: (current, expected) => current === expected }, to);
      same.foo("shown");
      same.bar("not shown");
    },
  },
  {
    source: "docs/api.md#opt-customlevels",
    run: (to) => {
      pino({ customLevels: { foo: 35 } }, to).foo("hi");
      pino({ customLevels: { foo: 35 }, useOnlyCustomLevels: true, level: "foo" }, to).foo("hi");
    },
  },
  {
    source: "docs/api.md#opt-mixin",
    run: (to) => {
      let n = 0;
      const counting = pino({ mixin: () => ({ line: ++n }) }, to);
      counting.info("hello");
      counting.info("world");
      const mixin = { appName: "My app" };
      const mutated = pino({ mixin: () => mixin }, to);
      mutated.info({ description: "Ok" }, "Message 1");
      mutated.info("Message 2");
      const labelled: pino.Logger = pino(
        { mixin: (_context, level) => ({ "level-label": labelled.levels.labels[level] }) },
        to,
      );
      labelled.info({ description: "Ok" }, "Message 1");
      labelled.error("Message 2");
      const nested = pino({ nestedKey: "payload", mixin: () => ({ requestId: "dfe9a9014b" }) }, to);
      nested.info({ description: "Ok" }, "Message 1");
    },
  },
  {
    source: "docs/api.md#opt-mixin-merge-strategy",
    run: (to) => {
      const mixin = () => ({ tag: "k8s" });
      pino({ mixin }, to).info({ tag: "local" }, "Message");
      pino({ mixin, mixinMergeStrategy: (a, b) => Object.assign(a, b) }, to).info(
        { tag: "local" },
        "Message",
      );
      pino({ mixin, mixinMergeStrategy: (a, b) => ({ ...a, ...b }) }, to).info({ tag: "local" }, "Message");
    },
  },
  {
    source: "docs/redaction.md",
    run: (to) => {
      const paths = ["key", "path.to.key", "stuff.thats[*].secret", 'path["with-hyphen"]'];
      pino({ redact: paths }, to).info(redacted);
      pino({ redact: { paths, censor: "**GDPR COMPLIANT**" } }, to).info(redacted);
      pino({ redact: { paths, censor: (_value, path) => path.join("/") } }, to).info(redacted);
      pino({ redact: { paths, remove: true } }, to).info(redacted);
    },
  },
  {
    source: "docs/api.md#logmethod",
    run: (to) => {
      const hooks: pino.LoggerOptions["hooks"] = {
        logMethod(args, method) {
          const [first, second, ...rest] = args as unknown as [string, object];
          return args.length >= 2
            ? method.apply(this, [second, first, ...rest] as never)
            : method.apply(this, args);
        },
      };
      pino({ hooks }, to).info("flipped" as never, { a: 1 } as never);
    },
  },
  {
    source: "docs/api.md#streamWrite",
    run: (to) => {
      const hooks = { streamWrite: (line: string) => line.replaceAll("sensitive-api-key", "[gone]") };
      pino({ hooks }, to).info("a sensitive-api-key");
    },
  },
  {
    source: "docs/api.md#opt-formatters",
    run: (to) => {
      const log = (formatters: pino.LoggerOptions["formatters"]) => pino({ formatters: formatters! }, to);
      log({ level: (_label, number) => ({ level: number }) }).info("as a number");
      log({ bindings: ({ pid, hostname }) => ({ pid, hostname }) }).info("as they are");
      log({ bindings: ({ pid }) => ({ process: pid }) }).info("renamed");
      log({ log: (object) => object }).info({ a: 1 }, "as it is");
      log({ log: (object) => ({ ...object, more: true }) }).info({ a: 1 }, "more");
    },
  },
  {
    source: "docs/help.md#level-string",
    run: (to) => {
      pino({ formatters: { level: (label) => ({ level: label }) } }, to).info("message");
    },
  },
  {
    source: "docs/help.md#stackdriver",
    messageKey: "message",
    run: (to) => {
      const severity = { info: "INFO", warn: "WARNING", fatal: "CRITICAL" } as Record<string, string>;
      const log = pino(
        {
          messageKey: "message",
          formatters: {
            level: (label, number) => ({ severity: severity[label] ?? "INFO", level: number }),
            log: (object) => ({ ...object, message: object.message }),
          },
        },
        to,
      );
      log.warn("as Google has it");
      log.warn({ a: 1 }, "as Google has it");
    },
  },
  {
    source: "docs/api.md#opt-formatters: another name for the level",
    run: (to) => {
      pino({ formatters: { level: (severity) => ({ severity }) } }, to).warn("by its name");
    },
  },
  {
    source: "docs/api.md#opt-serializers, and stdSerializers",
    run: (to) => {
      const { req, res } = exchange();
      const log = pino({ serializers: pino.stdSerializers }, to);
      log.info({ req, res }, "answered");
      log.info({ req });
      const wrapped = pino.stdSerializers.wrapRequestSerializer((request) => ({
        ...request,
        own: request.method,
      }));
      pino({ serializers: { req: wrapped } }, to).info({ req }, "wrapped");
      pino({ serializers: { user: ({ id }: { id: number }) => ({ id }) } }, to)
        .child({ user: { id: 1, card: "4111" } })
        .info({ user: { id: 2, card: "4111" } }, "its own");
      pino({ serializers: { err: pino.stdSerializers.errWithCause } }, to).error(
        new Error("outer", { cause: new Error("inner") }),
      );
    },
  },
  {
    source: "docs/api.md: msgPrefix",
    run: (to) => {
      const log = pino({ msgPrefix: "[HTTP] " }, to);
      log.info("got new request!");
      log.child({}).info("User authenticated!");
      log.child({ avengers: "assemble" }, { msgPrefix: "[Proxy] " }).info("message proxied!");
    },
  },
  {
    source: "docs/api.md: crlf",
    run: (to) => {
      pino({ crlf: true }, to).info("one line");
    },
  },
  {
    source: "docs/api.md#opt-timestamp",
    run: (to) => {
      pino({ timestamp: () => `,"time":"${new Date(Date.now()).toISOString()}"` }, to).info("by hand");
      pino({ timestamp: pino.stdTimeFunctions.isoTime }, to).info("isoTime");
      pino({ timestamp: pino.stdTimeFunctions.epochTime }, to).info("epochTime");
      pino({ timestamp: () => ',"time":"2020-02-02 03:04:05"' }, to).info("of a place that is not said");
      pino({ timestamp: false }, to).info("without");
      pino({ timestamp: pino.stdTimeFunctions.nullTime }, to).info("without");
      pino({ timestamp: () => `,"time":${EARLIER}` }, to).info("earlier");
    },
  },
  {
    source: "docs/api.md#pino-stdtimefunctions: unixTime",
    run: (to) => {
      pino({ timestamp: pino.stdTimeFunctions.unixTime }, to).info("just now");
      pino({ timestamp: () => `,"time":${Math.floor(EARLIER / 1000)}` }, to).info("earlier");
    },
    differs: ["time in whole seconds"],
  },
  {
    source: "docs/api.md#pino-stdtimefunctions: isoTimeNano",
    run: (to) => {
      const time = () => `,"time":"${new Date(EARLIER).toISOString().replace("Z", "912345Z")}"`;
      pino({ timestamp: time }, to).info("in nanoseconds");
    },
    differs: ["time finer than a millisecond"],
  },
  {
    source: "docs/api.md#opt-timestamp: under another name",
    run: (to) => {
      pino({ timestamp: () => `,"@timestamp":"${new Date(EARLIER).toISOString()}"` }, to).info("elsewhere");
    },
    timeKey: "@timestamp",
    differs: ["time under another name"],
  },
  {
    source: "docs/api.md#opt-messagekey",
    messageKey: "message",
    run: (to) => {
      pino({ messageKey: "message" }, to).info({ msg: "a field like others" }, "hello");
    },
  },
  {
    source: "docs/api.md#opt-nestedkey",
    differs: ["a field with the name of the time"],
    run: (to) => {
      const thing = { level: "hi", time: "never", foo: "bar" };
      pino({ nestedKey: "payload" }, to).info(thing);
      pino({ nestedKey: "payload" }, to).info(thing, "with a text");
      // Without it, their own example of a conflict.
      pino(to).info({ level: "hi", time: "never" }, "conflict");
    },
  },
];
