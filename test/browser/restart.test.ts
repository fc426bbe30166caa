/** A page that stays open while its shipper is restarted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needsBrowser, openBrowser, openPage } from "../harness/browser.js";
import { serve } from "./served.js";

test(
  "the page says that the shipper is away, and goes on without doubles when it is back",
  needsBrowser,
  async (context) => {
    const served = await serve(context);
    const browser = await openBrowser(context);
    const logger = served.shipping.logger("api");
    logger.info("before");
    const { page } = await openPage(context, browser, `${served.url}/#/live`);
    await page.getByText("before", { exact: true }).waitFor();
    await served.running.stop();
    await page.getByText(/The shipper is away since/).waitFor();
    logger.info("meanwhile");
    await served.restart();
    await page.getByText("meanwhile", { exact: true }).waitFor();
    logger.info("afterwards");
    await page.getByText("afterwards", { exact: true }).waitFor();
    await page.getByText(/connected again after/).waitFor();
    const rows = await page.locator(".rows .row:not(.note):visible .data").allInnerTexts();
    assert.deepEqual(rows.sort(), ["afterwards", "before", "meanwhile"]);
  },
);
