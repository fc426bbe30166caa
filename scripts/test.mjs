/**
 * `npm test`: builds, sees to what tests need, and runs all but the house rules, which are part of `npm run check`.
 * `--without <folder>`, repeatable, leaves out what lies there.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { testFiles } from "./test-files.mjs";
import { installNeeds } from "./test-needs.mjs";

/** One that hangs must not hold up the others for ever; none takes nearly as long. */
const TEST_MS_MAX = 300_000;

const run = (...args) => spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;

const built =
  run("node_modules/typescript/bin/tsc", "-p", "tsconfig.json") ||
  run("scripts/bundle.mjs") ||
  run("scripts/web.mjs");
if (built !== 0) {
  console.error("test: the build has failed; no test was run");
  process.exit(built);
}

const { without = [] } = parseArgs({ options: { without: { type: "string", multiple: true } } }).values;
installNeeds();
const rules = testFiles("test/style");
const leftOut = [...rules, ...without.flatMap(testFiles)];
const files = ["src", "test", "bench"].flatMap(testFiles).filter((file) => !leftOut.includes(file));
if (without.length > 0) console.log(`test: SKIPPED ${without.join(", ")}, as asked`);
console.log(`${files.length} test files on Node ${process.version}, ${process.platform} ${process.arch}`);
// Many tests start processes of their own: more files at once than this only make one another slow.
process.exitCode = run(
  "--test",
  "--test-concurrency=2",
  `--test-timeout=${TEST_MS_MAX}`,
  "--test-reporter=spec",
  ...files,
);
