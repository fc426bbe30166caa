/** Programs as people have them, run for real: their stack traces, their levels, their JSON. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { Cli, ended } from "./cli.js";

const NODE = process.execPath;
const JOINED = ["--multiline", "auto"];
const require = createRequire(import.meta.url);

interface Stored {
  readonly data: unknown;
  readonly type: string;
  readonly timestamp: string;
  readonly request_id?: string;
  readonly metadata?: Record<string, unknown>;
}

async function recordsOf(cli: Cli): Promise<Stored[]> {
  return (await cli.records()) as unknown as Stored[];
}

/** A reason to skip where a program is not installed. */
function missing(file: string, ...args: string[]): string | false {
  try {
    execFileSync(file, args, { stdio: "ignore", timeout: 60_000 });
    return false;
  } catch {
    return `${file} is not installed here`;
  }
}

function fileIn(cli: Cli, name: string, text: string): string {
  mkdirSync(cli.dir, { recursive: true });
  const path = join(cli.dir, name);
  writeFileSync(path, text);
  return path;
}

test("a Node.js program that throws: its output by its levels, its last words one record", async (t) => {
  const cli = new Cli(t);
  const script = fileIn(
    cli,
    "app.cjs",
    `console.log("ready");
console.error("[warn] nearly full");
console.error(new TypeError("caught", { cause: new Error("below") }));
function fail() { throw new RangeError("first line\\nsecond line"); }
fail();
`,
  );
  const { code, stderr } = await cli.run(["run", "--service", "job", ...JOINED, "--", NODE, script]);
  assert.equal(code, 1);
  const records = await recordsOf(cli);
  assert.deepEqual(
    records.filter(({ metadata }) => metadata?.stream === "stdout").map(({ data, type }) => [data, type]),
    [["ready", "INFO"]],
  );
  const errors = records.filter(({ metadata }) => metadata?.stream === "stderr");
  assert.deepEqual(
    errors.map(({ type }) => type),
    ["WARN", "ERROR", "ERROR"],
  );
  assert.match(
    String(errors[1]?.data),
    /^TypeError: caught\n {4}at .*\n[\s\S]*\[cause\]: Error: below\n[\s\S]*\}$/,
  );
  assert.match(
    String(errors[2]?.data),
    /^\S*app\.cjs:4\n[\s\S]*\nRangeError: first line\nsecond line\n {4}at fail/,
  );
  assert.match(String(errors[2]?.data), /\n\nNode\.js v\S+$/);
  // Nothing of it is lost, and it is passed on as it was.
  assert.equal(errors.map(({ data }) => `${data}\n`).join(""), stderr);
});

test("a Python program: its log by its levels, each traceback with the line it belongs to", {
  skip: missing("python3", "--version"),
}, async (t) => {
  const cli = new Cli(t);
  const script = fileIn(
    cli,
    "app.py",
    `import logging
logging.basicConfig(level=logging.DEBUG)
logging.debug("no ERROR here")
try:
    1 / 0
except ZeroDivisionError:
    logging.exception("failed")
logging.info("going on")
try:
    {}["k"]
except KeyError as e:
    raise ValueError("last") from e
`,
  );
  const { code } = await cli.run(["run", "--service", "job", ...JOINED, "--", "python3", script]);
  assert.equal(code, 1);
  const records = await recordsOf(cli);
  assert.deepEqual(
    records.map(({ data, type }) => [String(data).split("\n")[0], String(data).split("\n").at(-1), type]),
    [
      ["DEBUG:root:no ERROR here", "DEBUG:root:no ERROR here", "DEBUG"],
      ["ERROR:root:failed", "ZeroDivisionError: division by zero", "ERROR"],
      ["INFO:root:going on", "INFO:root:going on", "INFO"],
      ["Traceback (most recent call last):", "ValueError: last", "ERROR"],
    ],
  );
});

test("a Java program that throws: one record with its causes", {
  skip: missing("javac", "--version"),
}, async (t) => {
  const cli = new Cli(t);
  const source = fileIn(
    cli,
    "App.java",
    `public class App {
  static void below() { throw new IllegalStateException("below"); }
  public static void main(String[] args) {
    System.out.println("2026-01-02 15:04:05,123 INFO [main] App: 0 errors");
    try { below(); } catch (RuntimeException e) { throw new RuntimeException("above", e); }
  }
}
`,
  );
  const { code } = await cli.run(["run", "--service", "job", ...JOINED, "--", "java", source]);
  assert.equal(code, 1);
  const records = await recordsOf(cli);
  const printed = records.filter(({ metadata }) => metadata?.stream === "stdout");
  const thrown = records.filter(({ metadata }) => metadata?.stream === "stderr");
  assert.deepEqual([printed.map(({ type }) => type), thrown.map(({ type }) => type)], [["INFO"], ["ERROR"]]);
  assert.match(
    String(thrown[0]?.data),
    /^Exception in thread "main"[\s\S]*\n\tat App\.main[\s\S]*\nCaused by: [\s\S]*below/,
  );
});

