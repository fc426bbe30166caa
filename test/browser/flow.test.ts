/** The flow view: the picture moves with what happens, and what is wrong is shown where it is wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needsBrowser, openBrowser, openPage } from "../harness/browser.js";
import { logNumbers } from "../integration/shipping.js";
import { serve } from "./served.js";

test("the picture follows records from the first to the last stage", needsBrowser, async (context) => {
  const served = await serve(context, { flags: ["--interval", "200ms", "--backoff-max", "1h"] });
  const { shipping } = served;
  const browser = await openBrowser(context);
  const { page } = await openPage(context, browser, `${served.url}/#/flow`);
  await page.getByText("Nobody logs yet").waitFor();
  const stage = (name: string) => page.getByRole("region", { name, exact: true });
  await stage("Destination").getByText("idle").waitFor();

  const logger = shipping.logger("api");
  logNumbers(logger, 10);
  await stage("Writers").getByText("1 logger alive").waitFor();
  await stage("Destination").getByText("10 delivered").waitFor();
  assert.equal(await page.getByText("Nobody logs yet").count(), 0);
  assert.match((await page.getByRole("table").first().textContent()) ?? "", /api.*10/s);

  shipping.cloud.faults.add({ kind: "unavailable" });
  logNumbers(logger, 5);
  await stage("Destination").getByText("trouble", { exact: true }).waitFor();
  assert.match((await stage("Destination").textContent()) ?? "", /Next try (now|in)/);
  await stage("Journals").getByText("5 waiting").waitFor();
  await page.getByText("stopped").waitFor();
  await page.getByRole("button", { name: /\d problem/ }).click();
  await page.locator(".popover").waitFor();
});

test("what loggers hold back is shown with them, and in the metrics", needsBrowser, async (context) => {
  const served = await serve(context, { flags: ["--interval", "200ms"] });
  const browser = await openBrowser(context);
  const logger = served.shipping.logger("api", { sample: { INFO: 0 }, syncMs: 100 });
  for (let n = 0; n < 30; n++) logger.info(n);
  logger.warn("kept");
  const { page } = await openPage(context, browser, `${served.url}/#/flow`);
  await page
    .getByRole("region", { name: "Writers", exact: true })
    .getByText("30, most of api INFO")
    .waitFor();
  const metrics = await (await fetch(`${served.url}/metrics`)).text();
  const sample = 'dragonlog_journal_suppressed_records{service="api",type="INFO",cause="sample"} 30';
  assert.ok(metrics.includes(sample), metrics);
});
