/**
 * Secrets of each detector's kind, put by a real application into whatever may be logged (programs/plant-secrets.ts), stand nowhere: not
 * in the bytes of the journal, the store, what the cloud is sent, the dead letters, the mails, nor in what is shown to people. The
 * same search finds every one of them where nothing is redacted.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { LoggerStats } from "../../src/logger/types.js";
import type { DeadLetterList } from "../../src/serve/api.js";
import { until } from "../harness/program.js";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";
import { type Cli, pageOf } from "./cli.js";
import { Forwarding } from "./forwarding.js";
import { MailServer } from "./mail-server.js";
import { bytesIn, foundIn, type PlantedSecret } from "./planted.js";
import { RecordingProxy } from "./recording-proxy.js";
import { GROUP, Shipping } from "./shipping.js";

const PROGRAM = fileURLToPath(new URL("./programs/plant-secrets.js", import.meta.url));
const SALT = "0123456789abcdef";
/** One of each kind is put into a record that the cloud refuses. */
const DEAD = 10;

/** Runs the application to its end; what it planted. */
async function plant(shipping: Shipping, env: NodeJS.ProcessEnv): Promise<PlantedSecret[]> {
  Object.assign(shipping.cli.env, env);
  const { code, stdout, stderr } = await shipping.start(shipping.cli.startFile(PROGRAM)).end;
  assert.equal(code, 0, stderr);
  const { planted, stats } = JSON.parse(`${stdout}`) as { planted: PlantedSecret[]; stats: LoggerStats };
  assert.deepEqual(stats.dropped, {});
  assert.equal(stats.recordsShortened, 1);
  return planted;
}

/** `known` is what must be found, or nobody has looked at anything. */
function assertClean(
  where: string,
  bytes: Buffer | string,
  planted: readonly PlantedSecret[],
  known: string,
): void {
  assert.ok(bytes.includes(known), `${where} does not hold ${known}: ${`${bytes}`.slice(0, 500)}`);
  const found = foundIn(bytes, planted).map(({ kind, place }) => `${kind} of ${place}`);
  assert.deepEqual(found, [], where);
}

test("where nothing is redacted, each secret that was planted is found", async (t) => {
  const shipping = await Shipping.open(t);
  const planted = await plant(shipping, {});
  const found = new Set(foundIn(bytesIn(shipping.dir), planted));
  const missing = planted.filter((each) => !found.has(each)).map(({ kind, place }) => `${kind} of ${place}`);
  assert.deepEqual(missing, []);
  assert.ok(planted.length > 370);
});

for (const [redactBy, mark] of [
  ["censor", "[redacted]"],
  ["remove", "failed: \\n"],
] as const) {
  test(`in the bytes of the journal is none: ${redactBy}`, async (t) => {
    const shipping = await Shipping.open(t);
    const planted = await plant(shipping, { DRAGONLOG_REDACT: "secrets", DRAGONLOG_REDACT_BY: redactBy });
    assertClean("the journal", bytesIn(shipping.dir), planted, mark);
  });
}

