/** A real browser, Chromium, driven by playwright-core. Tests that need one are skipped where there is none. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { TestContext } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** For one step; far longer than any takes. */
const STEP_MS_MAX = 15_000;

const executablePath = NAMES.map((name) => `${spawnSync("which", [name]).stdout ?? ""}`.trim()).find(Boolean);

/** Option of a test that needs a browser. */
export const needsBrowser = {
  skip: executablePath === undefined ? `no browser on the PATH: none of ${NAMES.join(", ")}` : false,
};

export interface Close {
  after(close: () => Promise<unknown>): void;
}

/** Closed with the test. */
export async function openBrowser(context: Close): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: executablePath!,
    // Its sandbox does not run as root, as which tests run in containers.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  context.after(() => browser.close());
  return browser;
}

/** A page, and all that it did that it should not. */
export interface Watched {
  readonly page: Page;
  /** Errors of scripts and of the console, dialogs, and requests to anybody but its own server. */
  readonly wrongs: string[];
}

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;

/** Opens the page at an address of it, such as `/#/live`; at the end of the test nothing may have gone wrong. */
export async function openPage(
  context: TestContext,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const watched = await watchPage(browser, url, options);
  context.after(async () => {
    await watched.page.context().close();
    assert.deepEqual(watched.wrongs, []);
  });
  return watched;
}

export async function watchPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const opened = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  opened.setDefaultTimeout(STEP_MS_MAX);
  const page = await opened.newPage();
  const wrongs: string[] = [];
  const { origin } = new URL(url);
  page.on("pageerror", (error) => wrongs.push(`error: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    // A shipper that ends before its page does: the page says so itself.
    const isAway = text.startsWith("Failed to load resource: net::ERR_");
    if (!isAway && ["error", "warning"].includes(message.type())) wrongs.push(`console: ${text}`);
  });
  page.on("dialog", (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`)) wrongs.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, wrongs };
}

/** The page says itself what is wrong with an answer of 4xx; the console says it once more. */
export function forgetRefusals(wrongs: string[]): void {
  const kept = wrongs.filter((wrong) => !/^console: Failed to load resource/.test(wrong));
  wrongs.splice(0, wrongs.length, ...kept);
}
