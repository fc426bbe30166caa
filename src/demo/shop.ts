/**
 * What `dragonlog demo --stay` looks at: three services of a shop that go about their business, in one process. Told where by its
 * environment. Some 200 records a second on average, in waves of a minute; it ends by itself after `RECORDS_MAX`, since the stand-in
 * keeps everything in memory.
 */
import { DragonLogger } from "../logger/logger.js";

const RECORDS_MAX = 1_000_000;
const TICK_MS = 100;
const WAVE_MS = 60_000;
const REQUESTS_PER_SECOND = { least: 20, most: 140 };
const IMPORT_EVERY_MS = 20_000;
/** Older than what CloudWatch Logs takes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const OLD_MS = 20 * 86_400_000;

const PATHS = ["/", "/search", "/articles/17", "/articles/4711", "/basket", "/checkout", "/orders/7"];
const BROWSERS = ["Firefox/131.0", "Chrome/130.0", "Safari/18.1", '<img src=x onerror="alert(1)">'];

const journalDir = process.env.DEMO_JOURNAL_DIR!;
const api = new DragonLogger({ service: "api", journalDir, level: "debug" });
const payments = new DragonLogger({ service: "payments", journalDir });
const importer = new DragonLogger({ service: "importer", journalDir });
const loggers = [api, payments, importer];

const startedAtMs = Date.now();
let requests = 0;
let owed = 0;
let importedAtMs = Number.NEGATIVE_INFINITY;

importer.warn("importing what another system kept for too long", { files: 3 });
for (const order of [1001, 1002]) {
  importer.log({
    data: `order ${order} of an old system`,
    timestamp: Date.now() - OLD_MS,
    metadata: { order },
  });
}
importer.log({
  data: process.env.DEMO_REFUSED_TEXT,
  type: "ERROR",
  metadata: { file: "prices-März.csv", rows: 250 },
});

const timer = setInterval(tick, TICK_MS);

function tick(): void {
  const now = Date.now();
  const { least, most } = REQUESTS_PER_SECOND;
  const wave = (1 + Math.sin((2 * Math.PI * (now - startedAtMs)) / WAVE_MS)) / 2;
  owed += ((least + (most - least) * wave) * TICK_MS) / 1000;
  for (; owed >= 1; owed--) request();
  if (now - importedAtMs >= IMPORT_EVERY_MS) {
    importedAtMs = now;
    importArticles();
  }
  if (loggers.reduce((sum, logger) => sum + logger.stats().logged, 0) >= RECORDS_MAX) {
    importer.warn("the shop has closed: the demo's stand-in keeps everything in memory", {
      records: RECORDS_MAX,
    });
    clearInterval(timer);
  }
}

function request(): void {
  const number = ++requests;
  const path = PATHS[number % PATHS.length]!;
  const user_id = 1 + ((number * 7919) % 500);
  const log = api.child({ request_id: `r-${number}` });
  log.info(`GET ${path}`, { user_id, browser: BROWSERS[number % BROWSERS.length] });
  if (number % 3 === 0) log.debug("cache miss", { key: `page:${path}`, took_ms: (number % 40) / 10 });
  if (path === "/checkout") pay(number, user_id);
  const status = number % 97 === 0 ? 500 : number % 23 === 0 ? 404 : 200;
  const took_ms = 3 + ((number * 31) % 120) / 4;
  if (status === 500) log.error(failure(number), { path, status });
  else if (took_ms > 31) log.warn("slow answer", { path, status, took_ms });
  log.info("answered", { status, took_ms, bytes: 500 + ((number * 131) % 9000) });
}

function pay(number: number, user_id: number): void {
  const log = payments.child({ request_id: `r-${number}` });
  const amount = ((number * 7919) % 20_000) / 100;
  log.info("payment authorised", {
    user_id,
    amount,
    currency: "EUR",
    card: { brand: "visa", last4: "4242" },
  });
  if (number % 5 === 0) log.log({ data: { payment: number, amount }, type: "AUDIT", metadata: { user_id } });
  if (number % 9 === 0)
    log.warn("the bank is slow", { bank: "Kreditbank Zürich", took_ms: 2300 + (number % 700) });
  if (number % 41 === 0) log.error(new Error("payment declined"), { user_id, amount });
  if (number % 1009 === 0) log.fatal("no bank answers", { banks: ["a", "b", "c"] });
}

function failure(number: number): Error {
  const cause = Object.assign(new Error("connect ECONNREFUSED 10.0.0.5:5432"), { code: "ECONNREFUSED" });
  return new Error(`order ${number} cannot be read`, { cause });
}

function importArticles(): void {
  importer.info("import begins", { source: "warehouse" });
  for (let article = 1; article <= 20; article++) {
    importer.info(`article ${article} imported`, {
      sku: `A-${article}`,
      stock: (article * 37) % 90,
      tags: ["new", "sale"],
    });
  }
  importer.info("import done\n20 articles\nnone skipped", { articles: 20, took_ms: 180 });
}
