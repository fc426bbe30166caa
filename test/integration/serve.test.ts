/** The page of real shippers: where it is, who may see it, and that delivery never waits for who looks. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import type { Overview } from "../../src/watch/overview.js";
import { pageOf, printed } from "./cli.js";
import { freePort } from "./mail-server.js";
import { logNumbers, type Running, Shipping } from "./shipping.js";

const TOKEN = "a-token-of-24-characters";
/** More than sockets hold on their way, several times over. */
const RECORDS = 20_000;

interface Page {
  readonly running: Running;
  readonly port: number;
}

/** A shipper whose page is there. */
async function serve(shipping: Shipping, ...flags: string[]): Promise<Page> {
  const running = shipping.ship("--listen", "127.0.0.1:0", ...flags);
  return { running, port: await portOf(running) };
}

async function portOf({ child }: Running): Promise<number> {
  return Number(new URL(await pageOf(child.stderr)).port);
}

/** A stream of records of which nothing is read yet. */
async function lookAt(context: TestContext, port: number, search = ""): Promise<IncomingMessage> {
  const asked = get({ host: "127.0.0.1", port, path: `/api/records${search}` });
  asked.on("error", () => undefined);
  context.after(() => asked.destroy());
  const [message] = (await once(asked, "response")) as [IncomingMessage];
  message.on("error", () => undefined);
  return message;
}

function reportOf({ dir }: Shipping): { readonly file: string; readonly page: { url: string; key: string } } {
  const folder = join(dir, "shippers");
  const [name] = readdirSync(folder).filter((entry) => entry.endsWith(".json"));
  const file = join(folder, name!);
  return { file, page: JSON.parse(readFileSync(file, "utf8")).page };
}

async function reported(shipping: Shipping): Promise<ReturnType<typeof reportOf>> {
  for (;;) {
    const report = reportOf(shipping);
    if (report.page !== undefined) return report;
    await shipping.status();
  }
}

test("a shipper says where its page is, and lets programs of its user in", async (context) => {
  const shipping = await Shipping.open(context);
  shipping.cli.env.DRAGONLOG_TOKEN = TOKEN;
  const { running, port } = await serve(shipping, "--json");
  const { file, page } = await reported(shipping);
  assert.equal(page.url, `http://127.0.0.1:${port}`);
  assert.equal(statSync(file).mode & 0o777, 0o600);

  const status = async (headers: Record<string, string>) =>
    (await fetch(`${page.url}/api/session`, { headers })).status;
  assert.equal(await status({}), 401);
  assert.equal(await status({ authorization: `Bearer ${page.key}` }), 200);
  assert.equal(await status({ authorization: `Bearer ${TOKEN}` }), 200);

  const shown = await shipping.cli.run(["status", "--json"]);
  assert.ok(!`${shown.stdout}`.includes(page.key) && !`${shown.stdout}`.includes(TOKEN));
  const { code, stdout, stderr } = await running.stop();
  assert.equal(code, 0, stderr);
  assert.equal(`${stdout}`.trimEnd().split("\n").length, 1, "one report, as without a page");
  assert.equal(JSON.parse(`${stdout}`).done, true);
  assert.ok(!stderr.includes(page.key) && !stderr.includes(TOKEN));
});

test("one who looks and does not read holds up nothing, and nobody waits for him in the end", async (context) => {
  const shipping = await Shipping.open(context);
  const { running, port } = await serve(shipping, "--interval", "50ms");
  const stalled = await lookAt(context, port, "?last=0");
  const reads = await lookAt(context, port, "?last=0&per_second_max=100");
  // The first event says that he has begun.
  const begun = once(reads, "data");
  const seen = text(reads);
  await begun;
  const logger = shipping.logger();
  for (let n = 0; n < RECORDS; n += 1000) {
    for (let each = n; each < n + 1000; each++) logger.info("x".repeat(1000), { n: each });
    await logger.flush();
  }
  await logger.close();
  await shipping.untilStored(RECORDS);
  shipping.assertArrived(RECORDS);
  assert.ok(!stalled.destroyed, "he is still there");
  const { code, stderr } = await running.stop();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /20000 records delivered/);
  const events = (await seen).trimEnd().split("\n");
  const matched = events.reduce((sum, event) => sum + JSON.parse(event).matched, 0);
  assert.ok(matched > 0, "one who reads gets his stream, up to its end");
});

