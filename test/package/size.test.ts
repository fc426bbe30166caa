/** An application that only logs gets at most 5 packages and 6 MB: counted in what npm has installed. */
import assert from "node:assert/strict";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Application } from "../integration/application.js";
import { installed } from "./packed.js";

const PACKAGES_MAX = 5;
/** Decimal, as npm and registries count: the sum of the sizes of the files. */
const BYTES_MAX = 6_000_000;
/** As `du` counts, in blocks of 4 KiB: every file wastes half of one. */
const DISK_BYTES_MAX = 6 << 20;
const BLOCK_BYTES = 4096;

test("an application that only logs installs few and small packages", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  const modules = join(app.dir, "node_modules");
  const packages = packagesIn(app);
  const files = filesIn(modules);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const onDisk = files.reduce((sum, { size }) => sum + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES, 0);
  context.diagnostic(`${packages.join(", ")}: ${files.length} files, ${bytes} bytes, ${onDisk} in blocks`);
  assert.ok(packages.length <= PACKAGES_MAX, packages.join(", "));
  assert.ok(bytes <= BYTES_MAX, `${bytes} bytes`);
  assert.ok(onDisk <= DISK_BYTES_MAX, `${onDisk} bytes in blocks`);
});

test("and runs no script to do so, nor needs one", async (context) => {
  const app = await installed(context);
  if (app === undefined) return;
  const own = ["preinstall", "install", "postinstall"];
  for (const name of packagesIn(app)) {
    const manifest = JSON.parse(readFileSync(join(app.dir, "node_modules", name, "package.json"), "utf8"));
    assert.deepEqual(
      Object.keys(manifest.scripts ?? {}).filter((script) => own.includes(script)),
      [],
      name,
    );
    assert.ok(!existsSync(join(app.dir, "node_modules", name, "binding.gyp")), name);
  }
});

function packagesIn(app: Application): string[] {
  const { packages } = JSON.parse(readFileSync(join(app.dir, "node_modules/.package-lock.json"), "utf8")) as {
    packages: Record<string, unknown>;
  };
  return Object.keys(packages)
    .map((path) => path.replace(/^.*node_modules\//, ""))
    .sort();
}

function filesIn(folder: string): { size: number }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => lstatSync(join(folder, path)))
    .filter((stat) => stat.isFile());
}
