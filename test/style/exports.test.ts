/**
 * What users can import is a promise. Its list is checked in, so that no name comes or goes by accident. On purpose:
 * `UPDATE_EXPORTS=1 npm run check` writes the list anew; it is then part of the change and of its review.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./sources.js";

const SNAPSHOT = join(ROOT, "test/style/exports.json");
/** Of each export of package.json, the module that its types come from, without an extension. */
const ENTRIES = entriesOf(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));

interface Surface {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

const snapshot: Record<string, Surface> = JSON.parse(readFileSync(SNAPSHOT, "utf8"));
const current: Record<string, Surface> = {};
for (const [name, entry] of Object.entries(ENTRIES)) {
  current[name] = surfaceOf(readFileSync(join(ROOT, `${entry}.ts`), "utf8"));
}
if (process.env.UPDATE_EXPORTS === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(current, null, 2)}\n`);

function entriesOf({ exports }: { exports: Record<string, { types?: string }> }): Record<string, string> {
  const typed = Object.entries(exports).filter(([, { types }]) => types !== undefined);
  return Object.fromEntries(
    typed.map(([path, { types }]) => [
      path.replace(/^\./, "dragonlog"),
      types!.replace(/^\.\/dist\/(.*)\.d\.ts$/, "$1"),
    ]),
  );
}

/** The names that an entry exports. It lists them one by one, in braces, and does nothing else. */
function surfaceOf(source: string): Surface {
  const values: string[] = [];
  const types: string[] = [];
  for (const [, onlyTypes, list] of source.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const item of list!.split(",").map((text) => text.trim())) {
      if (item === "") continue;
      const name = item.replace(/^type /, "").replace(/^.* as /, "");
      (onlyTypes || item.startsWith("type ") ? types : values).push(name);
    }
  }
  return { values: values.sort(), types: types.sort() };
}

for (const [name, entry] of Object.entries(ENTRIES)) {
  test(`${name} exports exactly what test/style/exports.json lists`, () => {
    if (process.env.UPDATE_EXPORTS === "1") return;
    assert.deepEqual(
      current[name],
      snapshot[name],
      `The exports of ${name} have changed. If that is meant: UPDATE_EXPORTS=1 npm run check, then commit ${SNAPSHOT}.`,
    );
  });

  test(`${name} is read right: what is there at run time is what its source lists`, async () => {
    const module: object = await import(new URL(`../../${entry}.js`, import.meta.url).href);
    assert.deepEqual(Object.keys(module).sort(), current[name]!.values);
  });
}
