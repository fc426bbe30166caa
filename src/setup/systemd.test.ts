import assert from "node:assert/strict";
import { test } from "node:test";
import { loadOptions } from "../config/sources.js";
import { systemdUnit } from "./systemd.js";
import { commandOf, plain, valuesOf, wordsOf } from "./unit-file.cases.js";

const HOSTILE = `/a b/%h "c" $HOME \\x 'd'`;

function unitOf(flags: Record<string, string>) {
  const options = loadOptions("ship", flags, { env: {}, cwd: "/nonexistent" });
  const words = [process.execPath, `${HOSTILE}/main.js`, "ship", "--config", `${HOSTILE}/dragonlog.json`];
  const unit = systemdUnit(
    options,
    { words, workingDir: HOSTILE, journalDir: `${HOSTILE}/j`, envPath: `${HOSTILE}/e` },
    "svc%user",
  );
  return { unit, words };
}

test("paths reach the process as they are, whatever stands in them", () => {
  const { unit, words } = unitOf({});
  assert.deepEqual(valuesOf(unit, "ExecStart").map(commandOf), [words]);
  assert.deepEqual(valuesOf(unit, "WorkingDirectory").map(plain), [HOSTILE]);
  assert.deepEqual(valuesOf(unit, "EnvironmentFile").slice(1).map(plain), [`${HOSTILE}/e`]);
  assert.deepEqual(valuesOf(unit, "User").map(plain), ["svc%user"]);
  assert.deepEqual(valuesOf(unit, "ReadWritePaths").map(wordsOf), [[`${HOSTILE}/j`]]);
});

test("a directory that is delivered to may be written too", () => {
  const relative = unitOf({ to: "directory:out" }).unit;
  assert.deepEqual(valuesOf(relative, "ReadWritePaths").map(wordsOf), [[`${HOSTILE}/j`, `${HOSTILE}/out`]]);
  const absolute = unitOf({ to: "directory:/srv/logs" }).unit;
  assert.deepEqual(valuesOf(absolute, "ReadWritePaths").map(wordsOf), [[`${HOSTILE}/j`, "/srv/logs"]]);
});

test("the time to stop is longer than the drain", () => {
  for (const [drainDeadline, seconds] of [
    ["25s", 25],
    ["1h", 3600],
    ["100ms", 0.1],
  ] as const) {
    const [stop] = valuesOf(unitOf({ drainDeadline }).unit, "TimeoutStopSec");
    assert.ok(Number(stop) >= seconds + 5, `${stop} for ${drainDeadline}`);
  }
});
