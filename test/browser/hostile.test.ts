/** What an attacker, or a broken program, gets into a log is text on the page, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needsBrowser, openBrowser, openPage } from "../harness/browser.js";
import { refuseInCloud, serve } from "./served.js";

const MIB = 1 << 20;
const ATTACKS = [
  '<img src="http://attacker.example/x" onerror="alert(1)">',
  "</script><script>alert(2)</script>",
  '"><svg onload=alert(3)>',
  "javascript:alert(4)",
];

test("attacks are shown as text, and control characters as symbols", needsBrowser, async (context) => {
  const served = await serve(context, {
    flags: ["--interval", "50ms", "--tries", "1", "--backoff-base", "1ms"],
  });
  const { shipping } = served;
  const browser = await openBrowser(context);
  const logger = shipping.logger(ATTACKS[0]!);
  for (const attack of ATTACKS) {
    logger.log({ data: attack, type: attack, request_id: attack, metadata: { [attack]: attack } });
  }
  logger.info("\u001b[31mred\u001b[0m\u0007 and \u202egnp.exe\u202c, lone \ud800 end");
  await refuseInCloud(served, "alert", ATTACKS.length);
  const { page } = await openPage(context, browser, `${served.url}/#/live`);
  for (const attack of ATTACKS)
    await page.locator(".rows .data").getByText(attack, { exact: true }).waitFor();
  await page.getByText("␛[31mred␛[0m␇ and \\u{202e}gnp.exe\\u{202c}, lone").waitFor();
  for (const attack of ATTACKS) {
    await page.locator(".rows .data").getByText(attack, { exact: true }).click();
    const detail = page.getByRole("complementary", { name: "Record" });
    await detail.getByRole("region", { name: "Data" }).getByText(attack, { exact: true }).waitFor();
    // It stays open from one record to the next.
    if (attack === ATTACKS[0]) await detail.getByText("The line as it stands").click();
    await detail.getByRole("region", { name: "Line" }).waitFor();
  }
  await page.getByRole("link", { name: "Dead letters" }).click();
  for (const attack of ATTACKS) {
    await page.locator(".letters .data").getByText(attack, { exact: true }).click();
    await page.getByRole("region", { name: "Line" }).waitFor();
  }
  await page
    .getByRole("button", { name: /^Drop all of/ })
    .first()
    .click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Drop \d/ })
    .waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Flow" }).click();
  await page.getByRole("table").last().getByText(ATTACKS[0]!).waitFor();
  assert.equal(await page.locator("img, iframe, object, embed, body script").count(), 0);
});

test(
  "a line of a megabyte is shown by its beginning, and in full when asked for",
  needsBrowser,
  async (context) => {
    const served = await serve(context);
    const browser = await openBrowser(context);
    served.shipping.logger("api").info("x".repeat(MIB), { last: "word" });
    const { page } = await openPage(context, browser, `${served.url}/#/live`);
    await page
      .locator(".rows .data")
      .getByText(/^x{100,}/)
      .click();
    const data = page.getByRole("region", { name: "Data" });
    await page.getByText("This is the beginning: 64.0 KiB of 1.0 MiB").waitFor();
    assert.equal(((await data.textContent()) ?? "").length, 65_536);
    await page.getByText("word").waitFor();
    await page.getByRole("button", { name: "Show all" }).first().click();
    await page.getByText("This is the beginning").waitFor({ state: "detached" });
    assert.equal(((await data.textContent()) ?? "").length, MIB);
  },
);
