import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Cli, ended } from "./cli.js";

const COMMANDS = ["demo", "ship", "run", "pipe", "status", "flush", "init", "doctor", "fake-cloud"];

test("--version is that of the package", async (t) => {
  const { code, stdout } = await new Cli(t).run(["--version"]);
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  assert.deepEqual([code, `${stdout}`], [0, `${version}\n`]);
});

test("--help lists every command, and each has help with examples and the variable of every flag", async (t) => {
  const cli = new Cli(t);
  const { code, stdout } = await cli.run(["--help"]);
  assert.equal(code, 0);
  for (const command of COMMANDS) assert.match(`${stdout}`, new RegExp(`^  ${command} `, "m"));
  for (const command of COMMANDS) {
    const help = await cli.run([command, "--help"]);
    assert.equal(help.code, 0, command);
    const text = `${help.stdout}`;
    assert.match(text, /Examples:\n {2}\S/, command);
    const flags = text.match(/^ {2}--[a-z-]+/gm)!.filter((flag) => flag !== "  --help");
    assert.equal(text.match(/DRAGONLOG_[A-Z_]+\)/g)!.length, flags.length, command);
  }
});

test("no command is wrong usage, and shows the help on stderr", async (t) => {
  const { code, stdout, stderr } = await new Cli(t).run([]);
  assert.deepEqual([code, `${stdout}`], [2, ""]);
  assert.match(stderr, /^Usage: dragonlog /);
});

test("wrong usage ends with 2, three lines on stderr and nothing on stdout", async (t) => {
  const cli = new Cli(t);
  const cases: [args: string[], message: string, hint: string, code: string][] = [
    [["shp"], "unknown command 'shp'", "Did you mean ship?", "DRAGONLOG_USAGE"],
    [
      ["ship", "--intervall", "3s"],
      "unknown option '--intervall'",
      "Did you mean --interval?",
      "DRAGONLOG_USAGE",
    ],
    [
      ["run", "--service", "a"],
      "missing required argument 'command'",
      "See dragonlog --help",
      "DRAGONLOG_USAGE",
    ],
    [
      ["pipe", "--service"],
      "option '--service <name>' argument missing",
      "See dragonlog --help",
      "DRAGONLOG_USAGE",
    ],
    [["pipe"], "--service is missing", "Set --service or DRAGONLOG_SERVICE", "DRAGONLOG_OPTION_INVALID"],
    [["ship", "--port", "1"], "unknown option '--port'", "", "DRAGONLOG_USAGE"],
    [
      ["ship", "--smptp=smtp://user:secret@host"],
      "unknown option '--smptp'",
      "See dragonlog --help",
      "DRAGONLOG_USAGE",
    ],
    [
      ["ship", "--smtp", "smtp://user:secret/x@host"],
      "--smtp cannot be what it is set to",
      "--smtp takes smtp://host:587, smtps://host:465 or smtp://user:password@host, user and password percent-encoded",
      "DRAGONLOG_OPTION_INVALID",
    ],
    [["ship", "--flush-records", "0"], '--flush-records cannot be "0"', "", "DRAGONLOG_OPTION_INVALID"],
    [["ship", "--buffer", "kafka://h"], '--buffer cannot be "kafka://h"', "", "DRAGONLOG_OPTION_INVALID"],
    [["ship", "--config", "none.json"], "none.json cannot be read", "", "DRAGONLOG_OPTION_INVALID"],
  ];
  for (const [args, message, hint, errorCode] of cases) {
    const { code, stdout, stderr } = await cli.run(args);
    const lines = stderr.split("\n");
    assert.deepEqual([code, `${stdout}`, lines.length], [2, "", 4], `${args}: ${stderr}`);
    assert.ok(lines[0]!.startsWith(`dragonlog: ${message}`), stderr);
    assert.ok(lines[1]!.startsWith(`  ${hint}`), stderr);
    assert.equal(lines[2], `  ${errorCode} (docs/troubleshooting.md)`);
    assert.doesNotMatch(stderr, /secret/);
  }
});

test("help is a command as well, for a command too", async (t) => {
  const cli = new Cli(t);
  const [all, one, flag] = await Promise.all([
    cli.run(["help"]),
    cli.run(["help", "status"]),
    cli.run(["status", "--help"]),
  ]);
  assert.deepEqual([all.code, one.code], [0, 0]);
  assert.match(`${all.stdout}`, /^Usage: dragonlog /);
  assert.equal(`${one.stdout}`, `${flag.stdout}`);
});

