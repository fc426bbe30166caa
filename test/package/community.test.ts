/** What CONTRIBUTING.md and SECURITY.md, and the template of pull requests, name is there. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../integration/application.js";

const { scripts, optionalDependencies, dependencies } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

for (const path of ["CONTRIBUTING.md", "SECURITY.md", ".github/PULL_REQUEST_TEMPLATE.md"]) {
  const text = read(path);

  test(`${path}: its links, commands and files are there`, () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      assert.ok(existsSync(join(ROOT, target!)), target);
    }
    for (const [, name] of text.matchAll(/\bnpm run ([\w:-]+)/g)) assert.ok(name! in scripts, name);
    for (const [, file] of text.matchAll(/`((?:test|src|scripts|\.ci|\.github)\/[\w./-]*)`/g)) {
      assert.ok(existsSync(join(ROOT, file!)), file);
    }
    for (const [, file] of text.matchAll(/\bnode ((?:scripts|dist)\/[\w./-]+)/g)) {
      assert.ok(existsSync(join(ROOT, file!)), file);
    }
  });
}

test("CONTRIBUTING.md names every folder of tests that holds some", () => {
  const text = read("CONTRIBUTING.md");
  const folders = readdirSync(join(ROOT, "test"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => readdirSync(join(ROOT, "test", name)).some((file) => file.endsWith(".test.ts")));
  for (const name of folders) assert.ok(text.includes(`\`test/${name}/\``), name);
});

test("SECURITY.md names what an application installs", () => {
  assert.equal(dependencies, undefined);
  assert.ok(Object.keys(optionalDependencies).every((name) => name.startsWith("@koromix/koffi-")));
  assert.match(read("SECURITY.md"), /gets dragonlog and one binary of koffi/);
});
