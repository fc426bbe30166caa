import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Cli, ended, printed } from "./cli.js";

const NODE = process.execPath;
const LOOKS_MAX = 10_000;
const UNREAD_LINES = 50_000;

/** Resolves when a process has ended and its parent has taken note of it. */
async function untilGone(pid: number): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await setTimeout(1);
  }
  assert.fail(`process ${pid} does not end`);
}

test("output is recorded by stream and passed on unchanged, and the exit code is the command's", async (t) => {
  const cli = new Cli(t);
  const script =
    "process.stdout.write('out 1\\r\\nout 2'); process.stderr.write('err\\n'); process.exitCode = 7";
  const { code, stdout, stderr } = await cli.run(["run", "--service", "job", "--", NODE, "-e", script]);
  assert.deepEqual([code, `${stdout}`, stderr], [7, "out 1\r\nout 2", "err\n"]);
  const records = await cli.records();
  const of = (type: string) => records.filter((record) => record.type === type).map(({ data }) => data);
  assert.deepEqual([of("INFO"), of("ERROR")], [["out 1\r", "out 2"], ["err"]]);
  assert.ok(records.every(({ service }) => service === "job"));
});

test("--quiet records without passing on", async (t) => {
  const cli = new Cli(t);
  const command = ["sh", "-c", "echo out; echo err >&2"];
  const { code, stdout, stderr } = await cli.run(["run", "--service", "job", "--quiet", ...command]);
  assert.deepEqual([code, `${stdout}`, stderr], [0, "", ""]);
  assert.equal((await cli.records()).length, 2);
});

test("flags after the command are the command's, and it reads our standard input", async (t) => {
  const cli = new Cli(t);
  const { code, stdout } = await cli.run(["run", "--service", "job", "sort", "--reverse"], "a\nc\nb\n");
  assert.deepEqual([code, `${stdout}`], [0, "c\nb\na\n"]);
});

test("bytes pass through whole, at any size", async (t) => {
  const cli = new Cli(t);
  const bytes = Buffer.alloc(3_000_000, "line of text \u00ff\n", "latin1");
  const { code, stdout } = await cli.run(["run", "--service", "job", "cat"], bytes);
  assert.equal(code, 0);
  assert.ok(stdout.equals(bytes));
});

test("death by a signal is passed on as 128 and its number", async (t) => {
  const cli = new Cli(t);
  assert.equal((await cli.run(["run", "--service", "job", "sh", "-c", "kill -9 $$"])).code, 137);
  assert.equal((await cli.run(["run", "--service", "job", "sh", "-c", "kill -15 $$"])).code, 143);
});

test("signals reach the command, which decides what they mean", async (t) => {
  const cli = new Cli(t);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const script = `process.on('${signal}', () => { console.log('got ${signal}'); process.exit(5); });
      setInterval(() => {}, 1000); console.log('ready');`;
    const child = cli.start("run", "--service", "job", NODE, "-e", script);
    const result = ended(child);
    await printed(child.stdout, "ready\n");
    child.kill(signal);
    const { code, stdout } = await result;
    assert.deepEqual([code, `${stdout}`], [5, `ready\ngot ${signal}\n`]);
  }
});

test("lines of the command's children are recorded after it has exited", async (t) => {
  const cli = new Cli(t);
  const late = ["sh", "-c", "(read line; echo late) <&3 & exit 3"];
  const child = cli.start("run", "--service", "job", "sh", "-c", 'exec 3<&0; exec "$@"', "sh", ...late);
  const result = ended(child);
  child.stdin.end("go\n");
  assert.equal((await result).code, 3);
  assert.deepEqual(
    (await cli.records()).map(({ data }) => data),
    ["late"],
  );
});

test("a signal ends the waiting for children of a command that has exited", async (t) => {
  const cli = new Cli(t);
  const child = cli.start("run", "--service", "job", "sh", "-c", "sleep 600 & echo $! $$; exit 4");
  const result = ended(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const [sleeper, command] = `${line}`.split(" ").map(Number);
  t.after(() => process.kill(sleeper!));
  await untilGone(command!);
  child.kill("SIGHUP");
  assert.equal((await result).code, 4);
});

test("a command that cannot be started ends with 127 or 126 and the code for it", async (t) => {
  const cli = new Cli(t);
  const missing = await cli.run(["run", "--service", "job", "--", "no-such-command"]);
  assert.equal(missing.code, 127);
  assert.match(
    missing.stderr,
    /^dragonlog: no-such-command cannot be started: .*\n.*\n {2}DRAGONLOG_COMMAND_NOT_STARTED \(docs\/troubleshooting\.md\)\n$/,
  );
  const file = join(cli.dir, "plain.txt");
  writeFileSync(file, "text");
  chmodSync(file, 0o644);
  assert.equal((await cli.run(["run", "--service", "job", "--", file])).code, 126);
});

test("a reader that goes away ends the passing on, not the command and not the recording", async (t) => {
  const cli = new Cli(t);
  // First a little, which fails unseen, then more than pipes and streams hold: nothing may wait for the reader.
  const script = `process.stdin.once('data', () => {
      console.log('unread');
      process.stdin.once('data', () => {
        const rest = 'unread\\n'.repeat(${UNREAD_LINES - 1});
        process.stdout.write(rest, () => { console.error('end'); process.exit(6); });
      });
    });`;
  const child = cli.start("run", "--service", "job", NODE, "-e", script);
  const result = ended(child);
  child.stdout.destroy();
  child.stdin.write("a little");
  await cli.untilRecorded(1);
  child.stdin.end("the rest");
  const { code, stderr } = await result;
  assert.deepEqual([code, stderr], [6, "end\n"]);
  const records = await cli.records();
  assert.equal(records.filter(({ data }) => data === "unread").length, UNREAD_LINES);
});
