import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ownIdentity } from "../system/process.js";
import { newCounts } from "./counts.js";
import { ReportFile, readReports, type ShipperReport } from "./report.js";

function folder(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-report-"));
  context.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

function report(parts: Partial<ShipperReport> = {}): ShipperReport {
  const time = new Date().toISOString();
  return {
    process: ownIdentity(),
    sink: "scripted",
    startedAt: time,
    updatedAt: time,
    batchesInFlight: 3,
    refused: [],
    alerts: { gathered: 0, channels: {} },
    counts: newCounts(),
    ...parts,
  };
}

test("what a shipper writes is read as it was until it is removed, beside those of others", (context) => {
  const dir = folder(context);
  assert.deepEqual(readReports(dir), []);
  const one = new ReportFile(dir, "one");
  const two = new ReportFile(dir, "two");
  // Through JSON, where what is undefined is left out.
  const written = JSON.parse(JSON.stringify(report()));
  const other = { ...written, sink: "the other" };
  one.write(report({ sink: "an earlier state" }));
  one.write(written);
  two.write(other);
  assert.deepEqual(
    readReports(dir).sort((a, b) => a.sink.localeCompare(b.sink)),
    [written, other],
  );
  one.remove();
  one.remove();
  assert.deepEqual(
    readReports(dir).map(({ sink }) => sink),
    ["the other"],
  );
});

test("reports of the dead, and what is none, are neither told nor kept", (context) => {
  const dir = folder(context);
  const dead = new ReportFile(dir, "dead");
  dead.write(report({ process: { ...ownIdentity(), startTime: "long ago" } }));
  const elsewhere = new ReportFile(dir, "elsewhere");
  elsewhere.write(report({ sink: "elsewhere", process: { ...ownIdentity(), host: "elsewhere" } }));
  writeFileSync(join(dir, "shippers/torn.json"), '{"process":');
  writeFileSync(join(dir, "shippers/empty.json"), "{}");
  assert.deepEqual(
    readReports(dir).map(({ sink }) => sink),
    ["elsewhere"],
    "nobody here knows whether it lives",
  );
  const next = new ReportFile(dir, "next");
  assert.equal(readdirSync(join(dir, "shippers")).length, 1, "a new shipper cleans up");
  next.write(report());
  const names = readdirSync(join(dir, "shippers"));
  assert.equal(names.length, 2);
  for (const name of names) assert.equal(statSync(join(dir, "shippers", name)).mode & 0o777, 0o600);
});
