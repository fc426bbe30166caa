/** The package as users get it: installed into an empty folder, every export of it imported and required on each line of Node, its command run. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { type Application, linesOf, ROOT } from "../integration/application.js";
import { ended, pageOf } from "../integration/cli.js";
import { NODES, nodeOf } from "./nodes.js";
import { installed, linkPackages } from "./packed.js";
import { codeExports, PEERS, PROGRAMS, USES } from "./uses.js";

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** pino's transport is another way to the same export. */
const SERVICES = [...Object.keys(USES), "./pino transport"].sort();

test("every export has a program here that logs through it", () => {
  assert.deepEqual(Object.keys(USES).sort(), codeExports(manifest).sort());
});

test("an application that only logs gets none of what the package is built of, and the command has all it needs", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  for (const name of ["@aws-sdk", "hono", "@hono", "prom-client", "preact", "uplot", "koffi"]) {
    assert.ok(!existsSync(join(app.dir, "node_modules", name)), `an application that logs gets no ${name}`);
  }
  await assertPage(app);
  const ship = await app.run("npx", "dragonlog", "ship", "--once", "--region", "us-east-1");
  assert.equal(ship.code, 1);
  assert.match(ship.stderr, /npm install @aws-sdk\/client-cloudwatch-logs\n {2}DRAGONLOG_DEPENDENCY_MISSING/);
});

for (const version of NODES) {
  test(`Node ${version}: every export logs, imported and required, and the command delivers`, async (context) => {
    const node = await nodeOf(context, version);
    const app = node === undefined ? undefined : await installed(context);
    if (node === undefined || app === undefined) return;
    linkPackages(app, PEERS);
    const bin = join(app.dir, "node_modules/.bin/dragonlog");
    const { PATH } = app.env;
    app.env.PATH = `${dirname(node)}${delimiter}${PATH}`;
    context.after(() => {
      app.env.PATH = PATH;
    });
    const seen = await app.run(node, "--version");
    assert.match(`${seen.stdout}`, new RegExp(`^v${version.replaceAll(".", "\\.")}`));

    const own = await app.run(bin, "--version");
    assert.deepEqual([`${own.stdout}`, own.stderr], [`${manifest.version}\n`, ""]);
    for (const [name, text] of Object.entries(PROGRAMS)) {
      writeFileSync(join(app.dir, name), text);
      const { code, stderr } = await app.run(node, name);
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stderr, /Warning/);
      const { stdout, ...ship } = await app.run(bin, "ship", "--once", "--to", "stdout");
      assert.equal(ship.code, 0, ship.stderr);
      const services = linesOf(stdout).map(({ service }) => service as string);
      assert.deepEqual(services.sort(), SERVICES, name);
    }
  });
}

test("the demo runs out of the package, with the AWS SDK beside it; without, it says at once what is missing", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  const bare = await app.run("npx", "dragonlog", "demo");
  assert.equal(bare.code, 1);
  assert.match(
    bare.stderr,
    /^dragonlog: .*\n {2}npm install @aws-sdk\/client-cloudwatch-logs\n {2}DRAGONLOG_DEPENDENCY_MISSING\b/,
  );
  linkPackages(app, ["@aws-sdk/client-cloudwatch-logs"]);
  const { code, stdout, stderr } = await app.run("npx", "dragonlog", "demo", "--json");
  assert.equal(code, 0, stderr);
  const { lost, duplicates, outOfOrder } = JSON.parse(`${stdout}`);
  assert.deepEqual([lost, duplicates, outOfOrder], [0, 0, 0], `${stdout}`);
});

test("journals are mapped, by koffi's binary alone; without it they are written", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  const mapping = async () => {
    const { stdout } = await app.run("npx", "dragonlog", "doctor", "--json", "--to", "stdout");
    const { checks } = JSON.parse(`${stdout}`) as { checks: { name: string; text: string }[] };
    return checks.find(({ name }) => name === "memory mapping");
  };
  assert.match(JSON.stringify(await mapping()), /written through memory maps/);
  const { code, stderr } = await app.run("npm", "install", "--omit=optional", "--offline");
  assert.equal(code, 0, stderr);
  assert.match(JSON.stringify(await mapping()), /written with write\(2\)/);
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