test("JSON loggers: their lines are records of the same level, time, message, and members", async (t) => {
  const cli = new Cli(t);
  const script = fileIn(
    cli,
    "loggers.cjs",
    `const pino = require(${JSON.stringify(require.resolve("pino"))});
const winston = require(${JSON.stringify(require.resolve("winston"))});
const bunyan = require(${JSON.stringify(require.resolve("bunyan"))});
pino({ timestamp: () => ',"time":1767366245123' }).child({ reqId: "r-1" }).warn({ big: 1.5 }, "by pino");
winston.createLogger({ format: winston.format.json(), transports: [new winston.transports.Console()] })
  .error("by winston", { timestamp: "2026-01-02T15:04:05.123Z", n: [1, { a: null }] });
bunyan.createLogger({ name: "shop", serializers: bunyan.stdSerializers }).fatal({ err: new Error("x") }, "by bunyan");
console.log('{"level":30,"msg":"by hand","id":12345678901234567890}');
`,
  );
  const { code } = await cli.run(["run", "--service", "job", "--", NODE, script]);
  assert.equal(code, 0);
  const by = new Map((await recordsOf(cli)).map((record) => [record.data, record]));
  const pino = by.get("by pino");
  assert.deepEqual(
    [pino?.type, pino?.timestamp, pino?.request_id],
    ["WARN", "2026-01-02T15:04:05.123Z", "r-1"],
  );
  assert.equal(pino?.metadata?.big, 1.5);
  const winston = by.get("by winston");
  assert.deepEqual([winston?.type, winston?.timestamp], ["ERROR", "2026-01-02T15:04:05.123Z"]);
  assert.deepEqual(winston?.metadata, { stream: "stdout", n: [1, { a: null }] });
  const bunyan = by.get("by bunyan");
  assert.deepEqual([bunyan?.type, bunyan?.metadata?.name], ["FATAL", "shop"]);
  assert.match(String((bunyan?.metadata?.err as { stack?: string } | undefined)?.stack), /Error: x\n/);
  assert.deepEqual(by.get("by hand")?.metadata, { stream: "stdout", id: "12345678901234567890" });
});

test("with both off, lines are recorded as they are, by the output they come from", async (t) => {
  const cli = new Cli(t);
  const lines = ['{"level":50,"msg":"x"}', "ERROR y", "Error: z", "    at a (b:1:1)"];
  const input = `${lines.join("\n")}\n`;
  await cli.run(["run", "--service", "job", "--severity", "off", "cat"], input);
  assert.deepEqual(
    (await recordsOf(cli)).map(({ data, type, metadata }) => [data, type, metadata]),
    lines.map((line) => [line, "INFO", undefined]),
  );
});

test("an expression for first lines joins what follows each of them", async (t) => {
  const cli = new Cli(t);
  const { code } = await cli.run(
    ["pipe", "--service", "s", "--multiline", "/^\\d{4}-/"],
    "2026-01-02 WARN one\n  more\n\nand more\n2026-01-02 two\nlast",
  );
  assert.equal(code, 0);
  assert.deepEqual(
    (await recordsOf(cli)).map(({ data, type }) => [data, type]),
    [
      ["2026-01-02 WARN one\n  more\n\nand more", "WARN"],
      ["2026-01-02 two\nlast", "INFO"],
    ],
  );
});

test("an expression that may take for ever is refused before anything is started", async (t) => {
  const cli = new Cli(t);
  for (const command of [
    ["pipe", "--service", "s"],
    ["run", "--service", "s"],
  ]) {
    const [name, ...flags] = command as [string, ...string[]];
    const args = [name, ...flags, "--multiline", "/(a)\\1/", ...(name === "run" ? ["echo", "started"] : [])];
    const { code, stdout, stderr } = await cli.run(args);
    assert.deepEqual([code, `${stdout}`], [2, ""]);
    assert.match(
      stderr,
      /--multiline takes an expression that takes linear time.*\n {2}DRAGONLOG_OPTION_INVALID \(docs\/troubleshooting\.md\)\n$/,
    );
  }
});

test("a pipe that is killed while it joins lines has all records but the one that waits for its next line", async (t) => {
  const cli = new Cli(t);
  const child = cli.start("pipe", "--service", "s", ...JOINED);
  const result = ended(child);
  const traces = Array.from(
    { length: 200 },
    (_, i) => `Error: ${i}\n    at a (b:${i}:1)\n    at c (d:${i}:2)`,
  );
  child.stdin.write(`${traces.join("\n")}\n`);
  // The last trace is recorded too, when no further line has come.
  await cli.untilRecorded(traces.length);
  child.stdin.write("Error: newest\n    at e (f");
  child.kill("SIGKILL");
  assert.equal((await result).signal, "SIGKILL");
  const records = await recordsOf(cli);
  assert.deepEqual(
    records.slice(0, traces.length).map(({ data }) => data),
    traces,
  );
  assert.ok(records.length <= traces.length + 1);
});

test("a program that kills itself under run: every line that it has written is a record", async (t) => {
  const cli = new Cli(t);
  const lines = 3000;
  const script = `const { writeSync } = require("node:fs");
    for (let i = 0; i < ${lines}; i++) writeSync(1, i % 3 === 0 ? \`ERROR \${i}\\n\` : \`    at frame (\${i}:1)\\n\`);
    process.kill(process.pid, "SIGKILL");`;
  const { code } = await cli.run(["run", "--service", "job", "--quiet", ...JOINED, "--", NODE, "-e", script]);
  assert.equal(code, 137);
  const records = await recordsOf(cli);
  assert.ok(records.every(({ type }) => type === "ERROR"));
  assert.deepEqual(
    records.map(({ data }) => data),
    Array.from(
      { length: lines / 3 },
      (_, i) => `ERROR ${3 * i}\n    at frame (${3 * i + 1}:1)\n    at frame (${3 * i + 2}:1)`,
    ),
  );
});

test("a run that is killed loses none of the lines that were joined before, and its command's output goes on", async (t) => {
  const cli = new Cli(t);
  const script = `process.on("SIGPIPE", () => {});
    console.log("INFO one"); console.log("INFO two"); process.stdin.resume();`;
  const child = cli.start("run", "--service", "job", ...JOINED, "--", NODE, "-e", script);
  await cli.untilRecorded(2);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.deepEqual(
    (await recordsOf(cli)).map(({ data }) => data),
    ["INFO one", "INFO two"],
  );
});
