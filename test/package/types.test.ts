/** The types of the package: right by what the field uses to judge them, and by TypeScript itself, as applications are set up. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { Application, ROOT } from "../integration/application.js";
import { installed, linkPackages, npmInstall, pack } from "./packed.js";
import { codeExports } from "./uses.js";

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const EXPORTS = codeExports(manifest);

/** What attw reports of every export, and why it stays. */
const KNOWN: Readonly<Record<string, string>> = {
  "CJSResolvesToESM node16-cjs":
    "the package is ESM only (ADR 0004), and require() of it works on every Node that it is for: see installed.test.ts",
  "NoResolution node10":
    "TypeScript's node10 reads no exports; it is the way of Node before 12, and TypeScript 7 no longer has it",
};

test("attw finds nothing but what comes of being ESM only", async () => {
  const { tarball } = await pack();
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  assert.ok(analysis.types !== false && analysis.types.kind === "included");
  const found = analysis.problems.map((problem) =>
    "entrypoint" in problem
      ? `${problem.kind} ${problem.resolutionKind} ${problem.entrypoint}`
      : problem.kind,
  );
  const known = Object.keys(KNOWN).flatMap((kind) => EXPORTS.map((name) => `${kind} ${name}`));
  assert.deepEqual(found.sort(), known.sort());
});

test("publint has nothing to say, not even a suggestion", async () => {
  const { tarball } = await pack();
  const bytes = Uint8Array.from(readFileSync(tarball));
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer },
    level: "suggestion",
    strict: true,
  });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg ?? manifest)),
    [],
  );
});

/** The peers whose types an export's own types name: who imports the export has them. */
const TYPED_BY_PEER: Readonly<Record<string, string>> = { "./fastify": "fastify", "./hono": "hono" };
const PEERS = ["@types/express", "express", "fastify", "hono", "pino", "winston"];

/** Module kinds, each with files that Node would load as ES modules and as CommonJS; node16 does not know that this may require those. */
const WAYS = [
  { module: "node16", resolution: "node16", files: ["user.mts"] },
  { module: "nodenext", resolution: "nodenext", files: ["user.mts", "user.cts"] },
  { module: "esnext", resolution: "bundler", files: ["user.mts", "user.cts"] },
  { module: "commonjs", resolution: "bundler", files: ["user.cts"] },
] as const;

/**
 * The oldest for which DefinitelyTyped keeps the types of Node, and the first that knows that CommonJS may require ES modules. Both came
 * before commonjs went with bundler.
 */
const COMPILERS = [
  { version: "5.7", without: ["nodenext user.cts", "commonjs user.cts"] },
  { version: "5.8", without: ["commonjs user.cts"] },
] as const;

const DECLARED = ["--strict", "--skipLibCheck", "false", "--target", "es2022", "--lib", "es2022"];

/** Every name of every export, as a user of it would have it. */
function userOf(names: readonly string[]): string {
  const surface = JSON.parse(readFileSync(join(ROOT, "test/style/exports.json"), "utf8"));
  return names
    .map((name, i) => {
      const specifier = name.replace(/^\./, "dragonlog");
      const { values, types } = surface[specifier] as { values: string[]; types: string[] };
      const imported = [...values, ...types.map((type) => `type ${type}`)].map((item) => {
        const own = item.replace(/^type /, "");
        return `${item} as ${own === "default" ? "byDefault" : own}${i}`;
      });
      const used = values.map((value) => `${value === "default" ? "byDefault" : value}${i}`);
      return `import { ${imported.join(", ")} } from "${specifier}";\nexport const all${i}: unknown[] = [${used.join(", ")}];\n`;
    })
    .join("");
}

/** What the compiler says of programs that import these exports, in each way that it understands. */
async function complaints(
  app: Application,
  tsc: string,
  names: readonly string[],
  without: readonly string[] = [],
): Promise<string[]> {
  const found: string[] = [];
  for (const { module, resolution, files } of WAYS) {
    const understood = files.filter((file) => !without.includes(`${module} ${file}`));
    if (understood.length === 0) continue;
    for (const file of understood) writeFileSync(join(app.dir, file), userOf(names));
    const how = ["--module", module, "--moduleResolution", resolution, "--types", "node"];
    const { stdout } = await app.run(process.execPath, tsc, "--noEmit", ...DECLARED, ...how, ...understood);
    found.push(...`${stdout}`.split("\n").flatMap((line) => (line === "" ? [] : [`${module}: ${line}`])));
  }
  return found;
}

