/** A folder as an application has it after `npm install dragonlog`, with journals and settings of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { ended, type Result } from "./cli.js";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Far longer than anything here takes; what hangs is ended, and fails. */
const DEADLINE_MS = 120_000;

export class Application {
  readonly dir = mkdtempSync(join(tmpdir(), "dragonlog-app-"));
  readonly env: NodeJS.ProcessEnv;

  /** With an endpoint, the AWS SDK goes there whatever the program says. */
  constructor(test: TestContext, endpoint?: string) {
    const own = Object.entries(process.env).filter(
      ([name]) => !/^((dragonlog|node|aws|npm)_|(force|no)_color$)/i.test(name),
    );
    const aws = endpoint && {
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
      AWS_ACCESS_KEY_ID: "x",
      AWS_SECRET_ACCESS_KEY: "x",
    };
    const state = join(this.dir, "state");
    // Many run at the same time, and few are looked at.
    const listen = { DRAGONLOG_LISTEN: "none" };
    this.env = { ...Object.fromEntries(own), XDG_STATE_HOME: state, ...listen, ...aws };
    test.after(() => rmSync(this.dir, { recursive: true, force: true }));
  }

  /** What `npm install` would have put there, without copying it. */
  link(): this {
    const bin = join(this.dir, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(ROOT, join(this.dir, "node_modules/dragonlog"));
    const main = join(ROOT, "dist/src/cli/main.js");
    writeFileSync(join(bin, "dragonlog"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, {
      mode: 0o755,
    });
    return this;
  }

  start(file: string, ...args: string[]): ChildProcessWithoutNullStreams {
    return spawn(file, args, { cwd: this.dir, env: this.env, timeout: DEADLINE_MS, killSignal: "SIGKILL" });
  }

  run(file: string, ...args: string[]): Promise<Result> {
    const child = this.start(file, ...args);
    child.stdin.end();
    return ended(child);
  }

  /** Everything that waits in the journals, in the order of delivery. It is delivered by this. */
  async records(): Promise<Record<string, unknown>[]> {
    const { stdout, stderr, code } = await this.run("npx", "dragonlog", "ship", "--once", "--to", "stdout");
    if (code !== 0) throw new Error(stderr);
    return linesOf(stdout);
  }
}

export function linesOf(text: Buffer | string): Record<string, unknown>[] {
  return `${text}`
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
