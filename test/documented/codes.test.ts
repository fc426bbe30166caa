/**
 * docs/troubleshooting.md has an entry for each code, cause and reason that there is, and for no other; and what an entry quotes is
 * what is said when the error happens, which it does here. Numbers, paths and addresses may differ.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { ErrorCode } from "../../src/system/errors.js";
import { noRedisServer } from "../harness/redis-server.js";
import { isTest, ROOT, sourcesIn } from "../style/sources.js";
import { deadLetters } from "./codes/dead-letters.js";
import { entries, masked, rowsUnder } from "./codes/entries.js";
import { logging } from "./codes/logging.js";
import { page } from "./codes/page.js";
import { shipping } from "./codes/shipping.js";
import { type Scene, Stage } from "./codes/stage.js";
import { starting } from "./codes/starting.js";
import { store, withoutStore } from "./codes/store.js";

const SCENES: Readonly<Record<ErrorCode, Scene>> = {
  ...starting,
  ...logging,
  ...shipping,
  ...withoutStore,
  ...store,
  ...page,
  ...deadLetters,
};

const LABELS = ["**Why.**", "**What to do.**", "**To prevent it.**"];

const troubleshooting = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8");
const codes = membersOf("src/system/errors.ts", "ErrorCode");

test("each code has an entry, and each entry is of a code", () => {
  const named = entries(troubleshooting).map(({ code }) => code);
  assert.deepEqual(named.sort(), [...codes].sort());
});

test("each code is told by something", () => {
  const told = sourcesIn("src", [".ts"])
    .filter(({ path }) => path !== "src/system/errors.ts" && !isTest(path))
    .map(({ text }) => text)
    .join("\n");
  assert.deepEqual(
    codes.filter((code) => !told.includes(`"${code}"`)),
    [],
  );
});

test("each cause and reason stands in its table", () => {
  const causes = membersOf("src/sink/sink.ts", "FailureCause");
  const drops = membersOf("src/journal/drops.ts", "DropCause");
  const rejected = /reason: ("too-old".*);/.exec(readFileSync(join(ROOT, "src/sink/sink.ts"), "utf8"))![1]!;
  const reasons = [...rejected.matchAll(/"([\w-]+)"/g)].map(([, reason]) => reason!);
  assert.deepEqual(rowsUnder(troubleshooting, "Causes of failed requests"), causes);
  assert.deepEqual(rowsUnder(troubleshooting, "Causes of drops"), drops);
  assert.deepEqual(rowsUnder(troubleshooting, "Reasons of dead letters"), [...reasons, "malformed"]);
});

describe("what an entry quotes is said when the error happens", () => {
  for (const { code, quotes, text } of entries(troubleshooting)) {
    const skip = code in store && noRedisServer;
    test(code, { skip }, async (context) => {
      for (const label of LABELS) assert.ok(text.includes(label), `${code} says nothing under ${label}`);
      const seen = await SCENES[code as ErrorCode](new Stage(context));
      for (const each of seen) assert.equal(each.code, code, each.message);
      assert.deepEqual(
        quotes.map(masked),
        seen.map(({ message, hint }) => masked({ message, hint })),
      );
    });
  }
});

/** Of a union of texts, in its order. */
function membersOf(path: string, name: string): string[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const [union] = new RegExp(`type ${name} =[^;]*;`).exec(text)!;
  return [...union.matchAll(/^ *\| "(.+?)"/gm)].map(([, member]) => member!);
}
