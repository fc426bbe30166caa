import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { StaticFiles } from "./static-files.js";

const PAGE = "<!doctype html>";

/** A page with one script, and a secret beside it. */
function folder(context: TestContext): { readonly files: StaticFiles; readonly dir: string } {
  const root = mkdtempSync(join(tmpdir(), "dragonlog-static-"));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const dir = join(root, "web");
  mkdirSync(join(dir, "assets"), { recursive: true });
  writeFileSync(join(root, "secret.js"), "secret");
  writeFileSync(join(dir, "index.html"), PAGE);
  const script = join(dir, "assets", "page.0123456789.js");
  writeFileSync(script, "plain");
  writeFileSync(`${script}.br`, "brotli");
  writeFileSync(`${script}.gz`, "gzip");
  return { files: new StaticFiles(pathToFileURL(`${dir}/`)), dir };
}

test("a file is sent as what it is, in the best way that is understood", (context) => {
  const { files } = folder(context);
  const index = files.find("/", "br")!;
  assert.equal(`${index.body}`, PAGE);
  assert.equal(index.headers["Content-Type"], "text/html; charset=utf-8");
  assert.equal(index.headers["Cache-Control"], "no-cache");
  assert.equal(index.headers["Content-Encoding"], undefined);
  assert.deepEqual(files.find("/index.html"), files.find("/"));

  const sent = (acceptEncoding?: string) => {
    const { body, headers } = files.find("/assets/page.0123456789.js", acceptEncoding)!;
    assert.equal(headers["Content-Type"], "text/javascript; charset=utf-8");
    assert.equal(headers["Cache-Control"], "public, max-age=31536000, immutable");
    assert.equal(headers.Vary, "Accept-Encoding");
    return [headers["Content-Encoding"], `${body}`];
  };
  assert.deepEqual(sent("gzip, deflate, br, zstd"), ["br", "brotli"]);
  assert.deepEqual(sent("gzip"), ["gzip", "gzip"]);
  assert.deepEqual(sent("br;q=0, gzip;q=0.5"), ["gzip", "gzip"]);
  assert.deepEqual(sent("BR ; Q=0.000"), [undefined, "plain"]);
  assert.deepEqual(sent(), [undefined, "plain"]);
  assert.deepEqual(sent("brotli, x-gzip"), [undefined, "plain"]);
});

test("no path leads anywhere else", (context) => {
  const { files, dir } = folder(context);
  assert.ok(files.find("/"));
  writeFileSync(join(dir, "later.js"), "came after it was looked");
  for (const path of [
    "/../secret.js",
    "/assets/../../secret.js",
    "/assets/%2e%2e/%2e%2e/secret.js",
    "/assets/..\\..\\secret.js",
    "//secret.js",
    "/assets",
    "/assets/",
    "/assets/page.0123456789.js.br",
    "/later.js",
    "/__proto__",
    "",
  ]) {
    assert.equal(files.find(path), undefined, path);
  }
});

test("a page that is not built says so", () => {
  const files = new StaticFiles(new URL("./none/", import.meta.url));
  assert.match(`${files.find("/")!.body}`, /The page is not built here/);
  assert.equal(files.find("/assets/page.js"), undefined);
});
