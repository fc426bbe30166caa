/** The package as users get it: packed, installed into an empty folder, imported, required, and run. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Application, ROOT } from "./application.js";
import { ended, pageOf } from "./cli.js";

const SHIPPED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|man\/dragonlog\.1|docs\/[\w/-]+\.md|dist\/src\/[\w/-]+\.(js|js\.map|d\.ts)|dist\/src\/vendored-licenses\.txt|dist\/web\/(index\.html|licenses\.txt|assets\/[\w.-]+)(\.br|\.gz)?)$/;
const UNREACHABLE =
  /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

/** Packs what was built; `prepare` would build again, under the feet of the tests beside this one. */
async function pack(app: Application): Promise<{ filename: string; files: { path: string }[] }> {
  const args = ["pack", ROOT, "--json", "--ignore-scripts", "--pack-destination", app.dir];
  const { code, stdout, stderr } = await app.run("npm", ...args);
  assert.equal(code, 0, stderr);
  const [packed] = JSON.parse(`${stdout}`);
  return packed;
}

/** False, with the reason said, when npm has neither a registry nor the dependencies in its cache. */
async function install(context: TestContext, app: Application, filename: string): Promise<boolean> {
  writeFileSync(join(app.dir, "package.json"), "{}\n");
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=0"];
  const { code, signal, stderr } = await app.run("npm", "install", ...flags, join(app.dir, filename));
  if (code === 0) return true;
  assert.ok(signal !== null || UNREACHABLE.test(stderr), stderr);
  context.skip(`npm cannot install here: ${signal ?? stderr.split("\n")[0]}`);
  return false;
}

test("the package holds what it needs and nothing else", async (context) => {
  const { files } = await pack(new Application(context));
  const paths = files.map(({ path }) => path);
  assert.deepEqual(
    paths.filter((path) => !SHIPPED.test(path)),
    [],
  );
  for (const path of [
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "docs/guarantees.md",
    "dist/src/index.d.ts",
    "dist/src/dragonlog.js",
    "dist/src/cli/main.js",
    "dist/src/ship/in-app-worker.js",
    "dist/src/demo/service.js",
    "dist/src/testing/index.js",
    "dist/src/vendored-licenses.txt",
    "dist/web/index.html",
    "dist/web/index.html.br",
    "dist/web/licenses.txt",
  ]) {
    assert.ok(paths.includes(path), `${path} is missing`);
  }
});

test("the installed package can be imported, required, typed and run", async (context) => {
  const app = new Application(context);
  const { filename } = await pack(app);
  if (!(await install(context, app, filename))) return;
  const runs = async (file: string, ...args: string[]) => {
    const { code, stdout, stderr } = await app.run(file, ...args);
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.doesNotMatch(stderr, /Warning/);
  };

  writeFileSync(join(app.dir, "required.cjs"), program('const { DragonLogger } = require("dragonlog");'));
  writeFileSync(join(app.dir, "imported.mjs"), program('import { DragonLogger } from "dragonlog";'));
  await runs(process.execPath, "required.cjs");
  await runs(process.execPath, "imported.mjs");
  assert.deepEqual(
    (await app.records()).map(({ data }) => data),
    ["logged", "logged"],
  );

  writeFileSync(
    join(app.dir, "typed.mts"),
    `import { DragonLogger, DragonlogError, type LoggerOptions } from "dragonlog";
     import { FakeCloudWatch } from "dragonlog/testing";
     const options: LoggerOptions = { service: "typed", level: "debug" };
     using logger = new DragonLogger(options);
     logger.info("text", { a: 1 });
     // @ts-expect-error: there is no such option
     new DragonLogger({ service: "typed", levle: "debug" });
     export const seen: [number, typeof DragonlogError, Promise<FakeCloudWatch>] =
       [logger.stats().logged, DragonlogError, FakeCloudWatch.start()];`,
  );
  const types = ["--typeRoots", join(ROOT, "node_modules/@types"), "--types", "node"];
  const flags = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--lib",
    "es2023,esnext.disposable",
  ];
  await runs(
    process.execPath,
    join(ROOT, "node_modules/typescript/bin/tsc"),
    ...flags,
    ...types,
    "typed.mts",
  );

  for (const name of ["@aws-sdk", "hono", "@hono", "prom-client", "preact", "uplot"]) {
    assert.ok(!existsSync(join(app.dir, "node_modules", name)), `an application that logs gets no ${name}`);
  }
  await assertPage(app);
  const ship = await app.run("npx", "dragonlog", "ship", "--once", "--region", "us-east-1");
  assert.equal(ship.code, 1);
  assert.match(ship.stderr, /npm install @aws-sdk\/client-cloudwatch-logs\n {2}DRAGONLOG_DEPENDENCY_MISSING/);
});

/** What the installed package serves without anything of what it is built from. */
async function assertPage(app: Application): Promise<void> {
  const main = join(app.dir, "node_modules/dragonlog/dist/src/cli/main.js");
  const place = ["--to", "directory:delivered", "--listen", "127.0.0.1:0"];
  const ship = app.start(process.execPath, main, "ship", ...place);
  const end = ended(ship);
  const url = await pageOf(ship.stderr);
  const [page, overview, metrics, letters] = await Promise.all(
    ["/", "/api/overview", "/metrics", "/api/dead-letters"].map((path) => fetch(`${url}${path}`)),
  );
  const html = await page!.text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1];
  assert.ok(script, html);
  assert.equal((await fetch(`${url}${script}`)).status, 200);
  assert.deepEqual([overview!.status, letters!.status], [200, 200]);
  assert.match(await metrics!.text(), /^# HELP dragonlog_/m);
  const records = await fetch(`${url}/api/records?follow=0`);
  assert.match(await records.text(), /"caughtUp":true/);
  ship.kill();
  assert.equal((await end).code, 0);
}

function program(start: string): string {
  return `${start}\nconst logger = new DragonLogger({ service: "installed" });\nlogger.info("logged");\n`;
}
