/** Who comes from elsewhere logs in with the token, and out again. */
import { test } from "node:test";
import { forgetRefusals, needsBrowser, openBrowser, openPage } from "../harness/browser.js";
import { serve } from "./served.js";

const TOKEN = "a-token-of-24-characters";

test(
  "with a token the page asks for it, and the session ends at the log out",
  needsBrowser,
  async (context) => {
    const served = await serve(context, { env: { DRAGONLOG_TOKEN: TOKEN } });
    const browser = await openBrowser(context);
    served.shipping.logger("api").info("a secret");
    const { page, wrongs } = await openPage(context, browser, `${served.url}/`);
    await page.getByLabel("Token").fill("another one");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    forgetRefusals(wrongs);
    await page.getByLabel("Token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await page.getByText("a secret", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Token").waitFor();
    await page.goto(`${served.url}/#/live`);
    await page.getByLabel("Token").waitFor();
  },
);
