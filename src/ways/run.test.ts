import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test } from "node:test";
import { parseOptions } from "../config/parse.js";
import type { Entry } from "./entry.js";
import type { RecordLogger } from "./recording.js";
import { runInto } from "./run.js";

const LINES = 20_000;
const options = parseOptions("run", { service: "job" }, "the test");

class MemoryLogger implements RecordLogger {
  readonly entries: Entry[] = [];
  readonly calls: string[] = [];

  log(entry: Entry): void {
    this.entries.push(entry);
  }

  /** Whether SIGHUP was taken care of at each call. */
  readonly guarded: boolean[] = [];

  async flush(): Promise<void> {
    this.#called("flush");
  }

  async close(): Promise<void> {
    this.#called("close");
  }

  #called(name: string): void {
    this.calls.push(name);
    this.guarded.push(process.listenerCount("SIGHUP") > 0);
  }

  stats() {
    return { state: "safe", dropped: {}, recordsShortened: 0, valuesShortened: 0, unencodable: 0 } as const;
  }
}

function sink(write: (chunk: Buffer, done: (error?: Error) => void) => void): Writable {
  return new Writable({ write: (chunk: Buffer, _encoding, done) => write(chunk, done) });
}

test("an output that breaks while nobody waits for it does not stop the recording", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-run-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const broken = join(dir, "broken");
  const script = `console.log('first');
    const poll = setInterval(() => {
      if (!fs.existsSync(${JSON.stringify(broken)})) return;
      clearInterval(poll);
      process.stdout.write('line\\n'.repeat(${LINES}));
    }, 5);`;
  const stdout = sink((_chunk, done) => {
    setImmediate(() => {
      done(new Error("broken"));
      // After the stream has told of it; the command goes on only then.
      setImmediate(() => writeFileSync(broken, ""));
    });
  });
  const stderr = sink((_chunk, done) => done());
  const logger = new MemoryLogger();
  const code = await runInto(logger, options, [process.execPath, "-e", script], { stdout, stderr });
  assert.equal(code, 0);
  assert.equal(logger.entries.length, LINES + 1);
  assert.deepEqual(logger.calls, ["flush", "close"]);
});

test("an output that is slow slows the command down instead of filling memory", async () => {
  const logger = new MemoryLogger();
  let passed = 0;
  let waitingMax = 0;
  const stdout = sink((chunk, done) => {
    setImmediate(() => {
      passed += chunk.length;
      waitingMax = Math.max(waitingMax, stdout.writableLength);
      done();
    });
  });
  const stderr = sink((_chunk, done) => done());
  const script = `process.stdout.write('line\\n'.repeat(${LINES}))`;
  await runInto(logger, options, [process.execPath, "-e", script], { stdout, stderr });
  assert.equal(passed, LINES * "line\n".length);
  // One chunk of a pipe at a time, and what the stream takes before it says that it is full.
  assert.ok(waitingMax <= 65_536 + stdout.writableHighWaterMark, String(waitingMax));
});

test("a command that cannot be started leaves the logger closed", async () => {
  const logger = new MemoryLogger();
  const io = { stdout: sink((_chunk, done) => done()), stderr: sink((_chunk, done) => done()) };
  await assert.rejects(runInto(logger, options, ["/no/such/command"], io), {
    code: "DRAGONLOG_COMMAND_NOT_STARTED",
  });
  assert.deepEqual(logger.calls, ["close"]);
});

test("signals are taken care of until everything is safe, and left alone afterwards", async () => {
  const logger = new MemoryLogger();
  const io = { stdout: sink((_chunk, done) => done()), stderr: sink((_chunk, done) => done()) };
  await runInto(logger, options, [process.execPath, "-e", ""], io);
  assert.deepEqual(logger.calls, ["flush", "close"]);
  assert.deepEqual(logger.guarded, [true, true]);
  assert.equal(process.listenerCount("SIGHUP"), 0);
});
