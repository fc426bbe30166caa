/** A secret that programs print is neither in the journal nor in what is delivered of it. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Overview } from "../../src/watch/overview.js";
import { Cli } from "./cli.js";
import { bytesIn, foundIn, secretsFor } from "./planted.js";

const SECRETS = ["AKIAIOSFODNN7EXAMPLE", "4111111111111111", "hunter2hunter2"];
const LINES = [
  "id AKIAIOSFODNN7EXAMPLE of the key",
  '{"data":"paid with 4111 1111 1111 1111","type":"AUDIT","metadata":{"card":"4111111111111111","pin":"1234"}}',
  "connecting to redis://app:hunter2hunter2@db:6379",
];

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

/** What programs print: JSON of loggers and of others, texts with JSON in them, and traces. */
const PRINTED: Readonly<Record<string, (text: string) => string>> = {
  "a text": (text) => text.replaceAll(/\r?\n/g, " "),
  "a record": (text) => JSON.stringify({ data: text, request_id: text, metadata: { a: [text], [text]: 1 } }),
  "a line of pino": (text) =>
    JSON.stringify({ level: 50, time: 1, msg: text, err: { stack: text, message: text } }),
  "a line of another logger": (text) => JSON.stringify({ severity: "error", message: { a: text }, b: text }),
  "a text with JSON in it": (text) => `failed with ${JSON.stringify({ a: JSON.stringify(text) })} at last`,
  "JSON with its characters escaped": (text) =>
    `{"message":"${[...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"}`,
  "a request": (text) => `GET /a?q=${encodeURIComponent(text)} HTTP/1.1" 200 12`,
};

for (const flags of [[], ["--multiline", "auto"], ["--severity", "off"]]) {
  test(`what programs print stands nowhere: pipe ${flags.join(" ")}`, async (t) => {
    const cli = new Cli(t);
    const planted = Object.keys(PRINTED).flatMap((way, at) => secretsFor(way, 700 + at));
    const lines = planted.map(({ place, text }) => PRINTED[place]!(text));
    const bare = new Cli(t);
    assert.equal((await bare.run(["pipe", "--service", "shop", ...flags], lines.join("\n"))).code, 0);
    assert.equal(foundIn(bytesIn(bare.dir), planted).length, planted.length, "each would be found");
    cli.env.DRAGONLOG_REDACT = "secrets";
    assert.equal((await cli.run(["pipe", "--service", "shop", ...flags], lines.join("\n"))).code, 0);
    assert.ok(bytesIn(cli.dir).includes("[redacted]"));
    assert.deepEqual(foundIn(bytesIn(cli.dir), planted), []);
  });
}

/** Keys as programs print them, on several lines. */
const KEYS = (["pkcs1", "pkcs8"] as const).map((type) =>
  generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type, format: "pem" }).toString(),
);

for (const flags of [[], ["--multiline", "auto"], ["--multiline", "/^\\S/"]]) {
  test(`a private key on several lines stands nowhere: pipe and run ${flags.join(" ")}`, async (t) => {
    const cli = new Cli(t);
    cli.env.DRAGONLOG_REDACT = "private-key";
    const indented = KEYS[1]!.replaceAll("\n", "\n    ");
    const printed = `before\n${KEYS[0]}between\nkey: ${indented}\nafter\n`;
    const piped = await cli.run(["pipe", "--service", "shop", ...flags], printed);
    assert.equal(piped.code, 0, piped.stderr);
    writeFileSync(join(cli.dir, "program.mjs"), `process.stdout.write(${JSON.stringify(printed)});`);
    const program = [process.execPath, join(cli.dir, "program.mjs")];
    const ran = await cli.run(["run", "--quiet", "--service", "shop", ...flags, "--", ...program]);
    assert.equal(ran.code, 0, ran.stderr);
    const journal = bytesIn(join(cli.dir, "journal"));
    for (const kept of ["before", "between", "key: ", "after", "[redacted]"])
      assert.ok(journal.includes(kept), kept);
    const body = KEYS.flatMap((key) => key.split("\n").slice(1, -2));
    assert.ok(body.length > 50);
    for (const line of body) assert.ok(!journal.includes(line), line);
  });
}

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
  const status = `${(await cli.run(["status"])).stdout}`;
  assert.match(status, /^suppressed {2}50 records \(sample 50; most of shop DEBUG\)$/m);
  const { journals } = JSON.parse(`${(await cli.run(["status", "--json"])).stdout}`) as Overview;
  assert.deepEqual(journals.suppressed, [{ service: "shop", type: "DEBUG", cause: "sample", records: 50 }]);
  const records = await cli.records();
  assert.equal(records.filter(({ type }) => type === "AUDIT").length, 50);
  const report = records.at(-1)!;
  assert.deepEqual(
    [records.length, report.data, report.type, report.service],
    [51, "suppressed 50 records", "INFO", "shop"],
  );
});
