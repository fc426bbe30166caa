/** Loggers, levels and transports: README.md "Logging", "Logging Levels", "Transports", "Profiling", "Further Reading". */
import winston from "winston";
import type { Example } from "./example.js";

const { config, createLogger, format } = winston;

export const loggers: readonly Example[] = [
  {
    source: "README.md#usage: a level for each transport, and defaultMeta",
    run: (to) => {
      const log = createLogger({
        level: "info",
        format: format.json(),
        defaultMeta: { service: "user-service" },
        transports: [to({ level: "error" }), to()],
      });
      log.error("for both");
      log.info("for the second");
      log.debug("for none");
    },
  },
  {
    source: "README.md#creating-your-own-logger: forms of a call",
    run: (to) => {
      const log = createLogger({ transports: [to()] });
      log.log({ level: "info", message: "Hello distributed log files!" });
      log.info("Hello again distributed logs");
      log.info({ message: "an object", a: 1 });
      log.log("info", { message: "an object", a: 1 } as never);
      log.write({ level: "warn", message: "written as to a stream" });
      log.info({ just: "fields" });
    },
  },
  {
    source: "README.md#creating-your-own-logger: add, remove, clear and configure",
    run: (to) => {
      const first = to();
      const second = to();
      const log = createLogger({ transports: [first] });
      log.info("to the first");
      log.clear().add(second).add(first).remove(second);
      log.info("to the first");
      log.configure({ level: "verbose", defaultMeta: { configured: true }, transports: [second] });
      log.verbose("to the second");
    },
  },
  {
    source: "README.md#creating-child-loggers",
    run: (to) => {
      const log = createLogger({ defaultMeta: { app: "a" }, transports: [to()] });
      const child = log.child({ requestId: "451" });
      child.info("of the child", { a: 1 });
      child.child({ reqId: "r-1" }).info("of its child");
      child.error(new Error("of the child"));
    },
  },
  {
    source: "README.md#using-logging-levels, examples/levels.js",
    run: (to) => {
      const log = createLogger({ level: "silly", transports: [to()] });
      const all = () => {
        for (const level of Object.keys(config.npm.levels)) log.log(level, `at ${level}`);
      };
      all();
      log.level = "error";
      all();
    },
  },
  {
    source: "README.md#using-logging-levels: syslog, and a level that is changed",
    run: (to) => {
      const one = to({ level: "error" });
      const log = createLogger({ levels: config.syslog.levels, transports: [one] });
      log.notice("Will not be logged");
      log.emerg("Will be logged");
      one.level = "notice";
      log.notice("Will be logged");
      log.debug("Will not be logged");
    },
  },
  {
    source: "README.md#using-custom-logging-levels, examples/custom-levels.js",
    run: (to) => {
      const levels = { foo: 0, bar: 1, baz: 2, foobar: 3 };
      winston.addColors({ foo: "blue", bar: "green", baz: "yellow", foobar: "red" });
      const log = createLogger({ level: "foobar", levels, transports: [to()] });
      for (const level of Object.keys(levels)) log.log(level, `some ${level} level-ed message`);
    },
  },
  {
    source: "README.md: silent",
    run: (to) => {
      const log = createLogger({ silent: true, transports: [to()] });
      log.error("silent");
      log.silent = false;
      log.error("heard");
      createLogger({ transports: [to({ silent: true })] }).error("silent");
    },
  },
  {
    source: "README.md#profiling",
    run: (to) => {
      const log = createLogger({ level: "debug", transports: [to()] });
      log.profile("test");
      log.profile("test");
      log.profile("test 2");
      log.profile("test 2", { level: "debug", message: "profiled" } as never);
      log.startTimer().done({ message: "Logging message" });
    },
  },
  {
    source: "README.md#using-the-default-logger",
    run: (to) => {
      winston.configure({ transports: [to()] });
      winston.log("info", "Hello distributed log files!");
      winston.info("Hello again distributed logs");
      (winston as { level: string }).level = "debug";
      winston.log("debug", "Now my debug messages are written");
      winston.clear();
    },
  },
  {
    source: "README.md#working-with-multiple-loggers-in-winston",
    run: (to) => {
      const container = new winston.Container();
      const labelled = (label: string) => format.combine(format.label({ label }), format.json());
      container.add("category1", { format: labelled("category one"), transports: [to({ level: "silly" })] });
      container.add("category2", { format: labelled("category two"), transports: [to()] });
      container.get("category1").silly("of the first");
      container.get("category2").info("of the second");
      winston.loggers.add("category3", { transports: [to()] });
      winston.loggers.get("category3").info("of the third");
      winston.loggers.close("category3");
    },
  },
  {
    source: "README.md#handling-uncaught-exceptions-with-winston: handlers get exceptions only",
    run: (to) => {
      const log = createLogger({ transports: [to()] });
      log.exceptions.handle(to());
      log.rejections.handle(to());
      log.info("for the transport alone");
      log.log({ level: "error", message: "for the handlers alone", exception: true });
      log.exceptions.unhandle();
      log.rejections.unhandle();
    },
  },
];
