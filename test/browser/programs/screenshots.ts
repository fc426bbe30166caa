/**
 * Writes docs/screenshots/: the page of a real shipper, with services that log into its journals and a stand-in for the cloud
 * that refuses some of it.
 *
 *     npm run build && node dist/test/browser/programs/screenshots.js [folder]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Page } from "playwright-core";
import type { DragonLogger } from "../../../src/index.js";
import { openBrowser, PHONE, watchPage } from "../../harness/browser.js";
import { delay } from "../../harness/program.js";
import { refuseInCloud, type Served, serve } from "../served.js";

const out = process.argv[2] ?? "docs/screenshots";
/** How long services log before the first picture: charts and histogram show it. */
const WARM_MS = Number(process.argv[3] ?? 290_000);
const TICK_MS = 50;

interface Shot {
  readonly name: string;
  readonly address: string;
  readonly scheme: "light" | "dark";
  readonly phone?: true;
  readonly prepare?: (page: Page) => Promise<unknown>;
}

const SHOTS: readonly Shot[] = [
  { name: "live-light", address: "/#/live", scheme: "light", prepare: openError },
  { name: "live-dark", address: "/#/live?grep=orders&service=api", scheme: "dark" },
  { name: "live-phone", address: "/#/live", scheme: "dark", phone: true },
  { name: "flow-light", address: "/#/flow", scheme: "light" },
  { name: "dead-light", address: "/#/dead", scheme: "light" },
  { name: "dead-dark", address: "/#/dead", scheme: "dark", prepare: openLetter },
];
/** Taken while the cloud is away. */
const OUTAGE: readonly Shot[] = [{ name: "flow-dark", address: "/#/flow", scheme: "dark" }];

const closing: (() => unknown)[] = [];
const context = { after: (close: () => unknown) => closing.push(close) } as unknown as TestContext;
try {
  mkdirSync(out, { recursive: true });
  const served = await serve(context, {
    flags: ["--interval", "5s", "--backoff-max", "20s"],
    group: "/shop/production",
    lifeMs: 2 * WARM_MS + 300_000,
  });
  const stop = logFor(served);
  served.shipping.cloud.faults.add({ kind: "latency", ms: 25, msMax: 140, operation: "PutLogEvents" });
  await refuseInCloud(served, "card_token", 5);
  await delay(WARM_MS);
  const browser = await openBrowser(context);
  const shoot = async ({ name, address, scheme, phone, prepare }: Shot): Promise<void> => {
    const { page, wrongs } = await watchPage(browser, served.url + address, {
      colorScheme: scheme,
      ...(phone ? PHONE : {}),
    });
    await delay(2500);
    await prepare?.(page);
    await page.screenshot({ path: join(out, `${name}.png`) });
    await page.context().close();
    console.log(`${name}.png`, ...wrongs);
  };
  for (const shot of SHOTS) await shoot(shot);
  served.shipping.cloud.faults.add({ kind: "unavailable" });
  await delay(20_000);
  for (const shot of OUTAGE) await shoot(shot);
  stop();
} finally {
  for (const close of closing) await close();
}

async function openError(page: Page): Promise<void> {
  await page.locator(".rows .row.level-error").first().waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator(".rows .row.level-error").first().click();
  await page.getByText("The line as it stands").waitFor();
}

async function openLetter(page: Page): Promise<void> {
  await page.locator(".letters button").first().click();
  await page.getByText("The line as it stands").waitFor();
}

/** Four services at work; returns how to stop them. */
function logFor({ shipping }: Served): () => void {
  const [api, billing, auth, worker] = ["api", "billing", "auth", "worker"].map((service) =>
    shipping.logger(service, { level: "debug" }),
  ) as [DragonLogger, DragonLogger, DragonLogger, DragonLogger];
  let n = 0;
  const timer = setInterval(() => {
    const busy = 2 + Math.sin(n / 90) + (n % 400 < 40 ? 3 : 0);
    for (let i = 0; i < busy; i++) {
      n++;
      const request = { request_id: `req-${(n * 7919).toString(36)}` };
      const user_id = 1000 + ((n * 37) % 900);
      const ms = 4 + ((n * 53) % 190);
      const path = ["/v1/orders", "/v1/users/me", "/v1/search?q=dragon", "/v1/cart"][n % 4];
      api.log({ data: `GET ${path} 200`, ...request, metadata: { user_id, ms, region: "eu-central-1" } });
      if (n % 3 === 0) auth.log({ data: "Token checked", type: "DEBUG", ...request, metadata: { user_id } });
      if (n % 5 === 0) worker.info("Job done", { queue: "mail", job: n, ms: ms * 4 });
      if (n % 7 === 0)
        billing.log({ data: "Invoice sent", ...request, metadata: { user_id, amount_cents: ms * 100 } });
      if (n % 31 === 0) {
        api.log({
          data: `Slow query: ${ms * 9} ms, SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 100`,
          type: "WARN",
          ...request,
          metadata: { user_id, rows: 100, plan: "seq scan" },
        });
      }
      if (n % 97 === 0) {
        billing.log({
          data: "Payment provider did not answer within 30 s",
          type: "ERROR",
          ...request,
          metadata: {
            user_id,
            provider: { name: "acme-pay", host: "pay.acme.example", attempt: 3 },
            error: { name: "TimeoutError", message: "The operation timed out", code: "ETIMEDOUT" },
          },
        });
      }
      if (n % 700 === 0)
        worker.fatal("Out of memory while an image was resized", { image: `${n}.tiff`, bytes: 4.1e9 });
      if (n === 40 || n === 90 || n === 140 || n === 190 || n === 240) {
        (n % 100 === 40 ? billing : api).log({
          data: "POST /v1/payments 201",
          ...request,
          metadata: { user_id, body: `{"card_token": "tok_${n}", "amount": ${ms}}` },
        });
      }
    }
  }, TICK_MS);
  return () => clearInterval(timer);
}
