import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository, seen from a build folder: dist/test/style. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface Source {
  /** From the root, with slashes: `src/journal/format.ts`. */
  readonly path: string;
  readonly text: string;
}

/** The files of a folder and of those below it whose names end in one of `extensions`. */
export function sourcesIn(folder: string, extensions: readonly string[]): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => extensions.some((extension) => path.endsWith(extension)))
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** Unit tests and the suites that several tests share. */
export function isTest(path: string): boolean {
  return /\.(test|cases)\.ts$/.test(path);
}
