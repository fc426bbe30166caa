/**
 * `npm run docs:terminal`: makes docs/screenshots/tail.svg and status.svg from what `dragonlog tail` and `dragonlog status` print of
 * two services, one of which fails now and then, and a shipper that delivers to the stand-in.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DragonLogger } from "../dist/src/dragonlog.js";
import { FakeCloudWatch } from "../dist/src/testing/index.js";
import { terminalSvg } from "./terminal-svg.mjs";

const MAIN = new URL("../dist/src/cli/main.js", import.meta.url).pathname;
const PICTURES = new URL("../docs/screenshots/", import.meta.url).pathname;
const TAIL = ["tail", "--last", "14"];
const STATUS = ["status"];
/** Some seconds of them: rates are taken over a few. */
const RECORDS = 600;
const COLUMNS = "132";

const dir = mkdtempSync(join(tmpdir(), "dragonlog-pictures-"));
const cloud = await FakeCloudWatch.start({ latencyMs: 40 });
const env = {
  ...process.env,
  ...{ AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", DRAGONLOG_JOURNAL_DIR: dir },
  ...{ FORCE_COLOR: "1", COLUMNS, TZ: "UTC" },
};
const place = ["--region", "eu-central-1", "--group", "shop", "--endpoint", cloud.url, "--interval", "2s"];
const shipper = spawn(process.execPath, [MAIN, "ship", ...place], {
  env,
  stdio: ["ignore", "ignore", "pipe"],
});
const ended = once(shipper, "exit");
try {
  await once(shipper.stderr, "data");
  const loggers = ["checkout", "billing"].map((service) => new DragonLogger({ service, journalDir: dir }));
  for (let n = 0; n < RECORDS; n++) {
    logOne(...loggers, n);
    await sleep(20);
  }
  mkdirSync(PICTURES, { recursive: true });
  picture("status", STATUS);
  picture("tail", TAIL, "--no-follow");
  await Promise.all(loggers.map((logger) => logger.close()));
} finally {
  shipper.kill();
  await ended;
  await cloud.stop();
  rmSync(dir, { recursive: true, force: true });
}

/** One request of the shop, and what billing makes of it. */
function logOne(checkout, billing, n) {
  const request_id = `req-${(7919 * (n + 1)).toString(16)}`;
  const order = 48_210 + n;
  const total = ((n * 37) % 190) + 9.5;
  checkout.log({
    data: "order placed",
    type: "INFO",
    request_id,
    metadata: { order, total, items: (n % 4) + 1 },
  });
  if (n % 4 === 1)
    billing.log({ data: "card charged", type: "INFO", request_id, metadata: { order, total } });
  if (n % 9 === 4)
    billing.log({ data: "the gateway answers slowly", type: "WARN", request_id, metadata: { ms: 1840 + n } });
  if (n % 13 === 7)
    checkout.log({ data: "cart loaded from the cache", type: "DEBUG", request_id, metadata: { hit: true } });
  if (n % 37 === 35)
    billing.log({
      data: new Error("card declined: insufficient funds"),
      type: "ERROR",
      request_id,
      metadata: { order },
    });
}

function picture(name, args, ...unshown) {
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args, ...unshown], {
    env,
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(`dragonlog ${name} printed nothing: ${stderr}`);
  writeFileSync(join(PICTURES, `${name}.svg`), terminalSvg(stdout, `dragonlog ${args.join(" ")}`));
}
