import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("the WebAssembly is what its source says", () => {
  const made = execFileSync(process.execPath, ["scripts/wasm.mjs", "--print"], { encoding: "utf8" });
  assert.equal(readFileSync("src/sink/cloudwatch/escape-wasm.ts", "utf8"), made, "run `npm run wasm`");
});
