/** Dead letters on the page: looked into, sent again, dropped, each after it was said what will happen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needsBrowser, openBrowser, openPage } from "../harness/browser.js";
import { logNumbers } from "../integration/shipping.js";
import { lettersOf, refuseInCloud, serve } from "./served.js";

const FLAGS = ["--interval", "50ms", "--tries", "1", "--backoff-base", "1ms"];

test(
  "dead letters are looked into, replayed and dropped after a confirmation",
  needsBrowser,
  async (context) => {
    const served = await serve(context, { flags: FLAGS });
    const { shipping } = served;
    const browser = await openBrowser(context);
    const api = shipping.logger("api");
    const billing = shipping.logger("billing");
    for (const n of [1, 2]) api.info(`refused text ${n}`, { n });
    billing.info("refused text of billing");
    await refuseInCloud(served, "refused text", 3);
    const { page } = await openPage(context, browser, `${served.url}/#/dead`);
    await page.getByText("3 dead letters", { exact: true }).waitFor();

    await page.getByRole("button", { name: /refused text 2/ }).click();
    const letter = page.getByRole("complementary", { name: "Dead letter" });
    await letter.getByRole("region", { name: "Line" }).getByText('"data":"refused text 2"').waitFor();
    shipping.cloud.faults.clear();
    await letter.getByRole("button", { name: "Replay" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 dead letter goes back into the buffer").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    assert.equal(await lettersOf(served), 3);
    await letter.getByRole("button", { name: "Replay" }).click();
    await dialog.getByRole("button", { name: "Replay 1" }).click();
    await page.getByText("1 dead letter went back into the buffer and is sent again.").waitFor();
    await shipping.untilStored(1);
    assert.equal(shipping.stored("api")[0]?.data, "refused text 2");
    await page.getByText("2 dead letters", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Drop all of “invalid” from billing" }).click();
    await dialog.getByText("1 dead letter is deleted from the disk.").waitFor();
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Cancel");
    await page.keyboard.press("Escape");
    assert.equal(await lettersOf(served), 2);
    await page.getByRole("button", { name: "Drop all of “invalid” from billing" }).click();
    await dialog.getByRole("button", { name: "Drop 1" }).click();
    await page.getByText("1 dead letter dropped for good.").waitFor();
    await page.getByText("1 dead letter", { exact: true }).waitFor();
    assert.equal(await lettersOf(served), 1);
  },
);

test(
  "a page that is read-only shows dead letters and offers to change none",
  needsBrowser,
  async (context) => {
    const served = await serve(context, { flags: [...FLAGS, "--read-only"] });
    const browser = await openBrowser(context);
    const logger = served.shipping.logger("api");
    logNumbers(logger, 2);
    await refuseInCloud(served, "a record", 2);
    const { page } = await openPage(context, browser, `${served.url}/#/dead`);
    await page.getByText("This page is read-only").waitFor();
    logNumbers(logger, 1);
    await page.getByText("3 dead letters", { exact: true }).waitFor();
    await page.locator(".letters button").first().click();
    await page.getByRole("complementary").getByRole("region", { name: "Line" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /replay|drop/i }).count(), 0);
  },
);
