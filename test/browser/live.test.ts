/** The live view on real records: they show up, can be searched, held, looked into, and narrowed to a time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetRefusals, needsBrowser, openBrowser, openPage } from "../harness/browser.js";
import { logNumbers } from "../integration/shipping.js";
import { serve } from "./served.js";

test(
  "records show up, and a search is in the address and survives a reload",
  needsBrowser,
  async (context) => {
    const served = await serve(context);
    const browser = await openBrowser(context);
    const logger = served.shipping.logger("api");
    logger.info("before it was opened", { user_id: 1 });
    const { page } = await openPage(context, browser, `${served.url}/`);
    await page.getByText("before it was opened").waitFor();
    logger.warn("while it is open", { user_id: 42 });
    await page.getByText("while it is open").waitFor();
    await page.getByText("Live", { exact: true }).last().waitFor();

    await page.getByLabel("Search").fill("while");
    await page.waitForURL(/#\/live\?grep=while$/);
    await page.getByText("before it was opened").waitFor({ state: "detached" });
    await page.getByText("while it is open").waitFor();
    assert.equal(await page.evaluate("CSS.highlights.get('found').size"), 1, "what was found is marked");
    await page.reload();
    await page.getByText("while it is open").waitFor();
    assert.equal(await page.getByLabel("Search").inputValue(), "while");
    assert.equal(await page.getByText("before it was opened").count(), 0);

    await page.goBack();
    await page.getByText("before it was opened").waitFor();
    assert.equal(await page.getByLabel("Search").inputValue(), "");

    await page.getByLabel("Level").selectOption("WARN");
    await page.getByLabel("Where").fill("metadata.user_id=42");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/live\?type=WARN&where=metadata.user_id%3D42$/);
    await page.getByText("while it is open").waitFor();
    assert.equal(await page.getByText("before it was opened").count(), 0);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByText("before it was opened").waitFor();
  },
);

test("a filter that is not understood is told at its field", needsBrowser, async (context) => {
  const served = await serve(context);
  const browser = await openBrowser(context);
  served.shipping.logger("api").info("a record");
  const { page, wrongs } = await openPage(context, browser, `${served.url}/`);
  const search = page.getByLabel("Search");
  await search.fill("/(never closed/");
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match((await alert.textContent()) ?? "", /regular expression.*unterminated group/i);
  assert.equal(await search.getAttribute("aria-invalid"), "true");
  assert.equal(await search.getAttribute("aria-describedby"), await alert.getAttribute("id"));
  forgetRefusals(wrongs);
  await search.fill("/a rec.rd/");
  await page.getByText("a record", { exact: true }).waitFor();
  assert.equal(await alert.count(), 0);
});

test(
  "a row opens in full, with its request in series, and what is held stays",
  needsBrowser,
  async (context) => {
    const served = await serve(context);
    const browser = await openBrowser(context);
    const logger = served.shipping.logger("api");
    const log = (data: string, request_id: string) =>
      logger.log({ data, request_id, metadata: { order: { items: [1, 2] }, big: 12345678901234567890n } });
    log("first step", "r-1");
    log("other request", "r-2");
    log("second step", "r-1");
    const { page } = await openPage(context, browser, `${served.url}/`);
    await page.getByText("second step").click();
    const detail = page.getByRole("complementary", { name: "Record" });
    await detail.getByText("12345678901234567890").first().waitFor();
    await detail.getByRole("button", { name: /items/ }).click();
    await detail.getByText("The line as it stands").click();
    assert.match(
      (await detail.getByRole("region", { name: "Line" }).textContent()) ?? "",
      /^\{"timestamp".*"data":"second step"/,
    );
    await detail.getByRole("button", { name: "All of this request" }).click();
    await page.waitForURL(/#\/live\?request_id=r-1&last=5000$/);
    await page.locator(".rows").getByText("other request").waitFor({ state: "detached" });
    const order = await page.locator(".rows .data:visible").allInnerTexts();
    assert.deepEqual(order.sort(), ["first step", "second step"]);

    await page.getByRole("button", { name: "Close the record" }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    log("third step", "r-1");
    await page.getByText("1 new one since").waitFor();
    assert.equal(await page.getByText("third step").count(), 0);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("third step").waitFor();
  },
);

test("a time is brushed by keyboard and by pointer, and read in full", needsBrowser, async (context) => {
  const served = await serve(context);
  const browser = await openBrowser(context);
  const logger = served.shipping.logger("api");
  const agoMs = Date.now() - 120_000;
  for (let n = 0; n < 1200; n++) logger.log({ data: `long ago ${n}`, timestamp: agoMs });
  logger.info("just now");
  const { page } = await openPage(context, browser, `${served.url}/`);
  const time = page.getByRole("slider");
  const longAgo = page.getByText("long ago 1199", { exact: true });
  const justNow = page.getByText("just now", { exact: true });
  await justNow.waitFor();
  // Those that are not among the newest thousand are counted as well.
  await page.getByText("1,201 records seen in 5 min").waitFor();
  await time.focus();
  for (let n = 0; n < 10; n++) await page.keyboard.press("Shift+ArrowLeft");
  assert.match((await time.getAttribute("aria-valuetext")) ?? "", /^\d\d:\d\d:\d\d · \d+ records?/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/from=\d+&to=\d+$/);
  await longAgo.waitFor({ state: "detached" });
  await justNow.waitFor();
  await page.getByRole("button", { name: "Show all times" }).click();
  await longAgo.waitFor();

  const box = (await time.boundingBox())!;
  await page.mouse.move(box.x + 5, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 20, { steps: 4 });
  await page.mouse.up();
  // The page held the newest thousand of all.
  await page.getByText(/: 1,200 records\./).waitFor();
  await justNow.waitFor({ state: "detached" });
  await page.reload();
  await page.getByText(/: 1,200 records\./).waitFor();
});

test(
  "twenty thousand rows are a hundred elements, and a sample says that it is one",
  needsBrowser,
  async (context) => {
    const served = await serve(context);
    const browser = await openBrowser(context);
    const logger = served.shipping.logger("api");
    logNumbers(logger, 20_000);
    const { page } = await openPage(context, browser, `${served.url}/#/live?last=20000`);
    await page.getByText("20,000 rows here").waitFor();
    assert.ok((await page.locator(".rows > *").count()) < 100, "rows in the document");
    await page.locator(".list").focus();
    await page.keyboard.press("Home");
    await page.getByText("n=0", { exact: true }).waitFor();
    await page.getByRole("button", { name: "To the newest" }).click();
    await page.getByText("n=19999", { exact: true }).waitFor();

    const timer = setInterval(() => logNumbers(logger, 200), 50);
    context.after(() => clearInterval(timer));
    await page.getByText(/An even sample: \d+ of [\d,]+ records a second/).waitFor();
    assert.ok((await page.locator(".rows > *").count()) < 100, "rows in the document");
  },
);
