/** What is in the package: all that it needs, and nothing else. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { Application, ROOT } from "../integration/application.js";
import { installed, isUnreachable, pack } from "./packed.js";

const SHIPPED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^man\/dragonlog\.1$/,
  /^docs\/[\w/-]+\.md$/,
  /^docs\/(screenshots|pictures)\/[\w-]+\.(png|svg)$/,
  /^dist\/src\/[\w/-]+\.(js|d\.ts)$/,
  /^dist\/src\/vendored-licenses\.txt$/,
  /^dist\/web\/(index\.html|licenses\.txt|assets\/[\w.-]+)(\.br|\.gz)?$/,
];
const NEEDED = [
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "docs/guarantees.md",
  "man/dragonlog.1",
  "dist/src/index.d.ts",
  "dist/src/dragonlog.js",
  "dist/src/cli/main.js",
  "dist/src/ship/in-app-worker.js",
  "dist/src/forward/forward-worker.js",
  "dist/src/live/live-worker.js",
  "dist/src/demo/service.js",
  "dist/src/demo/shop.js",
  "dist/src/testing/index.js",
  "dist/src/vendored-licenses.txt",
  "dist/web/index.html",
  "dist/web/index.html.br",
  "dist/web/licenses.txt",
];
/** Said of every dry run, on a machine that may not publish. */
const NOT_LOGGED_IN = /requires you to be logged in/;
/** Said of a version that is there already, as it is until the next one begins. */
const IS_PUBLISHED = /previously published/;

test("the package holds what it needs and nothing else: no tests, no source maps, nothing hidden", async () => {
  const { paths } = await pack();
  assert.deepEqual(
    paths.filter((path) => !SHIPPED.some((pattern) => pattern.test(path))),
    [],
  );
  assert.deepEqual(
    NEEDED.filter((path) => !paths.includes(path)),
    [],
  );
});

test("every image of the README is in the package, or has an address of its own", async () => {
  const { paths } = await pack();
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const images = [
    ...readme.matchAll(/!\[[^\]]*\]\(([^)\s]+)|<img[^>]*? src="([^"]+)"|srcset="([^"\s]+)/g),
  ].map(([, markdown, img, source]) => (markdown ?? img ?? source)!);
  assert.ok(images.length > 0);
  assert.deepEqual(
    images.filter((image) => !image.startsWith("https://") && !paths.includes(posix.normalize(image))),
    [],
  );
});

test("no file of the package names a folder of the machine that built it, or a module that is not in it", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  const folder = join(app.dir, "node_modules/dragonlog");
  const { paths } = await pack();
  const texts = paths.filter((path) => /\.(js|d\.ts|html|css|md|json|txt)$/.test(path));
  for (const path of texts) {
    const text = readFileSync(join(folder, path), "utf8");
    assert.ok(!text.includes(ROOT), `${path} names ${ROOT}`);
    assert.doesNotMatch(text, /sourceMappingURL/, path);
    if (!/\.(js|d\.ts)$/.test(path) || path.startsWith("dist/web/")) continue;
    for (const [, named] of text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.\.?\/[^"]+)"/g)) {
      const target = join(folder, dirname(path), named!);
      const file = path.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
      assert.ok(existsSync(file), `${path} imports ${named}`);
    }
  }
});

test("the licences of the libraries that are built in are in the package, in full", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  const read = (path: string) => readFileSync(join(app.dir, "node_modules/dragonlog", path), "utf8");
  const vendored = read("dist/src/vendored-licenses.txt");
  for (const name of ["hono", "@hono/node-server", "prom-client"]) {
    assert.match(vendored, new RegExp(`^${name} \\d`, "m"));
  }
  assert.match(vendored, /Apache License\s+Version 2\.0/);
  const page = read("dist/web/licenses.txt");
  for (const name of ["preact", "uplot"]) assert.match(page, new RegExp(`^${name} \\d`, "m"));
  assert.match(page, /Permission is hereby granted/);
});

test("npm would publish it without a warning", async (context) => {
  const app = new Application(context);
  const { code, signal, stderr } = await app.run("npm", "publish", ROOT, "--dry-run", "--ignore-scripts");
  if (code !== 0 && (signal !== null || isUnreachable(stderr))) {
    context.skip(`npm cannot look at its registry here: ${signal ?? stderr.split("\n")[0]}`);
    return;
  }
  assert.ok(code === 0 || IS_PUBLISHED.test(stderr), stderr);
  const warnings = stderr.split("\n").filter((line) => /\bwarn/i.test(line) && !NOT_LOGGED_IN.test(line));
  assert.deepEqual(warnings, []);
});
