/** Secrets of each kind that an application logs are on no view of the page, and in nothing that a browser is sent for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { needsBrowser, openBrowser, openPage } from "../harness/browser.js";
import { until } from "../harness/program.js";
import { foundIn, secretsFor } from "../integration/planted.js";
import { refuseInCloud, serve } from "./served.js";

/** All that a page shows and holds. */
function domOf(page: Page): Promise<string> {
  return page.evaluate<string>("document.documentElement.outerHTML + document.documentElement.textContent");
}

for (const redact of ["none", "secrets"]) {
  test(`on the page and on its way there, with redact ${redact}`, needsBrowser, async (context) => {
    const served = await serve(context, {
      flags: ["--interval", "50ms", "--tries", "1", "--backoff-base", "1ms"],
    });
    const browser = await openBrowser(context);
    const logger = served.shipping.logger("shop", { redact });
    const refused = secretsFor("a dead letter", 1);
    const live = secretsFor("a record", 2);
    for (const { text } of refused) logger.info(`poison ${text}`, { a: { b: text } });
    await refuseInCloud(served, "poison", refused.length);
    const { page } = await openPage(context, browser, `${served.url}/`);
    const sent: string[] = [];
    // What server-sent events bring is no body that ever ends: asked for by the page itself, beside it.
    await page.evaluate(`window.heard = ""; void (async () => {
      const answer = await fetch("/api/records?last=1000", { headers: { accept: "text/event-stream" } });
      for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) window.heard += chunk;
    })().catch(() => "the shipper has ended")`);
    page.on("response", async (answer) => {
      const type = answer.headers()["content-type"] ?? "";
      if (!type.includes("event-stream")) sent.push(await answer.text().catch(() => ""));
    });
    for (const { text } of live) {
      logger
        .child({ service: text })
        .error(new Error(`failed: ${text}`), { url: `https://h/?q=${encodeURIComponent(text)}` });
    }
    await page
      .locator(".rows .data")
      .getByText("failed:")
      .nth(live.length - 1)
      .waitFor();
    const seen: string[] = [];
    for (let at = 0; at < live.length; at++) {
      await page.locator(".rows .data").getByText("failed:").nth(at).click();
      const detail = page.getByRole("complementary", { name: "Record" });
      if (at === 0) await detail.getByText("The line as it stands").click();
      await detail.getByRole("region", { name: "Line" }).waitFor();
      seen.push(await domOf(page));
    }
    await page.getByRole("link", { name: "Dead letters" }).click();
    for (let at = 0; at < refused.length; at++) {
      await page.locator(".letters .data").getByText("poison").nth(at).click();
      await page.getByRole("region", { name: "Line" }).waitFor();
      seen.push(await domOf(page));
    }
    await page.getByRole("link", { name: "Flow" }).click();
    await page.getByRole("table").last().waitFor();
    seen.push(await domOf(page));
    let heard = "";
    await until(
      async () => {
        heard = await page.evaluate<string>("window.heard");
        return heard.split("failed:").length > live.length;
      },
      () => `${heard.length} characters of events`,
    );
    const all = { dom: seen.join("\n"), answers: sent.join("\n"), events: heard };
    const planted = [...refused, ...live];
    for (const [where, text] of Object.entries(all)) {
      const found = foundIn(text, planted).length;
      if (redact === "none") assert.ok(found >= live.length, `${found} in ${where}`);
      else assert.deepEqual(foundIn(text, planted), [], where);
    }
  });
}
