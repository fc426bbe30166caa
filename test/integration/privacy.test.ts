/** A secret that programs print is neither in the journal nor in what is delivered of it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Cli } from "./cli.js";

const SECRETS = ["AKIAIOSFODNN7EXAMPLE", "4111111111111111", "hunter2hunter2"];
const LINES = [
  "id AKIAIOSFODNN7EXAMPLE of the key",
  '{"data":"paid with 4111 1111 1111 1111","type":"AUDIT","metadata":{"card":"4111111111111111","pin":"1234"}}',
  "connecting to redis://app:hunter2hunter2@db:6379",
];

function bytesIn(dir: string): Buffer {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8", withFileTypes: true });
  return Buffer.concat(
    files.filter((file) => file.isFile()).map(({ parentPath, name }) => readFileSync(join(parentPath, name))),
  );
}

test("what pipe and run record is redacted before it is stored", async (t) => {
  const cli = new Cli(t);
  cli.env.DRAGONLOG_REDACT = "secrets,metadata.pin";
  const input = Buffer.concat([
    Buffer.from(`${LINES.join("\n")}\n`),
    Buffer.from([0xff]),
    Buffer.from(` ${SECRETS[0]}\n`),
  ]);
  const piped = await cli.run(["pipe", "--service", "shop"], input);
  assert.equal(piped.code, 0, piped.stderr);
  const script = `console.log(${JSON.stringify(LINES.join("\n"))})`;
  const ran = await cli.run(["run", "--quiet", "--service", "shop", "--", process.execPath, "-e", script]);
  assert.equal(ran.code, 0, ran.stderr);
  const journal = bytesIn(join(cli.dir, "journal"));
  assert.ok(journal.includes("of the key"));
  for (const secret of [
    ...SECRETS,
    '"1234"',
    Buffer.from(`\xff ${SECRETS[0]}`, "latin1").toString("base64"),
  ]) {
    assert.ok(!journal.includes(secret), secret);
  }
  const shipped = await cli.run(["ship", "--once", "--to", `directory:${join(cli.dir, "out")}`]);
  assert.equal(shipped.code, 0, shipped.stderr);
  const delivered = bytesIn(join(cli.dir, "out"));
  assert.ok(
    delivered.includes("id [redacted] of the key") && delivered.includes("redis://app:[redacted]@db:6379"),
  );
  for (const secret of SECRETS) assert.ok(!bytesIn(cli.dir).includes(secret), secret);
});

test("a path that is none, and hashes without a salt, end a command before it begins", async (t) => {
  const cli = new Cli(t);
  const wrong = await cli.run(["pipe", "--service", "shop", "--redact", "password"], "secret\n");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /redact cannot be "password"/);
  const unsalted = await cli.run(
    ["pipe", "--service", "shop", "--redact", "card", "--redact-by", "hash"],
    "secret\n",
  );
  assert.equal(unsalted.code, 2);
  assert.match(unsalted.stderr, /redactBy cannot be hash without redactSalt/);
});

test("pipe keeps to limits, says what it left out, and records how much", async (t) => {
  const cli = new Cli(t);
  const lines = Array.from(
    { length: 100 },
    (_, i) => `{"data":${i},"type":"${i % 2 ? "AUDIT" : "DEBUG"}"}\n`,
  );
  const args = ["pipe", "--service", "shop", "--limit", "1000", "--sample", "DEBUG=0", "--sample", "AUDIT=1"];
  const piped = await cli.run(args, lines.join(""));
  assert.equal(piped.code, 0, piped.stderr);
  assert.match(piped.stderr, /50 left out by limit or sample/);
  const records = await cli.records();
  assert.equal(records.filter(({ type }) => type === "AUDIT").length, 50);
  const report = records.at(-1)!;
  assert.deepEqual(
    [records.length, report.data, report.type, report.service],
    [51, "suppressed 50 records", "INFO", "shop"],
  );
});
