/**
 * `npm run check`: everything about the code that can be said without running it, and the house rules of test/style/.
 * All steps run, so that one call shows all there is to mend; the exit code is 1 if any failed.
 */
import { spawnSync } from "node:child_process";
import { testFiles } from "./test-files.mjs";

const node = process.execPath;
const bin = (path) => [node, `node_modules/${path}`];

const steps = [
  { name: "format and lint", command: [...bin("@biomejs/biome/bin/biome"), "check", "."] },
  {
    name: "types, and the build for the rules below",
    command: [...bin("typescript/bin/tsc"), "-p", "tsconfig.json"],
  },
  { name: "types of the page", command: [...bin("typescript/bin/tsc"), "-p", "web"] },
  { name: "nothing unused", command: [...bin("knip/bin/knip.js")] },
  { name: "house rules", command: [node, "--test", "--test-reporter=spec", ...testFiles("test/style")] },
];

const failed = [];
for (const { name, command } of steps) {
  console.log(`\n== ${name}`);
  const [file, ...args] = command;
  const { status, error } = spawnSync(file, args, { stdio: "inherit" });
  if (error) console.error(error.message);
  if (status !== 0) failed.push(name);
}

console.log(failed.length === 0 ? "\ncheck: all is well" : `\ncheck: failed: ${failed.join("; ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
