/** What a call takes: docs/api.md "Logging Method Parameters", examples/basic.js, docs/help.md. */
import pino from "pino";
import type { Example } from "./example.js";

export const messages: readonly Example[] = [
  {
    source: "examples/basic.js",
    async run(to) {
      const log = pino(to);
      log.info("hello world");
      log.error("this is at error level");
      log.info("the answer is %d", 42);
      log.info({ obj: 42 }, "hello world");
      log.info({ obj: 42, b: 2 }, "hello world");
      log.info({ nested: { obj: 42 } }, "nested");
      const later = new Promise<void>((resolve) => {
        setImmediate(() => {
          log.info("after setImmediate");
          resolve();
        });
      });
      log.error(new Error("an error"));
      const child = log.child({ a: "property" });
      child.info("hello child!");
      child.child({ another: "property" }).info("hello baby..");
      log.debug("this should be mute");
      log.level = "trace";
      log.debug("this is a debug statement");
      log.child({ another: "property" }).debug("this is a debug statement via child");
      log.trace("this is a trace statement");
      log.debug('this is a "debug" statement with "');
      log.info(new Error("kaboom"));
      log.info(null as never);
      log.info(new Error("kaboom"), "with %s %s", "a", "message");
      await later;
    },
  },
  {
    source: "docs/api.md#mergingobject",
    run: (to) => {
      pino(to).info({ MIX: { IN: true } });
      pino(to).info({ untrusted: { level: "fatal", msg: "not the message" } });
    },
  },
  {
    source: "docs/api.md#message",
    run: (to) => {
      pino(to).info("hello world");
      // "the `msg` property in the output log will be the value of the `message` parameter"
      pino(to).info({ msg: "of the object" }, "of the call");
      pino(to).info({ msg: "of the object" });
    },
  },
  {
    source: "docs/api.md#interpolationvalues",
    run: (to) => {
      pino(to).info("%o hello %s", { worldly: 1 }, "world");
      pino(to).info("hello", "world" as never);
      const logMethod: pino.LoggerOptions["hooks"] = {
        logMethod(args, method) {
          if (args.length === 2) args[0] = `${args[0]} %j`;
          method.apply(this, args);
        },
      };
      pino({ hooks: logMethod }, to).info("hello", "world" as never);
    },
  },
  {
    source: "docs/api.md#error-serialization",
    run: (to) => {
      const log = pino(to);
      log.info(new Error("test"));
      log.info({ err: new Error("test"), otherkey: 123 }, "some text");
      log.info(new Error("outer", { cause: new TypeError("inner") }));
      pino({ errorKey: "error" }, to).error(new Error("test"));
    },
  },
  {
    source: "docs/api.md: logger.trace() to logger.fatal(), logger.silent()",
    run: (to) => {
      const log = pino({ level: "trace" }, to);
      for (const level of ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const) {
        log[level](`at ${level}`);
      }
    },
  },
  {
    source: "docs/api.md: depthLimit and edgeLimit",
    run: (to) => {
      const circular: Record<string, unknown> = { deep: { er: { still: { more: { below: 1 } } } } };
      circular.self = circular;
      circular.wide = Array.from({ length: 8 }, (_, i) => i);
      pino({ depthLimit: 3, edgeLimit: 5 }, to).info({ circular }, "cut by pino");
    },
  },
  {
    source: "docs/api.md#mergingobject: a value deeper than anyone reads",
    run: (to) => {
      let deep: object = { bottom: true };
      for (let level = 0; level < 80; level++) deep = { deep };
      pino(to).info({ deep }, "deep");
    },
    differs: ["a value deeper than 64 levels"],
  },
  {
    source: "docs/api.md#mergingobject: a bigint",
    run: (to) => {
      pino(to).info({ large: 12345678901234567890n, small: 12n }, "bigint");
    },
    differs: ["a number that a double does not hold"],
  },
  {
    source: "docs/help.md#avoid-message-conflict",
    run: (to) => {
      const log = pino(
        {
          level: "debug",
          hooks: {
            logMethod(args, method) {
              const [first] = args as unknown as [{ msg?: string; originalMsg?: string }];
              if (args.length === 2 && first.msg) first.originalMsg = first.msg;
              return method.apply(this, args);
            },
          },
        },
        to,
      );
      log.info("no original message");
      log.info({ msg: "mapped to originalMsg" }, "a message");
    },
  },
];