test("whoever asks for JSON gets a failure in it too, with the code that ends the command", async (t) => {
  const cli = new Cli(t);
  writeFileSync(join(cli.dir, "file"), "");
  const cases: [args: string[], code: number, error: string][] = [
    [["status", "--json", "--nothing"], 2, "DRAGONLOG_USAGE"],
    [["flush", "--json", "--deadline", "3"], 2, "DRAGONLOG_OPTION_INVALID"],
    [["dead", "show", "2026-01-31-k3x9qa:1042", "--json"], 1, "DRAGONLOG_DEAD_LETTER_UNKNOWN"],
    [
      ["ship", "--once", "--json", "--journal-dir", join(cli.dir, "file", "x")],
      1,
      "DRAGONLOG_JOURNAL_UNAVAILABLE",
    ],
  ];
  for (const [args, code, expected] of cases) {
    const result = await cli.run(args);
    assert.equal(result.code, code, result.stderr);
    const { error } = JSON.parse(`${result.stdout}`);
    assert.equal(error.code, expected, JSON.stringify(error));
    assert.ok(error.message !== "" && error.hint !== "" && result.stderr.includes(expected));
  }
  cli.env.DRAGONLOG_JSON = "true";
  assert.equal(
    JSON.parse(`${(await cli.run(["status", "--nothing"])).stdout}`).error.code,
    "DRAGONLOG_USAGE",
  );
  assert.equal(
    `${(await cli.run(["pipe", "--nothing"])).stdout}`,
    "",
    "a command without JSON has none to give",
  );
});

test("unknown and wrong settings in variables and dragonlog.json are refused by name", async (t) => {
  const cli = new Cli(t);
  writeFileSync(join(cli.dir, "dragonlog.json"), '{\n  "flushRecords": 5,\n  "colour": true\n}');
  const inFile = await cli.run(["status"]);
  assert.equal(inFile.code, 2);
  assert.match(inFile.stderr, /^dragonlog: colour in .*dragonlog\.json is no option of dragonlog$/m);
  writeFileSync(join(cli.dir, "dragonlog.json"), '{\n  "flushRecords": 5,,\n}');
  assert.match((await cli.run(["status"])).stderr, /dragonlog\.json, line 2, column 21: this is not JSON/);
  writeFileSync(join(cli.dir, "dragonlog.json"), "{}");
  cli.env.DRAGONLOG_REGOIN = "x";
  assert.match((await cli.run(["status"])).stderr, /Did you mean DRAGONLOG_REGION\?/);
});

test("what an error repeats cannot steer a terminal", async (t) => {
  const { stderr } = await new Cli(t).run(["ship", "--\u001b[31mred"]);
  assert.match(stderr, /unknown option '--\uFFFD\[31mred'/);
});

test("a reader that goes away ends a command without a word", async (t) => {
  const cli = new Cli(t);
  const child = cli.start("status");
  const result = ended(child);
  child.stdout.destroy();
  const { code, signal, stderr } = await result;
  assert.deepEqual([code, signal, stderr], [1, null, ""]);
});

test("fake-cloud says where it listens, answers there, and ends on SIGTERM", async (t) => {
  const child = new Cli(t).start("fake-cloud", "--port", "0", "--json");
  const result = ended(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url } = JSON.parse(`${line}`);
  const answer = await fetch(url, { method: "POST", headers: { "x-amz-target": "Logs_20140328.Nothing" } });
  assert.equal(answer.status, 400);
  await answer.arrayBuffer();
  child.kill("SIGTERM");
  const { code, stdout, stderr } = await result;
  assert.deepEqual([code, `${stdout}`, stderr], [0, `${line}`, ""]);
});

test("fake-cloud on a port that is taken ends with 1 and the code for it", async (t) => {
  const cli = new Cli(t);
  const first = cli.start("fake-cloud", "--port", "0", "--json");
  const firstEnded = ended(first);
  const [chunk] = (await once(first.stdout, "data")) as [Buffer];
  const { port } = new URL(JSON.parse(`${chunk}`).url);
  const second = await cli.run(["fake-cloud", "--port", port]);
  first.kill("SIGINT");
  assert.equal((await firstEnded).code, 0);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /DRAGONLOG_PORT_IN_USE/);
});

test("a folder that cannot be had is a sentence with what to do, and no stack", async (t) => {
  const cli = new Cli(t);
  const file = join(cli.dir, "a-file\u001b");
  writeFileSync(file, "");
  for (const args of [["ship", "--once", "--to", "stdout"], ["flush"], ["status"], ["dead", "list"]]) {
    const { code, stderr } = await cli.run([...args, "--journal-dir", join(file, "journal")]);
    assert.equal(code, 1, `${args}`);
    assert.match(
      stderr,
      /^dragonlog: .*ENOTDIR.*a-file\ufffd.*\n {2}\S.*\n {2}DRAGONLOG_\w+_UNAVAILABLE \(docs\/troubleshooting\.md\)\n$/,
      `${args}`,
    );
  }
});
