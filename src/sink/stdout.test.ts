import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { batchOf } from "./batch-of.cases.js";
import { openStdout } from "./stdout.js";

const SIGNAL = new AbortController().signal;
const DELIVERED = { verdict: "delivered", refused: [] };
const HERE = new URL("./", import.meta.url).href;

const batch = (...texts: string[]) => batchOf(texts.map((text) => ({ text, timestamp: 0 })));

/** Takes one write at a time, when told to. */
class Gate extends Writable {
  readonly taken: string[] = [];
  release: (error?: Error) => void = () => {};

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error) => void): void {
    this.taken.push(chunk.toString());
    this.release = callback;
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("lines are written in order, as bytes", async () => {
  const output = new PassThrough();
  const sink = openStdout(output);
  assert.deepEqual(await sink.send(batch("one", "two 🐉"), SIGNAL), DELIVERED);
  assert.equal(output.read().toString(), "one\ntwo 🐉\n");
});

test("a batch is delivered when it was taken, and the next one waits until then", async () => {
  const output = new Gate();
  const sink = openStdout(output);
  const answers: string[] = [];
  const first = sink.send(batch("one"), SIGNAL).then(() => answers.push("one"));
  const second = sink.send(batch("two"), SIGNAL).then(() => answers.push("two"));
  await turn();
  assert.deepEqual([output.taken, output.writableLength, answers], [["one\n"], 4, []]);
  output.release();
  await first;
  await turn();
  assert.deepEqual([output.taken, answers], [["one\n", "two\n"], ["one"]]);
  output.release();
  await second;
});

test("a reader that is stuck holds nobody who gives up", async () => {
  const output = new Gate();
  const sink = openStdout(output);
  const controller = new AbortController();
  const sends = [sink.send(batch("one"), controller.signal), sink.send(batch("two"), controller.signal)];
  await turn();
  controller.abort();
  for (const answer of await Promise.all(sends)) {
    assert.ok(answer.verdict === "retry" && answer.cause === "timeout");
  }
  await sink.close();
  assert.deepEqual(output.taken, ["one\n"]);
});

test("a stream that fails, and one that has failed, is unavailable and ends nothing", async () => {
  const output = new Gate();
  const sink = openStdout(output);
  const first = sink.send(batch("one"), SIGNAL);
  await turn();
  output.release(Object.assign(new Error("broken pipe"), { code: "EPIPE" }));
  for (const answer of [await first, await sink.send(batch("two"), SIGNAL)]) {
    assert.ok(answer.verdict === "retry" && answer.cause === "unavailable");
  }
  await sink.close();
});

test("a real pipe whose reader has gone answers unavailable, and the process lives on", async () => {
  const script = `
    const { openStdout } = await import(${JSON.stringify(`${HERE}stdout.js`)});
    const { batchOf } = await import(${JSON.stringify(`${HERE}batch-of.cases.js`)});
    await new Promise((resolve) => process.stdin.once("end", resolve).resume());
    const sink = openStdout();
    const answer = await sink.send(
      batchOf([{ text: "x".repeat(1e6), timestamp: 0 }]),
      new AbortController().signal,
    );
    await sink.close();
    console.error(answer.verdict, answer.cause, answer.error?.code);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdout.destroy();
  child.stdin.end();
  let told = "";
  child.stderr.on("data", (data) => {
    told += data;
  });
  const [code] = await once(child, "close");
  assert.deepEqual([told, code], ["retry unavailable EPIPE\n", 0]);
});