test("a port that is taken keeps nobody from shipping", async (context) => {
  const [first, second] = [await Shipping.open(context), await Shipping.open(context)];
  const { port } = await serve(first);
  await second.log(5);
  const running = second.ship("--listen", `127.0.0.1:${port}`, "--interval", "50ms");
  await printed(running.child.stderr, `no page for now: 127.0.0.1:${port} is taken; it is tried again`);
  await second.untilStored(5);
  const { code } = await running.stop();
  assert.equal(code, 0);
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
});

test("a standby serves nothing until it ships, and then the same page", async (context) => {
  const shipping = await Shipping.open(context);
  const port = await freePort();
  const flags = ["--listen", `127.0.0.1:${port}`];
  const first = shipping.ship(...flags);
  await portOf(first);
  const standby = shipping.ship(...flags);
  await printed(standby.child.stderr, "waits as a standby");
  const isUp = portOf(standby);
  const pidOf = async () => {
    const overview = await fetch(`http://127.0.0.1:${port}/api/overview`);
    const { shippers } = (await overview.json()) as Pick<Overview, "shippers">;
    return shippers[0]?.pid;
  };
  assert.equal(await pidOf(), first.child.pid);
  await first.stop();
  await isUp;
  assert.equal(await pidOf(), standby.child.pid);
  const { stderr } = await standby.stop();
  assert.match(stderr, /waits as a standby.*takes over.*page at/s);
  assert.doesNotMatch(stderr, /no page/);
});

test("nothing is served where nothing is to be, and not once", async (context) => {
  const shipping = await Shipping.open(context);
  const running = shipping.ship("--listen", "none");
  await shipping.log(1);
  await shipping.untilClaimed();
  const { stderr } = await running.stop();
  assert.doesNotMatch(stderr, /page/);
  const once = await shipping.shipOnce("--listen", "0.0.0.0:0");
  assert.equal(once.code, 0, once.stderr);
  assert.doesNotMatch(once.stderr, /page/);
});

test("it does not lie open to other machines: without a token it does not start", async (context) => {
  const shipping = await Shipping.open(context);
  for (const listen of ["0.0.0.0:0", "[::]:0", "192.0.2.1:8001", "128.0.0.1:1", "[::ffff:10.0.0.1]:1"]) {
    const { code, stderr } = await shipping.ship("--listen", listen).end;
    assert.equal(code, 2, listen);
    assert.match(
      stderr,
      /no token is set\n {2}Set DRAGONLOG_TOKEN.*\n {2}DRAGONLOG_TOKEN_MISSING \(docs\/troubleshooting\.md\)\n$/,
      listen,
    );
  }
  const running = shipping.ship("--listen", "0.0.0.0:0", "--token", TOKEN);
  await printed(running.child.stderr, "page at http://");
  const { page } = await reported(shipping);
  assert.match(page.url, /^http:\/\/127\.0\.0\.1:\d+$/, "for programs of this machine");
  assert.equal((await fetch(`${page.url}/api/session`)).status, 401);
  assert.equal((await running.stop()).code, 0);
});

test("what a shipper has just delivered can still be looked at", async (context) => {
  const shipping = await Shipping.open(context);
  const { running, port } = await serve(shipping, "--interval", "50ms");
  const logger = shipping.logger();
  logNumbers(logger, 10);
  await logger.close();
  await shipping.untilStored(10);
  const answer = await fetch(`http://127.0.0.1:${port}/api/records?follow=0&last=3`);
  const records = (await answer.text())
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => JSON.parse(line).records);
  assert.deepEqual(
    records.map(({ metadata }) => metadata.n),
    [7, 8, 9],
  );
  const single = await fetch(`http://127.0.0.1:${port}/api/records/${records[0].id}`);
  assert.deepEqual(await single.json(), records[0]);
  assert.equal((await running.stop()).code, 0);
});
