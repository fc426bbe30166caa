/** `dragonlog demo` ends in good order whenever it is stopped, and with --stay has something for every view of the page. */
import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { DeadLetterList } from "../../src/serve/api.js";
import type { Overview } from "../../src/watch/overview.js";
import { until } from "../harness/program.js";
import { Cli, ended } from "./cli.js";

const noProc: string | false = existsSync("/proc/self/cwd")
  ? false
  : "there is no /proc to find processes in";

/** Its own temporary folder, so that what it leaves there is seen. */
class Demo {
  readonly folder: string;
  readonly child: ChildProcessWithoutNullStreams;
  readonly end: ReturnType<typeof ended>;
  said = "";

  constructor(context: TestContext, ...flags: string[]) {
    const cli = new Cli(context);
    this.folder = join(cli.dir, "tmp");
    mkdirSync(this.folder);
    cli.env.TMPDIR = this.folder;
    this.child = cli.start("demo", ...flags);
    this.child.stderr.on("data", (chunk) => {
      this.said += chunk;
    });
    this.end = ended(this.child);
    context.after(async () => {
      this.child.kill("SIGKILL");
      await this.end;
    });
  }

  async untilSaid(text: RegExp): Promise<RegExpExecArray> {
    const hasEnded = (): boolean => this.child.exitCode !== null || this.child.signalCode !== null;
    await until(
      () => text.test(this.said) || hasEnded(),
      () => `it did not say ${text}: ${this.said}`,
    );
    return text.exec(this.said) ?? assert.fail(this.said);
  }

  /** The processes that work in its folder, whether it is still there or not. */
  processes(): string[] {
    return readdirSync("/proc").filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(`${this.folder}/`);
      } catch {
        return false;
      }
    });
  }
}

for (const [moment, said] of [
  ["as soon as it begins", /CloudWatch stand-in at/],
  ["while the service starts", /shipper running/],
  ["under load", /logged [1-9]/],
] as const) {
  test(`Ctrl-C ${moment} ends it, with no process and no file left`, { skip: noProc }, async (context) => {
    const demo = new Demo(context);
    await demo.untilSaid(said);
    demo.child.kill("SIGINT");
    const { code, stdout, stderr } = await demo.end;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /dragonlog demo: stopped\n$/);
    assert.equal(`${stdout}`, "");
    assert.deepEqual([readdirSync(demo.folder), demo.processes()], [[], []]);
  });
}

test("a second Ctrl-C, and a kill -9, leave no process", { skip: noProc }, async (context) => {
  const hurried = new Demo(context);
  await hurried.untilSaid(/service running/);
  hurried.child.kill("SIGINT");
  hurried.child.kill("SIGINT");
  await hurried.end;
  await until(
    () => hurried.processes().length === 0,
    () => "processes are left",
  );

  const killed = new Demo(context);
  await killed.untilSaid(/service running/);
  assert.notEqual(killed.processes().length, 0);
  killed.child.kill("SIGKILL");
  await killed.end;
  await until(
    () => killed.processes().length === 0,
    () => "processes are left",
  );
});

test("with --stay it counts, and then goes on for whoever looks, until Ctrl-C", {
  skip: noProc,
}, async (context) => {
  const demo = new Demo(context, "--stay", "--json");
  const [, page] = await demo.untilSaid(/To look at it: (http:\S+)/);
  assert.ok(demo.said.includes(`page at ${page}\n`), "its address is said from the start");
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`${page}${path}`, { headers: { connection: "close" } })).json();
  await until(
    async () => ((await ask("/api/dead-letters")) as DeadLetterList).letters >= 3,
    () => "no dead letters came",
  );
  const { kinds } = (await ask("/api/dead-letters")) as DeadLetterList;
  assert.deepEqual(kinds.map(({ reason }) => reason).sort(), ["invalid", "too-old"]);
  const { writers, shippers, health } = (await ask("/api/overview")) as Overview;
  const services = writers.filter(({ alive }) => alive).map(({ service }) => service);
  assert.deepEqual(services.sort(), ["api", "importer", "payments"]);
  assert.deepEqual(health.problems, []);
  const { deliveredRecords } = shippers[0]!.counts;
  await until(
    async () =>
      ((await ask("/api/overview")) as Overview).shippers[0]!.counts.deliveredRecords > deliveredRecords,
    () => "nothing more is delivered",
  );
  demo.child.kill("SIGINT");
  const { code, stdout, stderr } = await demo.end;
  assert.equal(code, 0, stderr);
  assert.equal((JSON.parse(`${stdout}`) as { lost: number }).lost, 0);
  assert.deepEqual([readdirSync(demo.folder), demo.processes()], [[], []]);
});