/** A webhook, and what it was told. */
async function openWebhook(t: TestContext): Promise<{ readonly url: string; readonly told: string[] }> {
  const told: string[] = [];
  const server = createServer(async (asked, answer) => {
    let body = "";
    for await (const chunk of asked) body += chunk;
    told.push(body);
    answer.end("ok");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, told };
}

async function fetched(url: string, accept = "*/*"): Promise<string> {
  const answer = await fetch(url, { headers: { accept } });
  assert.equal(answer.status, 200, url);
  return answer.text();
}

/** The letters, each with its line, and what is said of all. */
async function deadLettersOf(page: string): Promise<string> {
  const list = await fetched(`${page}/api/dead-letters`);
  const { newest } = JSON.parse(list) as DeadLetterList;
  const details = newest.map(({ key }) => fetched(`${page}/api/dead-letters/${encodeURIComponent(key)}`));
  return [list, ...(await Promise.all(details))].join("\n");
}

async function shown(cli: Cli, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await cli.run(args);
  return `${stdout}${stderr}`;
}

test("from the journal to the cloud, the dead letters, mails and all that is shown, there is none", async (t) => {
  const shipping = await Shipping.open(t);
  const { cli, cloud, dir } = shipping;
  const planted = await plant(shipping, {
    DRAGONLOG_REDACT: "secrets",
    DRAGONLOG_REDACT_BY: "hash",
    DRAGONLOG_REDACT_SALT: SALT,
  });
  assertClean("the journal", bytesIn(dir), planted, "failed: [hash:");
  const proxy = await RecordingProxy.start(t, cloud.url);
  const mail = await MailServer.start(t);
  const webhook = await openWebhook(t);
  cloud.faults.add({ kind: "poison", message: "poison" });
  const flags = ["--group", GROUP, "--endpoint", proxy.url, "--interval", "50ms", "--tries", "1"];
  const alerts = [
    "--smtp",
    `smtp://127.0.0.1:${mail.port}`,
    "--mail-to",
    "ops@example.com",
    "--mail-from",
    "a@b.c",
  ];
  const running = shipping.start(
    cli.start(
      "ship",
      ...flags,
      "--backoff-base",
      "1ms",
      ...alerts,
      "--webhook",
      webhook.url,
      "--listen",
      "127.0.0.1:0",
    ),
  );
  const page = await pageOf(running.child.stderr);
  await until(
    async () => JSON.parse(await fetched(`${page}/api/dead-letters`)).letters === DEAD,
    () => `${shipping.deadLetterCount()} dead letters`,
  );
  // A shipper writes down once a second what it has delivered.
  await shipping.untilStatus(
    ({ waiting, shippers }) =>
      waiting.records === 0 && shippers.some(({ destinations }) => destinations.length > 0),
  );
  await mail.arrived(1);
  const records = `${page}/api/records?follow=0&last=20000`;
  const places: [where: string, what: string, known: string][] = [
    ["status", await shown(cli, "status"), "shop"],
    ["status --json", await shown(cli, "status", "--json"), '"shop"'],
    ["dead list", await shown(cli, "dead", "list"), "invalid"],
    ["dead show", await shown(cli, "dead", "show", "--since", "1h"), "[hash:"],
    ["dead export", await shown(cli, "dead", "export", "--since", "1h"), "poison [hash:"],
    ["tail", await shown(cli, "tail", "--no-follow"), "[hash:"],
    ["tail --json", await shown(cli, "tail", "--no-follow", "--json"), "[hash:"],
    ["tail --pretty", await shown(cli, "tail", "--no-follow", "--pretty"), "[hash:"],
    ["the overview", await fetched(`${page}/api/overview`), "shop"],
    ["the history", await fetched(`${page}/api/history`), "["],
    ["live records", await fetched(records), "[hash:"],
    ["server-sent events", await fetched(records, "text/event-stream"), "[hash:"],
    ["dead letters on the page", await deadLettersOf(page), "[hash:"],
    ["metrics", await fetched(`${page}/metrics`), "dragonlog_dead_letters_total"],
    ["the mail", JSON.stringify(mail.mails), "dead letter"],
    ["the webhook", webhook.told.join("\n"), "dead"],
  ];
  for (const [where, what, known] of places) assertClean(where, what, planted, known);
  const { stdout, stderr } = await running.stop();
  assertClean("what the shipper says", `${stdout}${stderr}`, planted, "page at");
  assertClean("what the cloud was sent", proxy.asked, planted, "[hash:");
  assertClean("the folder, with the dead letters", bytesIn(cli.dir), planted, "poison [hash:");
});

/** All that a server is told from now on, by anybody. */
async function monitor(t: TestContext, port: number): Promise<Buffer[]> {
  const heard: Buffer[] = [];
  const socket = connect(port, "127.0.0.1").on("data", (chunk) => heard.push(chunk));
  t.after(() => socket.destroy());
  await once(socket, "connect");
  socket.write("MONITOR\r\n");
  await once(socket, "data");
  return heard;
}

for (const codec of ["none", "auto"]) {
  test(`in a store, in its files and on the way to it there is none: codec ${codec}`, {
    skip: noRedisServer,
  }, async (t) => {
    const forwarding = await Forwarding.open(t, ["--appendonly", "yes"]);
    const { shipping, server } = forwarding;
    const heard = await monitor(t, server.port);
    const planted = await plant(shipping, {
      DRAGONLOG_REDACT: "secrets",
      DRAGONLOG_BUFFER: server.url,
      DRAGONLOG_CODEC: codec,
      DRAGONLOG_DRAIN_DEADLINE: "60s",
    });
    assertClean(
      "what stands in the store, unpacked",
      (await forwarding.lines()).join("\n"),
      planted,
      "failed: [redacted]",
    );
    await server.command("SAVE");
    const files = bytesIn(server.dir);
    const known = codec === "none" ? "failed: [redacted]" : "dragonlog:";
    assertClean("the store's files", files, planted, known);
    assert.ok(files.includes("REDIS0"), "the dump is there");
    assertClean(
      "what the store was told",
      Buffer.concat(heard),
      planted,
      codec === "none" ? "failed: [redacted]" : "dragonlog:",
    );
    const to = join(shipping.cli.dir, "out");
    const { code, stderr } = await shipping.start(
      shipping.cli.start("ship", "--once", "--to", `directory:${to}`),
    ).end;
    assert.equal(code, 0, stderr);
    assertClean("what was delivered", bytesIn(shipping.cli.dir), planted, "failed: [redacted]");
  });
}

test("what gets us into a store or to a webhook is said to nobody", { skip: noRedisServer }, async (t) => {
  const shipping = await Shipping.open(t);
  const server = await RedisServer.start({ flags: ["--requirepass", "right-password-1"] });
  t.after(() => server.stop());
  const { cli } = shipping;
  const at = (password: string) => server.url.replace("//", `//user-a:${password}@`);
  for (const buffer of [at("wrong-password-1"), "redis://user-a:wrong-password-1@127.0.0.1:1"]) {
    Object.assign(cli.env, {
      DRAGONLOG_BUFFER: buffer,
      DRAGONLOG_WEBHOOK: "http://127.0.0.1:1/hook-secret-1",
    });
    cli.env.DRAGONLOG_SMTP = "smtp://user-b:wrong-password-1@127.0.0.1:1";
    cli.env.DRAGONLOG_MAIL_TO = "ops@example.com";
    for (const args of [
      ["status"],
      ["status", "--json"],
      ["doctor"],
      ["doctor", "--json"],
      ["ship", "--once"],
      ["alert", "test"],
      ["tail", "--no-follow"],
    ]) {
      const said = await shown(cli, ...args);
      assert.notEqual(said, "");
      assert.doesNotMatch(said, /wrong-password-1|hook-secret-1/, args.join(" "));
    }
  }
  assert.ok(!bytesIn(cli.dir).includes("wrong-password-1"));
});
