import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Cli, ended, printed } from "./cli.js";

const LARGE_LINE_BYTES = 8_000_000;

test("every line is a record, byte for byte, in order", async (t) => {
  const cli = new Cli(t);
  const input = Buffer.concat([
    Buffer.from('one\r\n\n  two €😀\t\n{"data":{"n":1},"type":"AUDIT","request_id":"r"}\n{"no":"data"}\n'),
    Buffer.from([0x62, 0xff, 0x0a]),
    Buffer.from("last"),
  ]);
  const { code, stdout, stderr } = await cli.run(["pipe", "--service", "shop"], input);
  assert.deepEqual([code, `${stdout}`, stderr], [0, "", ""]);
  const records = await cli.records();
  assert.deepEqual(
    records.map(({ service, data, type, request_id, metadata }) => [
      service,
      data,
      type,
      request_id,
      metadata,
    ]),
    [
      ["shop", "one\r", "INFO", undefined, undefined],
      ["shop", "", "INFO", undefined, undefined],
      ["shop", "  two €😀\t", "INFO", undefined, undefined],
      ["shop", { n: 1 }, "AUDIT", "r", undefined],
      ["shop", '{"no":"data"}', "INFO", undefined, undefined],
      ["shop", "b\uFFFD", "INFO", undefined, { raw_base64: "Yv8=" }],
      ["shop", "last", "INFO", undefined, undefined],
    ],
  );
});

test("a line of 8 MB is one record", async (t) => {
  const cli = new Cli(t);
  const line = "0123456789abcdef".repeat(LARGE_LINE_BYTES / 16);
  const { code, stderr } = await cli.run(["pipe", "--service", "large"], `${line}\nnext\n`);
  assert.deepEqual([code, stderr], [0, ""]);
  const records = await cli.records();
  assert.deepEqual([records.length, records[1]?.data], [2, "next"]);
  // Compared without assert.equal, which would print both.
  assert.ok(records[0]?.data === line);
});

test("an endless line is cut into marked records, which is said and loses nothing", async (t) => {
  const cli = new Cli(t);
  const line = "x".repeat(100_000);
  const args = ["pipe", "--service", "s", "--segment-bytes", "64KiB", "--journal-bytes-max", "128KiB"];
  const { code, stderr } = await cli.run(args, line);
  assert.match(stderr, /dragonlog pipe: 1 too long for one record, cut into several/);
  assert.equal(code, 0, stderr);
  const records = await cli.records();
  assert.equal(records.map(({ data }) => data).join(""), line);
  assert.deepEqual(
    records.map(({ metadata }) => (metadata as { continues?: boolean } | undefined)?.continues ?? false),
    records.map((_, i) => i < records.length - 1),
  );
});

test("lines that the journal has no room for end in exit code 1 and a sentence", async (t) => {
  const cli = new Cli(t);
  const args = ["pipe", "--service", "s", "--segment-bytes", "64KiB", "--journal-bytes-max", "128KiB"];
  const { code, stderr } = await cli.run(args, `${"y".repeat(1000)}\n`.repeat(1000));
  assert.equal(code, 1);
  assert.match(stderr, /dragonlog pipe: Not every line was kept as it was: journal full \(\d+\)\./);
});

test("a folder that cannot be written ends in exit code 1 and a sentence", async (t) => {
  const cli = new Cli(t);
  const { code, stderr } = await cli.run(
    ["pipe", "--service", "s", "--journal-dir", "/dev/null/journal"],
    "a\n",
  );
  assert.equal(code, 1);
  assert.match(stderr, /dragonlog pipe: The journal cannot be written/);
});

test("a signal lets the input finish; a second one stops the reading, and what was read is kept", async (t) => {
  const cli = new Cli(t);
  const child = cli.start("pipe", "--service", "s");
  const result = ended(child);
  child.stdin.write("before\n");
  // Its record shows that the command reads, and so listens to signals.
  await cli.untilRecorded(1);
  child.kill("SIGTERM");
  await printed(child.stderr, "once more stops now");
  child.stdin.write("after the first signal\n");
  await cli.untilRecorded(2);
  child.kill("SIGTERM");
  const { code, signal } = await result;
  assert.deepEqual([code, signal], [0, null]);
  assert.deepEqual(
    (await cli.records()).map(({ data }) => data),
    ["before", "after the first signal"],
  );
});

test("a program's lines outlive the pipe that is killed", async (t) => {
  const cli = new Cli(t);
  const child = cli.start("pipe", "--service", "s");
  const result = ended(child);
  child.stdin.write("safe\nnot yet a line");
  await cli.untilRecorded(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal((await result).signal, "SIGKILL");
  assert.deepEqual(
    (await cli.records()).map(({ data }) => data),
    ["safe"],
  );
});
