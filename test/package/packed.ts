/** The package as it would be published, and applications that have installed it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { Application, ROOT } from "../integration/application.js";

const UNREACHABLE =
  /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ETARGET)\b/;

export interface Packed {
  /** The tarball's path. */
  readonly tarball: string;
  /** Paths in the package, with slashes. */
  readonly paths: readonly string[];
}

/** What all tests of a file share is there until its process ends, where a test's own is gone with the first of them. */
const WHOLE_FILE = { after: (remove: () => void) => process.once("exit", remove) } as unknown as TestContext;

let packed: Promise<Packed> | undefined;
let application: Promise<Application | string> | undefined;

/** Packs what was built, once for each file of tests; `prepare` would build again, under the feet of the tests beside this one. */
export function pack(): Promise<Packed> {
  packed ??= packInto(new Application(WHOLE_FILE));
  return packed;
}

/**
 * A folder, empty before, in which the package was installed, once for each file of tests; undefined, with the reason said, where
 * npm cannot.
 */
export async function installed(context: TestContext): Promise<Application | undefined> {
  application ??= install();
  const app = await application;
  if (typeof app !== "string") return app;
  context.skip(app);
  return undefined;
}

async function packInto(app: Application): Promise<Packed> {
  const args = ["pack", ROOT, "--json", "--ignore-scripts", "--pack-destination", app.dir];
  const { code, stdout, stderr } = await app.run("npm", ...args);
  assert.equal(code, 0, stderr);
  const [{ filename, files }] = JSON.parse(`${stdout}`);
  return { tarball: join(app.dir, filename), paths: files.map(({ path }: { path: string }) => path) };
}

async function install(): Promise<Application | string> {
  const { tarball } = await pack();
  const app = new Application(WHOLE_FILE);
  writeFileSync(join(app.dir, "package.json"), "{}\n");
  return (await npmInstall(app, tarball)) ?? app;
}

/** Undefined, or why npm cannot: it has neither a registry nor what is asked for in its cache. */
export async function npmInstall(app: Application, ...args: readonly string[]): Promise<string | undefined> {
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=0"];
  const { code, signal, stderr } = await app.run("npm", "install", ...flags, ...args);
  if (code === 0) return undefined;
  assert.ok(signal !== null || isUnreachable(stderr), stderr);
  return `npm cannot install here: ${signal ?? stderr.split("\n")[0]}`;
}

/** Whether npm's complaint is that there is no registry, and not about what it was given. */
export function isUnreachable(stderr: string): boolean {
  return UNREACHABLE.test(stderr);
}

/** What an application would install beside dragonlog, out of what is installed here. */
export function linkPackages(app: Application, names: readonly string[]): void {
  for (const name of names) {
    const link = join(app.dir, "node_modules", name);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link);
  }
}