const HERE = join(ROOT, "node_modules/typescript/bin/tsc");

test("an application with no peer has the types of all exports that name none, in every way", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  linkPackages(app, ["@types/node"]);
  const free = EXPORTS.filter((name) => TYPED_BY_PEER[name] === undefined);
  assert.deepEqual(await complaints(app, HERE, free), []);
  for (const [name, peer] of Object.entries(TYPED_BY_PEER)) {
    const found = await complaints(app, HERE, [name]);
    assert.equal(found.length, WAYS.length, found.join("\n"));
    for (const line of found) assert.match(line, new RegExp(`TS2307: Cannot find module '${peer}'`));
  }
});

for (const { version, without } of COMPILERS) {
  test(`TypeScript ${version} takes the types of all exports that name no peer`, async (context) => {
    const app = await installed(context);
    if (app === undefined) return;
    const tools = new Application(context);
    writeFileSync(join(tools.dir, "package.json"), "{}\n");
    const why = await npmInstall(tools, `typescript@${version}`);
    if (why !== undefined) return context.skip(why);
    const tsc = join(tools.dir, "node_modules/typescript/bin/tsc");
    linkPackages(app, ["@types/node"]);
    const free = EXPORTS.filter((name) => TYPED_BY_PEER[name] === undefined);
    assert.deepEqual(await complaints(app, tsc, free, without), []);
  });
}

test("with the peers, all exports have their types, and fit into what they are given to", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  linkPackages(app, ["@types/node", ...PEERS]);
  assert.deepEqual(ours(await complaints(app, HERE, EXPORTS)), []);
  mkdirSync(join(app.dir, "fits"), { recursive: true });
  writeFileSync(join(app.dir, "fits/user.mts"), FITS);
  const how = ["--module", "nodenext", "--types", "node", "--esModuleInterop"];
  const { stdout } = await app.run(process.execPath, HERE, "--noEmit", ...DECLARED, ...how, "fits/user.mts");
  assert.deepEqual(ours(`${stdout}`.split("\n")), []);
});

/** Of what is said, that which is about dragonlog: the declarations of others are theirs. */
function ours(lines: readonly string[]): string[] {
  return lines.filter((line) => /(^|: )(fits\/)?user\.|dragonlog\/dist/.test(line));
}

const FITS = `
import { DragonLogger, DragonlogError, type LoggerOptions } from "dragonlog";
import { stream } from "dragonlog/bunyan";
import { errorLog, requestLog as ofExpress } from "dragonlog/express";
import { requestLog as ofFastify } from "dragonlog/fastify";
import { requestLog as ofHono } from "dragonlog/hono";
import { withDelivery } from "dragonlog/lambda";
import { destination } from "dragonlog/pino";
import { FakeCloudWatch } from "dragonlog/testing";
import { DragonlogTransport } from "dragonlog/winston";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { pino } from "pino";
import { createLogger } from "winston";

const options: LoggerOptions = { service: "typed", level: "debug" };
const logger = new DragonLogger(options);
logger.info("text", { a: 1 });
// @ts-expect-error: there is no such option
new DragonLogger({ service: "typed", levle: "debug" });
pino({}, destination({ service: "typed" })).info("text");
createLogger({ transports: [new DragonlogTransport({ service: "typed" })] });
express().use(ofExpress({ logger })).use(errorLog());
fastify().register(ofFastify, { logger });
// @ts-expect-error: there is no such option
fastify().register(ofFastify, { logger, heather: "x" });
new Hono().use(ofHono({ logger }));
export const handler: (event: string) => Promise<number> = withDelivery(async (event: string) => event.length, { logger });
export const seen: [number, typeof DragonlogError, Promise<FakeCloudWatch>, object] =
  [logger.stats().logged, DragonlogError, FakeCloudWatch.start(), stream({ service: "typed" })];
`;
