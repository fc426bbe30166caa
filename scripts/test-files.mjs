import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The built tests under a folder of sources. The sources say which there are: the build folder may still hold tests
 * whose sources are gone.
 */
export function testFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => join("dist", folder, path.replace(/\.ts$/, ".js")))
    .sort();
}
