/** `dragonlog tail` beside shippers that serve a page. */
import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readReports } from "../../src/ship/report.js";
import { type Cli, ended, printed } from "./cli.js";
import { application, dataOf, Tailing } from "./tailing.js";

const TOKEN = "a-token-of-24-characters";

interface Shipper {
  readonly child: ChildProcessWithoutNullStreams;
  readonly url: string;
}

/** A shipper whose page is there; it delivers at once. */
async function ship(t: TestContext, cli: Cli, ...args: string[]): Promise<Shipper> {
  const to = `directory:${join(cli.dir, "delivered")}`;
  const flags = ["--to", to, "--flush-records", "1", "--listen", "127.0.0.1:0"];
  const child = cli.start("ship", ...flags, ...args);
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stdout.resume();
  for await (const chunk of child.stderr) {
    said += chunk;
    const url = /page at (http:\S+)/.exec(said)?.[1];
    if (url === undefined) continue;
    while (!readReports(join(cli.dir, "journal")).some(({ page }) => page?.url === url)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { child, url };
  }
  return assert.fail(`no page was announced: ${said}`);
}

async function stop({ child }: Shipper, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/** What a process has left is deleted when it is delivered. */
async function untilDeleted(cli: Cli): Promise<void> {
  const journals = join(cli.dir, "journal");
  while (readdirSync(journals).some((name) => existsSync(join(journals, name, "writer.json")))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("the shipper is asked, and so what was just delivered is shown, too", async (t) => {
  const { cli, loggerOf } = application(t);
  const { url } = await ship(t, cli);
  const input = Array.from({ length: 5 }, (_, n) => `delivered ${n}\n`).join("");
  assert.equal((await cli.run(["pipe", "--service", "gone"], input)).code, 0);
  await untilDeleted(cli);
  const tail = new Tailing(t, cli, ["--json", "--last", "3", "--grep", "delivered"]);
  await tail.until(() => tail.lines.length === 3);
  assert.equal(
    tail.stderr,
    `dragonlog tail: only records with "delivered" in it\ndragonlog tail: asks the shipper at ${url}\n`,
  );
  loggerOf("api").info("delivered 5");
  await tail.until(() => tail.lines.length === 4);
  assert.deepEqual(
    dataOf(tail.lines),
    [2, 3, 4, 5].map((n) => `delivered ${n}`),
  );
  assert.deepEqual([(await tail.stop()).code, tail.lines.length], [0, 4]);
});

test("shippers come and go; each record is shown once, in order, and the changes are told", async (t) => {
  const { cli, loggerOf } = application(t);
  const logger = loggerOf("api");
  let logged = 0;
  const log = (records: number): void => {
    for (let n = 0; n < records; n++) logger.info(logged++);
  };
  log(10);
  const tail = new Tailing(t, cli, ["--json", "--last", "100"]);
  const untilShown = () => tail.until(() => tail.lines.length >= logged);
  await untilShown();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const asked = tail.stderr.split("asks the shipper").length;
    const shipper = await ship(t, cli);
    log(100);
    await tail.until(() => tail.stderr.split("asks the shipper").length > asked);
    log(100);
    await untilShown();
    const stopped = stop(shipper, signal);
    log(100);
    await stopped;
    log(100);
    await untilShown();
  }
  const numbers = tail.lines.map((line) => JSON.parse(line).data);
  assert.deepEqual(
    numbers,
    Array.from({ length: logged }, (_, n) => n),
  );
  const { code, stderr } = await tail.stop();
  assert.equal(code, 0);
  const told = stderr.split("\n").map((line) => line.replace(/http:\S+/g, "URL").replace(/\(.*\)/, "(…)"));
  const reads = `dragonlog tail: the shipper at URL gives no records (…); reads ${join(cli.dir, "journal")}`;
  const asks = "dragonlog tail: asks the shipper at URL";
  assert.deepEqual(told, [asks, reads, asks, reads, ""]);
});

test("a page that is named is the only source: with its token, again when it is back, and else an error", async (t) => {
  const { cli, loggerOf } = application(t);
  const logger = loggerOf("api");
  cli.env.DRAGONLOG_TOKEN = TOKEN;
  const shipper = await ship(t, cli);
  const tail = new Tailing(t, cli, ["--json", "--url", shipper.url]);
  await tail.untilItFollows(logger);
  const port = new URL(shipper.url).port;
  await stop(shipper);
  const back = await ship(t, cli, "--listen", `127.0.0.1:${port}`);
  await tail.until(() => tail.stderr.includes("answers again"));
  logger.info("after");
  await tail.until(() => dataOf(tail.lines).includes("after"));
  assert.equal((await tail.stop()).code, 0);
  delete cli.env.DRAGONLOG_TOKEN;
  const refused = await cli.run(["tail", "--url", back.url]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /DRAGONLOG_PAGE_UNREACHABLE/);
  assert.match(refused.stderr, /token/);
  await stop(back);
  const away = await cli.run(["tail", "--url", back.url]);
  assert.equal(away.code, 1);
  assert.match(away.stderr, /cannot be asked: connect ECONNREFUSED[\s\S]*DRAGONLOG_PAGE_UNREACHABLE/);
});

test("a reader of tail that stalls holds up neither the shipper nor other readers", async (t) => {
  const { cli, loggerOf } = application(t);
  const logger = loggerOf("api");
  const shipper = await ship(t, cli);
  const stalled = cli.start("tail", "--json");
  t.after(() => stalled.kill("SIGKILL"));
  const end = ended(stalled);
  await printed(stalled.stderr, "asks the shipper");
  stalled.stdout.pause();
  const tail = new Tailing(t, cli, ["--json"]);
  await tail.untilItFollows(logger);
  const before = tail.lines.length;
  for (let n = 0; n < 20_000; n++) logger.info("x".repeat(200));
  await tail.until(() => tail.lines.length >= before + 20_000);
  await cli.untilRecorded(0);
  stalled.kill("SIGINT");
  stalled.stdout.resume();
  assert.equal((await end).code, 0);
  await tail.stop();
  await stop(shipper);
});
