/** For everybody: by keyboard, on a phone, in both themes, and as axe-core judges it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { seriousFindings } from "../harness/axe.js";
import { needsBrowser, openBrowser, openPage, PHONE } from "../harness/browser.js";
import { refuseInCloud, type Served, serve } from "./served.js";

/** Records of all levels, and dead letters. */
async function fill(served: Served): Promise<void> {
  const logger = served.shipping.logger("api", { level: "trace" });
  for (const type of ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "AUDIT"]) {
    logger.log({ data: `one of ${type}`, type, request_id: "r-1", metadata: { user: { id: 1 } } });
  }
  logger.info("refused text");
  await refuseInCloud(served, "refused text", 1);
}

const FLAGS = ["--interval", "50ms", "--tries", "1", "--backoff-base", "1ms"];

/** Each view with what opens in it. */
const VIEWS: readonly (readonly [address: string, prepare: (page: Page) => Promise<unknown>])[] = [
  [
    "/#/live",
    async (page) => {
      await page.getByText("one of ERROR").click();
      await page.getByText("The line as it stands").click();
    },
  ],
  ["/#/flow", (page) => page.getByRole("table").last().waitFor()],
  [
    "/#/dead",
    async (page) => {
      await page.locator(".letters button").first().click();
      await page.getByRole("region", { name: "Line" }).waitFor();
    },
  ],
];

test("axe-core finds nothing serious in any view, light or dark", needsBrowser, async (context) => {
  const served = await serve(context, { flags: FLAGS });
  await fill(served);
  const browser = await openBrowser(context);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [address, prepare] of VIEWS) {
      const { page } = await openPage(context, browser, served.url + address, { colorScheme });
      await prepare(page);
      assert.deepEqual(await seriousFindings(page), [], `${address} in ${colorScheme}`);
    }
    const { page } = await openPage(context, browser, `${served.url}/#/dead`, { colorScheme });
    await page.getByRole("button", { name: "Drop all", exact: true }).click();
    await page.getByRole("button", { name: "Drop 1" }).waitFor();
    assert.deepEqual(await seriousFindings(page), [], `a dialog in ${colorScheme}`);
  }
});

/** What is wider than its room, of all that people would have to scroll sideways. */
const TOO_WIDE = `[...document.querySelectorAll("html, main, .top, .filters, .list, .dead-pane, .fields")]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map(({ tagName, className }) => tagName + "." + className)`;

test("on a phone nothing is wider than the screen, and a record fills it", needsBrowser, async (context) => {
  const served = await serve(context, { flags: FLAGS });
  await fill(served);
  const browser = await openBrowser(context);
  for (const [address, prepare] of VIEWS) {
    const { page } = await openPage(context, browser, served.url + address, {
      ...PHONE,
      viewport: { width: 360, height: 740 },
    });
    const assertFits = async (what: string): Promise<void> =>
      assert.deepEqual(await page.evaluate<string[]>(TOO_WIDE), [], `${address}: ${what}`);
    await page.getByRole("navigation").waitFor();
    await assertFits("at first");
    await prepare(page);
    await assertFits("opened");
    const aside = page.getByRole("complementary");
    if (address === "/#/flow") continue;
    assert.equal((await aside.boundingBox())!.width, 360);
    await aside.getByRole("button", { name: /^Close/ }).click();
    await aside.waitFor({ state: "detached" });
  }
});

test("all that matters is done without a mouse", needsBrowser, async (context) => {
  const served = await serve(context, { flags: FLAGS });
  await fill(served);
  const browser = await openBrowser(context);
  const { page } = await openPage(context, browser, `${served.url}/#/live`);
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate<string>("document.activeElement.textContent");
  await page.getByText("one of AUDIT").waitFor();

  await press("/");
  await page.keyboard.type("one of");
  await press("Enter", "Escape");
  await page.waitForURL(/grep=one\+of/);
  await page.getByText("refused text").waitFor({ state: "detached" });
  await page.getByText("one of AUDIT").waitFor();
  await press("k", "k", "j", "Enter");
  const record = page.getByRole("complementary", { name: "Record" });
  await record.getByRole("heading", { name: "api" }).waitFor();
  assert.equal(await focused(), "api");
  await press("Escape");
  await record.waitFor({ state: "detached" });
  assert.equal(await page.evaluate("document.activeElement.getAttribute('role')"), "grid");
  await press("Space");
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await press("Space");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.reload();
  const tabTo = async (text: RegExp): Promise<void> => {
    for (let step = 0; step < 40; step++) {
      await press("Tab");
      if (text.test(await focused())) return;
    }
    assert.fail(`no way to ${text} by Tab`);
  };
  await tabTo(/^Skip to/);
  await tabTo(/^Dead letters/);
  await press("Enter");
  await page.getByText("1 dead letter", { exact: true }).waitFor();
  await tabTo(/^Replay$/);
  served.shipping.cloud.faults.clear();
  await press("Enter");
  await page.getByRole("button", { name: "Replay 1" }).waitFor();
  assert.equal(await focused(), "Cancel");
  await press("Tab", "Enter");
  await page.getByText("went back into the buffer").waitFor();
  await served.shipping.untilStored(8);
});

test("a theme that was chosen is kept", needsBrowser, async (context) => {
  const served = await serve(context);
  const browser = await openBrowser(context);
  const { page } = await openPage(context, browser, `${served.url}/#/flow`, { colorScheme: "light" });
  const ground = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  await page.getByRole("button", { name: /^Theme/ }).click();
  const light = await ground();
  await page.getByRole("button", { name: /^Theme/ }).click();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  assert.equal(await ground(), dark);
});
