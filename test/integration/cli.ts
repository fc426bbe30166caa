/** Runs the real command line, in an empty folder and without the settings of whoever runs the tests. */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/** Each look starts a process, so this many take far longer than any machine needs. */
const LOOKS_MAX = 200;

const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export class Cli {
  /** The working directory of every command; journals are in `journal` below it. */
  readonly dir = mkdtempSync(join(tmpdir(), "dragonlog-cli-"));
  readonly env: NodeJS.ProcessEnv;

  constructor(test: TestContext) {
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(DRAGONLOG_|NODE_|(FORCE|NO)_COLOR$)/.test(name),
    );
    this.env = {
      ...Object.fromEntries(own),
      DRAGONLOG_JOURNAL_DIR: join(this.dir, "journal"),
      // Many run at the same time, and few are looked at.
      DRAGONLOG_LISTEN: "none",
    };
    test.after(() => rmSync(this.dir, { recursive: true, force: true }));
  }

  start(...args: string[]): ChildProcessWithoutNullStreams {
    return this.startIn(this.dir, args);
  }

  startIn(cwd: string, args: readonly string[]): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [MAIN, ...args], { cwd, env: this.env });
  }

  /** Another program than the command line, with the same settings. */
  startFile(path: string): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [path], { cwd: this.dir, env: this.env });
  }

  run(args: readonly string[], input: string | Buffer = ""): Promise<Result> {
    return this.runFile(MAIN, args, input);
  }

  /** The same with another copy of the command line. */
  runFile(main: string, args: readonly string[], input: string | Buffer = ""): Promise<Result> {
    const child = spawn(process.execPath, [main, ...args], { cwd: this.dir, env: this.env });
    // The command may end without reading its input, which is no fault of the test.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    return ended(child);
  }

  /** Resolves when so many records wait in the journals. */
  async untilRecorded(count: number): Promise<void> {
    let report = "";
    for (let look = 0; look < LOOKS_MAX; look++) {
      report = `${(await this.run(["status", "--json"])).stdout}`;
      if (JSON.parse(report).waiting.records === count) return;
    }
    assert.fail(`${count} records were never there; the last report: ${report}`);
  }

  /** Everything that waits in the journals, as records, in the order of delivery. It is delivered by this. */
  async records(): Promise<Record<string, unknown>[]> {
    const { code, stdout, stderr } = await this.run(["ship", "--once", "--to", "stdout"]);
    assert.equal(code, 0, stderr);
    return stdout
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }
}

/** What a process printed, and how it ended. To be called before it can have printed anything. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Result> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve) => {
    child.once("close", (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

/**
 * Resolves when the stream has printed these texts in this order. The process that prints them must not be waited for
 * elsewhere before; and one chunk may hold them all, so what belongs together is asked for at once.
 */
export async function printed(stream: NodeJS.ReadableStream, ...texts: readonly string[]): Promise<void> {
  const areAllIn = (seen: string) => texts.reduce((from, text) => endOf(seen, text, from), 0) !== NOWHERE;
  await matched(
    stream,
    (seen) => areAllIn(seen) || undefined,
    texts.map((text) => JSON.stringify(text)).join(", "),
  );
}

const NOWHERE = Number.POSITIVE_INFINITY;

function endOf(seen: string, text: string, from: number): number {
  const at = seen.indexOf(text, from);
  return at < 0 || from === NOWHERE ? NOWHERE : at + text.length;
}

/** Where the page of a shipper is, when it has said so. */
export function pageOf(stream: NodeJS.ReadableStream): Promise<string> {
  return matched(stream, (seen) => /page at (\S+)\n/.exec(seen)?.[1], "where its page is");
}

function matched<Found>(
  stream: NodeJS.ReadableStream,
  find: (seen: string) => Found | undefined,
  what: string,
): Promise<Found> {
  let seen = "";
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      seen += chunk;
      const found = find(seen);
      if (found === undefined) return;
      stream.off("data", onData);
      resolve(found);
    };
    stream.on("data", onData);
    stream.once("end", () => reject(new Error(`ended without printing ${what}; printed: ${seen}`)));
  });
}
