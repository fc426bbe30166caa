/** The code blocks of README.md and docs/ that stand after `<!-- runnable -->` run, each file's in order and in one folder. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { Application, ROOT } from "./application.js";

const BLOCK = /<!-- runnable -->\n```(js|sh)\n([\s\S]*?)\n```/g;

const documents = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, blocks: [...readFileSync(join(ROOT, path), "utf8").matchAll(BLOCK)] }));

test("README.md shows programs that run", () => {
  assert.ok(documents[0]!.blocks.length >= 3);
});

for (const { path, blocks } of documents.filter((document) => document.blocks.length > 0)) {
  test(`what ${path} shows runs`, async (context) => {
    const cloud = await FakeCloudWatch.start();
    context.after(() => cloud.stop());
    const app = new Application(context, cloud.url).link();
    const imported = blocks.flatMap(([, , code]) => [...code!.matchAll(/ from "([^".:/]+)"/g)]);
    for (const name of new Set(imported.map(([, specifier]) => specifier!))) {
      // What the reader has beside dragonlog.
      if (name !== "dragonlog")
        symlinkSync(join(ROOT, "node_modules", name), join(app.dir, "node_modules", name));
    }
    for (const [, language, code] of blocks) {
      const file = join(app.dir, language === "js" ? "program.mjs" : "program.sh");
      writeFileSync(file, `${code}\n`);
      const [command, ...flags] = language === "js" ? [process.execPath] : ["sh", "-eu"];
      const ended = await app.run(command!, ...flags, file);
      assert.equal(ended.code, 0, `${code}\n\n${ended.stderr}`);
    }
    assert.deepEqual(await app.records(), [], "each program that logs is followed by one that delivers");
    const { lost, duplicates, outOfOrder } = cloud.tally();
    assert.deepEqual({ lost, duplicates, outOfOrder }, { lost: 0, duplicates: 0, outOfOrder: 0 });
  });
}
