import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ownIdentity } from "./process.js";
import { type Report, ReportFile, readReportsIn, reportRegularly } from "./report-files.js";

function folder(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-report-"));
  context.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

interface Named extends Report {
  readonly of: string;
}

function report(of: string, parts: Partial<Report> = {}): Named {
  const time = new Date().toISOString();
  return { process: ownIdentity(), startedAt: time, updatedAt: time, of, ...parts };
}

function namesIn(folder: string): string[] {
  return readReportsIn<Named>(folder).map(({ of }) => of);
}

test("what is written is read as it was until it is removed, beside those of others", (context) => {
  const dir = join(folder(context), "shippers");
  assert.deepEqual(namesIn(dir), []);
  const one = new ReportFile(dir, "one");
  const two = new ReportFile(dir, "two");
  const written = report("this one");
  one.write(report("an earlier state"));
  one.write(written);
  two.write({ ...written, of: "the other" } as Report);
  assert.deepEqual(
    readReportsIn<Named>(dir).sort((a, b) => b.of.localeCompare(a.of)),
    [written, { ...written, of: "the other" }],
  );
  one.remove();
  one.remove();
  assert.deepEqual(namesIn(dir), ["the other"]);
});

test("reports of the dead, and what is none, are neither told nor kept", (context) => {
  const dir = join(folder(context), "shippers");
  new ReportFile(dir, "dead").write(report("dead", { process: { ...ownIdentity(), startTime: "long ago" } }));
  const elsewhere = { ...ownIdentity(), host: "elsewhere" };
  new ReportFile(dir, "elsewhere").write(report("elsewhere", { process: elsewhere }));
  writeFileSync(join(dir, "torn.json"), '{"process":');
  writeFileSync(join(dir, "empty.json"), "{}");
  assert.deepEqual(namesIn(dir), ["elsewhere"], "nobody here knows whether it lives");
  const next = new ReportFile(dir, "next");
  assert.equal(readdirSync(dir).length, 1, "a new one cleans up");
  next.write(report("next"));
  const names = readdirSync(dir);
  assert.equal(names.length, 2);
  for (const name of names) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600);
});

test("one of another machine or container is told while it is written again, and kept no longer", (context) => {
  const dir = join(folder(context), "shippers");
  const ago = (ms: number) => ({ updatedAt: new Date(Date.now() - ms).toISOString() });
  const elsewhere = { process: { ...ownIdentity(), namespace: "pid:[1]" } };
  const minute = 60_000;
  for (const [of, parts] of [
    ["just now", { ...elsewhere, ...ago(0) }],
    ["a while ago", { ...elsewhere, ...ago(5 * minute) }],
    ["an hour ago", { ...elsewhere, ...ago(60 * minute) }],
    ["never", { ...elsewhere, updatedAt: "?" }],
    ["here, and seen to live", ago(60 * minute)],
  ] as const) {
    new ReportFile(dir, of).write(report(of, parts));
  }
  const told = ["a while ago", "here, and seen to live", "just now"];
  assert.deepEqual(namesIn(dir).sort(), told);
  new ReportFile(dir, "next");
  assert.equal(readdirSync(dir).length, told.length);
});

test("a regular report is written when something changes, and now and then when nothing does", (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "Date"], now: Date.UTC(2026, 0, 1) });
  let elapsedMs = 0;
  context.mock.method(performance, "now", () => elapsedMs);
  const dir = folder(context);
  let of = "a job";
  const stop = reportRegularly(dir, () => ({ of }));
  const afterMs = (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 1000) {
      elapsedMs += 1000;
      context.mock.timers.tick(1000);
    }
    const [{ of, updatedAt }] = readReportsIn<Named>(dir) as [Named];
    return [of, (Date.parse(updatedAt) - Date.UTC(2026, 0, 1)) / 1000];
  };
  assert.deepEqual(afterMs(29_000), ["a job", 0]);
  assert.deepEqual(afterMs(1000), ["a job", 30]);
  of = "another job";
  assert.deepEqual(afterMs(1000), ["another job", 31]);
  assert.deepEqual(afterMs(29_000), ["another job", 31]);
  assert.deepEqual(afterMs(1000), ["another job", 61]);
  stop();
});

test("a regular report is there at once, with who and since when, and goes", (context) => {
  const dir = join(folder(context), "forwarders");
  const stop = reportRegularly(dir, () => ({ of: "a job" }));
  assert.deepEqual(
    readReportsIn<Named>(dir).map(({ of, process: { pid } }) => [of, pid]),
    [["a job", process.pid]],
  );
  stop();
  assert.deepEqual(readdirSync(dir), []);
});
