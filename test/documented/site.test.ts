/** The site of docs/: built as for a host that has it at `/dragonlog/`, read through, and looked at in a browser. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import { seriousFindings } from "../harness/axe.js";
import { needsBrowser, openBrowser, openPage, PHONE } from "../harness/browser.js";
import { ROOT } from "../integration/application.js";

const BASE = "/dragonlog/";
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

const site = mkdtempSync(join(tmpdir(), "dragonlog-site-"));
after(() => rmSync(site, { recursive: true, force: true }));

/** The address of each page of docs/, below the base. */
const PAGES = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".md"))
  .map((path) => path.replace(/\.md$/, ".html"))
  .sort();

before(() => {
  const vitepress = join(ROOT, "node_modules/vitepress/bin/vitepress.js");
  const args = [vitepress, "build", "docs", "--base", BASE, "--outDir", site];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

const htmlOf = (page: string): string => readFileSync(join(site, page), "utf8");
const hrefsIn = (html: string): string[] =>
  [...html.matchAll(/<a\b[^>]*? href="([^"]+)"/g)].map(([, href]) => href!);

test("every page has a place in the navigation beside it", () => {
  const isBeside = (page: string): boolean => {
    const [sidebar] = /<aside class="VPSidebar".*?<\/aside>/s.exec(htmlOf(page))!;
    return hrefsIn(sidebar).some((href) => href.replace(/\/$/, "/index.html") === BASE + page);
  };
  assert.deepEqual(
    PAGES.filter((page) => !isBeside(page)),
    [],
  );
});

test("every link within the site leads to a page and to a place in it", () => {
  const ids = new Map<string, Set<string>>();
  const idsOf = (page: string): Set<string> => {
    const known = ids.get(page) ?? new Set([...htmlOf(page).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!));
    ids.set(page, known);
    return known;
  };
  const broken = PAGES.flatMap((page) =>
    hrefsIn(htmlOf(page))
      .filter((href) => {
        const { origin, pathname, hash } = new URL(
          href.replaceAll("&amp;", "&"),
          `http://site${BASE}${page}`,
        );
        if (origin !== "http://site") return false;
        const path = decodeURIComponent(pathname.replace(/\/$/, "/index.html"));
        if (!path.startsWith(BASE) || !existsSync(join(site, path.slice(BASE.length)))) return true;
        return hash !== "" && !idsOf(path.slice(BASE.length)).has(decodeURIComponent(hash.slice(1)));
      })
      .map((href) => `${page} links ${href}`),
  );
  assert.deepEqual(broken, []);
});

/** Serves the site; resolves with the address of its first page. */
async function serve(context: TestContext): Promise<string> {
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url!, "http://site");
    const path = pathname.replace(/\/$/, "/index.html").slice(BASE.length);
    const body = pathname.startsWith(BASE)
      ? await readFile(join(site, path)).catch(() => undefined)
      : undefined;
    response.writeHead(body ? 200 : 404, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`;
}

/** The pages that a page links are fetched ahead; one that is closed meanwhile complains. */
const untilQuiet = (page: Page): Promise<void> => page.waitForLoadState("networkidle");

test("axe-core finds nothing serious, light or dark", needsBrowser, async (context) => {
  const url = await serve(context);
  const browser = await openBrowser(context);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const address of ["index.html", "start.html", "api/dragonlog.html"]) {
      const { page } = await openPage(context, browser, url + address, { colorScheme });
      await untilQuiet(page);
      assert.deepEqual(await seriousFindings(page), [], `${address} in ${colorScheme}`);
    }
  }
});

test("on a phone no page is wider than the screen", needsBrowser, async (context) => {
  const url = await serve(context);
  const browser = await openBrowser(context);
  const { page } = await openPage(context, browser, url, { ...PHONE, javaScriptEnabled: false });
  const wide: string[] = [];
  for (const address of PAGES) {
    await page.goto(url + address);
    const width = await page.evaluate<number>("document.documentElement.scrollWidth");
    if (width > PHONE.viewport.width) wide.push(`${address}: ${width}`);
  }
  assert.deepEqual(wide, []);
});

test("a search finds an option, without anybody else being asked", needsBrowser, async (context) => {
  const url = await serve(context);
  const browser = await openBrowser(context);
  const { page } = await openPage(context, browser, url);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("searchbox").fill("journalBytesMax");
  await page
    .getByRole("option", { name: /Options.*journalBytesMax/ })
    .first()
    .click();
  await page.waitForURL(/options\.html#journalbytesmax$/);
  await untilQuiet(page);
});
