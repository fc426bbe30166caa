/** What formats make of a call: README.md "Formats", and examples/. */
import winston from "winston";
import type { Example } from "./example.js";

const { createLogger, format } = winston;
const { colorize, combine, errors, json, label, metadata, ms, printf, simple, splat, timestamp } = format;

export const formats: readonly Example[] = [
  {
    source: "examples/json.js",
    run: (to) => {
      const log = createLogger({ transports: [to()] });
      log.log("info", "Hello, this is a raw logging event", { foo: "bar" });
      log.log("info", "Hello, this is a raw logging event 2", { foo: "bar" });
    },
  },
  {
    source: "README.md#formats: label, timestamp and printf",
    run: (to) => {
      const line = printf((info) => `${info.timestamp} [${info.label}] ${info.level}: ${info.message}`);
      const log = createLogger({
        format: combine(label({ label: "right meow!" }), timestamp(), line),
        transports: [to()],
      });
      log.info("What time is the testing at?");
    },
  },
  {
    source: "README.md#combining-formats",
    run: (to) => {
      const log = createLogger({
        format: combine(label({ label: "right meow!" }), timestamp(), format.prettyPrint()),
        transports: [to()],
      });
      log.log({ level: "info", message: "What time is the testing at?" });
    },
  },
  {
    source: "README.md#string-interpolation, examples/interpolation.js",
    run: (to) => {
      const log = createLogger({ format: combine(splat(), json()), transports: [to()] });
      log.log("info", "test message %s", "my string");
      log.log("info", "test message %d", 123);
      log.log("info", "test message %s, %s", "first", "second", { number: 123 });
      log.info("Found %s at %s", "error", /WUT/);
      log.info("Found %s at %s", "error", true);
      log.info("Found %s at %s", "error", 100.0);
      log.info("Found %s at %s", "error", ["1, 2, 3"]);
    },
  },
  {
    source: "README.md#filtering-info-objects, examples/format-filter.js",
    run: (to) => {
      const ignorePrivate = format((info) => (info.private ? false : info));
      const log = createLogger({ format: combine(ignorePrivate(), json()), transports: [to()] });
      log.log({ level: "error", message: "Public error to share" });
      log.log({ private: true, level: "error", message: "This is super secret - hide it." });
    },
  },
  {
    source:
      "README.md#creating-custom-formats, examples/format-dynamic-content.js, examples/format-mutate.js",
    run: (to) => {
      const volume = format((info, options) => {
        const message = `${info.message}`;
        return Object.assign(info, {
          message: (options as { yell?: boolean }).yell ? message.toUpperCase() : message.toLowerCase(),
        });
      });
      const mask = format((info) => {
        if (info.creditCard) info.creditCard = `${info.creditCard}`.replace(/.(?=.{4})/g, "*");
        return Object.assign(info, { hasCreditCard: Boolean(info.creditCard) });
      });
      const log = createLogger({
        format: combine(volume({ yell: true }), mask(), json()),
        transports: [to()],
      });
      log.info("transaction ok", { creditCard: 123456789012345 });
      log.info("transaction ok");
    },
  },
  {
    source: "examples/errors.js",
    run: (to) => {
      const log = createLogger({ format: combine(errors({ stack: true }), json()), transports: [to()] });
      log.warn(new Error("Error passed as info"));
      log.log("error", new Error("Error passed as message") as never);
      log.warn("Maybe important error: ", new Error("Error passed as meta"));
      log.log("error", "Important error: ", new Error("Error passed as meta"));
      log.error(new Error("Error as info"));
    },
  },
  {
    source: "examples/errors.js: without the format errors()",
    run: (to) => {
      const log = createLogger({ transports: [to()] });
      log.error("failed", { err: new TypeError("no"), order: 7 });
    },
    differs: ["an Error as a value"],
  },
  {
    source: "README.md#streams-objectmode-and-info-objects: values",
    run: (to) => {
      const log = createLogger({ transports: [to()] });
      const circular: Record<string, unknown> = { a: 1 };
      circular.self = circular;
      log.info("values", { at: new Date(0), none: null, not: undefined, text: "ü\n", list: [1, [2]] });
      log.info("a circle", { circular });
      log.info("large", { large: 12345678901234567890n });
    },
  },
  {
    source: "README.md#streams-objectmode-and-info-objects: what JSON cannot hold",
    run: (to) => {
      const log = createLogger({ transports: [to()] });
      log.info("numbers", { nan: Number.NaN, infinite: Number.POSITIVE_INFINITY });
      log.info("collections", { map: new Map([["a", 1]]), set: new Set([1]) });
      log.info("others", { pattern: /a/g, never: new Date(Number.NaN), call: parseInt, name: Symbol("s") });
      log.info("bytes", { bytes: Buffer.from("ab") });
    },
    differs: ["a value that JSON does not have"],
  },
  {
    source: "README.md#streams-objectmode-and-info-objects: { message } of meta",
    run: (to) => {
      const log = createLogger({ transports: [to()] });
      log.log("error", "hello", { message: "world" });
      log.info("hello", { message: "world" });
    },
  },
  {
    source: "examples/splat.js, examples/splat-message.js",
    run: (to) => {
      const log = createLogger({ format: combine(splat(), json()), transports: [to()] });
      const meta = { label: "label!", extra: true };
      log.log("info", "any message", meta);
      log.log("info", "let's %s some %s", "interpolate", "splat parameters", meta);
      log.log("info", "first is a string %s [[%j]]", "behold a string", { beAware: "of it" }, meta);
      log.log("info", "first is an object [[%j]]", { beAware: "this will interpolate" }, meta);
      log.info("This is overridden by meta", { subject: "Hello, World!", message: "A unique property." });
      log.info("email.message is shown %j", { subject: "Hello, World!", message: "A unique property." });
    },
  },
  {
    source: "examples/metadata.js, and metadata()",
    run: (to) => {
      const log = createLogger({ format: combine(metadata(), json()), transports: [to()] });
      log.info("my message", { reason: "whatever", promise: "whenever" });
    },
  },
  {
    source: "README.md#streams-objectmode-and-info-objects: ms(), uncolorize(), padLevels()",
    run: (to) => {
      const log = (...all: winston.Logform.Format[]) =>
        createLogger({ format: combine(...all), transports: [to()] });
      log(ms(), json()).info("with the time since the last one", { ms: "+0ms" });
      log(format.uncolorize(), json()).info("\u001b[31mred\u001b[39m");
      log(format.padLevels(), json()).warn("padded");
    },
  },
  {
    source: "examples/delete-level.js",
    run: (to) => {
      const severityLevelOnly = format((info) => {
        const { level, ...others } = info;
        return Object.assign(others, { severityLevel: level }) as never;
      });
      const log = createLogger({ format: combine(severityLevelOnly(), json()), transports: [to()] });
      log.warn("This will print without { level }", { foo: "bar" });
    },
  },
  {
    source: "README.md#colorizing-standard-logging-levels, examples/color-message.js",
    run: (to) => {
      createLogger({ format: combine(colorize(), simple()), transports: [to()] }).info("colourful");
      createLogger({ format: combine(colorize(), json()), transports: [to()] }).warn("colourful");
      createLogger({ format: combine(colorize({ all: true }), json()), transports: [to()] }).info(
        "all of it",
      );
    },
    differs: ["a coloured level"],
  },
  {
    source: "examples/custom-timestamp.js",
    run: (to) => {
      const local = timestamp({ format: "YYYY-MM-DD HH:mm:ss" });
      const log = createLogger({
        format: combine(label({ label: "[my-label]" }), local, json()),
        transports: [to()],
      });
      log.info("Hello there. How are you?");
      createLogger({
        format: combine(timestamp({ alias: "at" }), json()),
        transports: [to()],
      }).info("twice");
    },
  },
  {
    source: "examples/custom-pretty-print.js",
    run: (to) => {
      const wow = printf((info) => JSON.stringify(info).replace(/\{/g, "< wow "));
      createLogger({ format: wow, transports: [to()] }).info("Hello", { foo: "bar" });
    },
  },
  {
    source: "examples/format-logger-and-transport.js",
    run: (to) => {
      const own = combine(format((info) => Object.assign(info, { own: true }))(), json());
      const log = createLogger({
        format: combine(timestamp(), json()),
        transports: [to({ format: own }), to()],
      });
      log.log({ level: "info", message: "Check example.log" });
    },
  },
  {
    source: "examples/regular-expressions.js",
    run: (to) => {
      createLogger({ transports: [to()] }).info(/a/ as never);
    },
    differs: ["a value that JSON does not have"],
  },
];
