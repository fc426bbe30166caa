/**
 * Which of the files that tsc and esbuild wrote belong into the package: those that its exports and its bin lead to. The rest
 * are tests, and modules and declarations that only bundles were made of.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Writes `<folder>/.npmignore`, by which npm leaves out all else of this folder. */
export function writeNpmignore(folder, entries, ...others) {
  const kept = [...reachable(entries), ...others].map((path) => `!/${relative(folder, path)}`);
  writeFileSync(join(folder, ".npmignore"), ["*", "!*/", ...kept.sort(), ""].join("\n"));
}

/** These files and all that they name by a relative path: imports of code and of types, threads, processes. */
function reachable(entries) {
  const found = new Set(entries);
  for (const path of found) {
    for (const [, named] of readFileSync(path, "utf8").matchAll(/"(\.\.?\/[^"\n]+\.js)"/g)) {
      const target = join(dirname(path), named);
      const file = path.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
      if (existsSync(file)) found.add(file);
    }
  }
  return found;
}
