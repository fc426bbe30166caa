/** The differences that docs/from-other-loggers.md lists, by their names: the first cells of the table below a heading. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../../../docs/from-other-loggers.md", import.meta.url));

/** `heading` is of the third rank: `pino`. */
export function listedDifferences(heading: string): string[] {
  const page = readFileSync(PAGE, "utf8");
  const [, section] = page.split(`\n### ${heading}\n`);
  assert.ok(section !== undefined, `docs/from-other-loggers.md has no "### ${heading}"`);
  const table = section.split(/\n##/)[0]!;
  return [...table.matchAll(/^\| (.+?) \|/gm)]
    .map(([, name]) => name!)
    .filter((name) => name !== "difference" && !/^-+$/.test(name));
}
