/** `dragonlog tail` of journals that no shipper empties. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ended } from "./cli.js";
import { application, dataOf, Tailing } from "./tailing.js";

const NOW = ["--no-follow"];

test("records are shown as they are logged, each writer's in order, whoever writes them", async (t) => {
  const { cli, loggerOf } = application(t);
  const api = loggerOf("api");
  api.info("before");
  const tail = new Tailing(t, cli, ["--json"]);
  await tail.untilItFollows(api);
  const late = loggerOf("late");
  for (let n = 0; n < 500; n++) {
    api.info("api", { n });
    late.warn("late", { n });
  }
  const of = (service: string) =>
    tail.lines
      .map((line) => JSON.parse(line))
      .filter((record) => record.service === service && record.metadata !== undefined)
      .map(({ metadata }) => metadata.n);
  await tail.until(() => of("api").length + of("late").length >= 1000);
  const all = Array.from({ length: 500 }, (_, n) => n);
  assert.deepEqual([of("api"), of("late")], [all, all]);
  const { code, stderr } = await tail.stop();
  assert.deepEqual([code, stderr], [0, ""]);
  assert.ok(!dataOf(tail.lines).includes("before"));
});

test("--json prints each line byte for byte, and nothing else", async (t) => {
  const { cli, loggerOf } = application(t);
  const logger = loggerOf("api");
  logger.info("ä€😀 \u2028 \ud800 \u0000 \u001b[31m", {
    n: 1e21,
    big: 12345678901234567890n,
    "10": 1,
    "2": { a: [] },
  });
  logger.log({ type: "AUDIT", data: { b: 1, a: '\\"}]' }, request_id: "r" });
  logger.error(new Error("x\ny"));
  logger.info("x".repeat(1_000_000));
  const shown = await cli.run(["tail", "--json", ...NOW]);
  assert.deepEqual([shown.code, shown.stderr], [0, ""]);
  const shipped = await cli.run(["ship", "--once", "--to", "stdout"]);
  assert.ok(shown.stdout.equals(shipped.stdout));
});

test("it begins with the newest, or with those since a time, and takes away nothing", async (t) => {
  const { cli, loggerOf } = application(t);
  const logger = loggerOf("api");
  const HOUR_MS = 3_600_000;
  for (let n = 0; n < 5; n++) logger.log({ data: n, timestamp: Date.now() - (5 - n) * HOUR_MS });
  const shows = async (...args: string[]) =>
    dataOf(`${(await cli.run(["tail", "--json", ...NOW, ...args])).stdout}`.split("\n").slice(0, -1));
  assert.deepEqual(await shows(), [0, 1, 2, 3, 4]);
  assert.deepEqual(await shows("--last", "2"), [3, 4]);
  assert.deepEqual(await shows("--last", "0"), []);
  assert.deepEqual(await shows("--since", "150m"), [3, 4]);
  assert.deepEqual(await shows("--since", "5h", "--last", "1"), [4]);
  const tail = new Tailing(t, cli, ["--json", "--last", "3"]);
  await tail.until(() => tail.lines.length === 3);
  logger.info(5);
  await tail.until(() => tail.lines.length === 4);
  assert.deepEqual(dataOf(tail.lines), [2, 3, 4, 5]);
  assert.equal((await tail.stop("SIGTERM")).code, 0);
  assert.equal((await cli.records()).length, 6);
});

test("each filter shows what it says, and tail says which are active", async (t) => {
  const { cli, loggerOf } = application(t);
  const api = loggerOf("api");
  api.debug("starts");
  api.warn("Timed out", { user_id: 42 });
  api.log({ data: { deep: [{ a: "x" }] }, type: "AUDIT", request_id: "r-1" });
  api.fatal("ends");
  // Behind the others, by time.
  loggerOf("web").log({ data: "Timeout", metadata: { user_id: 43 }, timestamp: Date.now() + 10 });
  const cases: [string[], unknown[], string][] = [
    [["--service", "web"], ["Timeout"], "service web"],
    [["--type", "warn"], ["Timed out", "ends"], "level WARN or above"],
    [["--type", "AUDIT"], [{ deep: [{ a: "x" }] }], "type AUDIT"],
    [["--request-id", "r-1"], [{ deep: [{ a: "x" }] }], "request_id r-1"],
    [["--grep", "TIMED"], ["Timed out"], '"TIMED" in it'],
    [["--grep", "/time(d )?out/i"], ["Timed out", "Timeout"], "/time(d )?out/i in it"],
    [["--where", "metadata.user_id=42"], ["Timed out"], "metadata.user_id=42"],
    [
      ["--where", "data.deep.0.a=x", "--where", "type=AUDIT"],
      [{ deep: [{ a: "x" }] }],
      "data.deep.0.a=x and type=AUDIT",
    ],
    [
      ["--service", "api", "--type", "error", "--grep", "e"],
      ["ends"],
      'service api and level ERROR or above and "e" in it',
    ],
  ];
  for (const [args, data, said] of cases) {
    const { code, stdout, stderr } = await cli.run(["tail", "--json", ...NOW, ...args]);
    assert.deepEqual([code, stderr], [0, `dragonlog tail: only records with ${said}\n`]);
    assert.deepEqual(dataOf(`${stdout}`.split("\n").slice(0, -1)), data);
  }
  writeFileSync(join(cli.dir, "dragonlog.json"), '{ "service": "web" }');
  const { stdout, stderr } = await cli.run(["tail", ...NOW]);
  assert.match(`${stdout}`, /INFO {2}web Timeout {2}user_id=43\n$/);
  assert.equal(stderr, "dragonlog tail: only records with service web\n");
});

test("what cannot be understood is refused with exit code 2, before anything is shown", async (t) => {
  const { cli } = application(t);
  const cases: [string[], RegExp][] = [
    [["--grep", "/(x/"], /--grep cannot be "\/\(x\/"[\s\S]*Unterminated group/],
    [["--where", "user"], /--where cannot be "user"/],
    [["--last", "many"], /--last cannot be/],
    [["--since", "yesterday"], /--since cannot be/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await cli.run(["tail", ...args]);
    assert.deepEqual([code, `${stdout}`], [2, ""]);
    assert.match(stderr, message);
  }
});

test("people see columns, colours where there is a terminal, and no byte that steers it", async (t) => {
  const { cli, loggerOf } = application(t);
  const logger = loggerOf("api");
  logger.error("\u001b[2J\u0007\u202e\r\nforged", { "a\u001b": "\u009b1m" });
  const shown = `\\u{1b}[2J\\u{7}\\u{202e}↵forged`;
  const time = /^(--- [\d-]+ ---\n)?\d\d:\d\d:\d\d\.\d{3} /;
  const plain = `${(await cli.run(["tail", ...NOW])).stdout}`;
  assert.equal(plain.replace(time, ""), `ERROR api ${shown}  a\\u{1b}=\\u{9b}1m\n`);
  cli.env.FORCE_COLOR = "1";
  const coloured = `${(await cli.run(["tail", ...NOW])).stdout}`;
  assert.ok(coloured.includes(`\u001b[31mERROR\u001b[0m api ${shown}`), coloured);
  assert.equal(coloured.replace(/\u001b\[[\d;]*m/g, "").replace(time, ""), plain.replace(time, ""));
  delete cli.env.FORCE_COLOR;
  const pretty = `${(await cli.run(["tail", "--pretty", ...NOW])).stdout}`;
  assert.match(pretty, / {2}data {6}\\u\{1b\}\[2J\\u\{7\}\\u\{202e\}\n {12}forged\n/);
});

test("on a terminal it has colours, and says that it follows", {
  skip:
    spawnSync("script", ["--version"]).error && "script of util-linux, which makes a terminal, is missing",
}, async (t) => {
  const { cli, loggerOf } = application(t);
  loggerOf("api").warn("x");
  const main = new URL("../../src/cli/main.js", import.meta.url).pathname;
  const run = async (env: NodeJS.ProcessEnv) => {
    // Not below a shell: Ctrl-C reaches that, too, and some then say 130 whatever the command said.
    const command = `exec "${process.execPath}" "${main}" tail --last 1`;
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: cli.dir,
      env: { ...cli.env, ...env },
    });
    t.after(() => child.kill("SIGKILL"));
    let text = "";
    let isAsked = false;
    for await (const chunk of child.stdout) {
      text += chunk;
      // Ctrl-C, as a terminal passes it.
      if (!isAsked && text.includes("api x")) isAsked = child.stdin.write("\u0003");
    }
    const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
    return { text, code };
  };
  const coloured = await run({ TERM: "xterm" });
  assert.equal(coloured.code, 0);
  assert.match(coloured.text, /dragonlog tail: follows .*journal; Ctrl-C ends it/);
  assert.ok(coloured.text.includes("\u001b[33mWARN \u001b[0m api x"), coloured.text);
  const { text, code } = await run({ TERM: "xterm", NO_COLOR: "1" });
  assert.ok(code === 0 && !text.includes("\u001b["), text);
});

test("a reader that goes away ends it, silently", async (t) => {
  const { cli, loggerOf } = application(t);
  const logger = loggerOf("api");
  for (let n = 0; n < 20_000; n++) logger.info("n".repeat(100), { n });
  for (const args of [["--json", "--last", "20000"], NOW, ["--pretty", "--since", "1h"]]) {
    const tail = cli.start("tail", ...args);
    t.after(() => tail.kill("SIGKILL"));
    const end = ended(tail);
    tail.stdout.once("data", () => tail.stdout.destroy());
    const { code, signal, stderr } = await end;
    assert.deepEqual([code, signal, stderr], [0, null, ""], args.join(" "));
  }
});

test("a reader that stalls is waited for, misses nothing of what is there, and Ctrl-C works meanwhile", async (t) => {
  const { cli, loggerOf } = application(t);
  const logger = loggerOf("api");
  for (let n = 0; n < 20_000; n++) logger.info("n".repeat(100), { n });
  const tail = cli.start("tail", "--json", "--since", "1h");
  t.after(() => tail.kill("SIGKILL"));
  await once(tail.stdout, "readable");
  for (let n = 20_000; n < 30_000; n++) logger.info("n".repeat(100), { n });
  let lines = 0;
  let rest = "";
  for await (const chunk of tail.stdout.setEncoding("utf8")) {
    const complete = (rest + chunk).split("\n");
    rest = complete.pop()!;
    for (const line of complete) assert.equal(JSON.parse(line).metadata.n, lines++);
    if (lines === 30_000) tail.kill("SIGINT");
  }
  assert.equal(lines, 30_000);
  const stalled = cli.start("tail", "--json", "--since", "1h");
  t.after(() => stalled.kill("SIGKILL"));
  await once(stalled.stdout, "readable");
  stalled.kill("SIGINT");
  stalled.stdout.resume();
  const [code] = await once(stalled, "exit");
  assert.equal(code, 0);
});

test("an expression that does not come back ends in an error that says which", async (t) => {
  const { cli, loggerOf } = application(t);
  loggerOf("api").info(`${"a".repeat(60)}!`);
  const { code, stderr } = await cli.run(["tail", ...NOW, "--grep", "/^(a+)+$/"]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /\/\^\(a\+\)\+\$\/ took longer than 3 s over a single record[\s\S]*DRAGONLOG_FILTER_TOO_SLOW/,
  );
});

test("a folder that is not there yet is followed as soon as it is", async (t) => {
  const { cli, loggerOf } = application(t);
  const { code, stdout } = await cli.run(["tail", ...NOW]);
  assert.deepEqual([code, `${stdout}`], [0, ""]);
  const tail = new Tailing(t, cli, ["--json", "--last", "5"]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  loggerOf("api").info("first");
  await tail.until(() => tail.lines.length === 1);
  assert.deepEqual(dataOf(tail.lines), ["first"]);
  await tail.stop();
});
