import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./sources.js";

test("man/dragonlog.1 is what the commands and the options say", () => {
  const current = execFileSync(process.execPath, [join(ROOT, "scripts/man.mjs"), "--print"], {
    encoding: "utf8",
  });
  assert.equal(readFileSync(join(ROOT, "man/dragonlog.1"), "utf8"), current, "Run npm run docs:man.");
});
