/** Levels that are set from outside: who follows them, and what a file that is none does. */
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { levelFile, writeLevels } from "../journal/level-file.js";
import type { Level } from "../record/types.js";
import { Levels } from "./levels.js";
import { openLogger } from "./logger.cases.js";

/** Waits for the tick that each record brings. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, "it never came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("a logger and its children follow what is set for their service, and go back to their own", async (t) => {
  const { logger, dir, wires } = openLogger(t, { syncMs: 10 });
  const child = logger.child({ a: 1 });
  const other = logger.child({ service: "other" });
  const strict = logger.child({});
  strict.level = "error";
  const set = async (levels: [string, Level][], first: Level) => {
    writeLevels(dir, new Map(levels));
    await until(() => {
      logger.fatal("tick");
      return logger.level === first;
    });
  };
  await set([["svc", "trace"]], "trace");
  assert.deepEqual([child.level, other.level, strict.level], ["trace", "info", "trace"]);
  child.trace("seen");
  assert.ok(wires().some(({ data }) => data === "seen"));
  assert.equal(logger.child({}).level, "trace", "a child that is made meanwhile, too");
  assert.equal(logger.isLevelEnabled("trace"), true);
  strict.level = "fatal";
  assert.equal(strict.level, "trace", "what is set from outside counts");
  await set(
    [
      ["svc", "warn"],
      ["other", "debug"],
    ],
    "warn",
  );
  assert.deepEqual([child.level, other.level, strict.level], ["warn", "debug", "warn"]);
  await set([], "info");
  assert.deepEqual([child.level, other.level, strict.level], ["info", "info", "fatal"]);
});

test("the file is its owner's alone, and is read when a logger starts", (t) => {
  const { dir } = openLogger(t);
  writeLevels(dir, new Map([["svc", "debug"]]));
  assert.equal(statSync(levelFile(dir)).mode & 0o777, 0o600);
  const levels = new Levels(dir, assert.ifError);
  assert.equal(levels.cellOf("svc", 2).lowest, 1);
  assert.equal(levels.cellOf("other", 2).lowest, 2);
  assert.equal(levels.look(), false, "nothing has changed");
});

test("a file that holds no levels is told once, and changes nothing", (t) => {
  const { dir } = openLogger(t);
  const told: unknown[] = [];
  const levels = new Levels(dir, (error) => told.push(error));
  const cell = levels.cellOf("svc", 2);
  writeLevels(dir, new Map([["svc", "debug"]]));
  assert.equal(levels.look(), true);
  for (const text of [
    "",
    "{",
    "[]",
    '{"version":2,"levels":{}}',
    '{"version":1,"levels":{"svc":"loud"}}',
    '{"version":1,"levels":{"svc":"INFO"}}',
  ]) {
    writeFileSync(levelFile(dir), text);
    levels.look();
    levels.look();
    assert.equal(cell.lowest, 1, text);
  }
  assert.equal(told.length, 1);
  assert.match(String(told[0]), /levels\.json cannot be used/);
});

test("services without end do not grow the memory of levels", (t) => {
  const { dir } = openLogger(t);
  const levels = new Levels(dir, assert.ifError);
  for (let i = 0; i < 20_000; i++) levels.cellOf(`service-${i}`, 2);
  assert.equal(levels.cellOf("service-1", 2), levels.cellOf("service-1", 2));
  assert.notEqual(levels.cellOf("service-19999", 2), levels.cellOf("service-19999", 2));
});
