import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { optionsIn } from "../config/options.js";
import { loadOptions } from "../config/sources.js";
import { configFile } from "./config-file.js";

const cwd = mkdtempSync(join(tmpdir(), "dragonlog-config-file-"));
after(() => rmSync(cwd, { recursive: true }));

/** Values that are none of the defaults, as flags. */
const OTHER = {
  journalDir: "/var/lib/a b",
  to: "directory:out",
  region: "eu-west-1",
  group: "app/{service}",
  retentionDays: "14",
  interval: "1500ms",
  flushBytes: "64KiB",
  exactlyOnce: "verify",
  mailTo: "a@example.com,b@example.com",
  smtp: "smtp://user:hunter2@host:587",
  webhook: "https://hooks.example.com/hunter2",
};

function read(text: string) {
  writeFileSync(join(cwd, "dragonlog.json"), text);
  return loadOptions("ship", {}, { env: {}, cwd });
}

function shipWith(flags: Record<string, string>) {
  return loadOptions("ship", flags, { env: {}, cwd: "/nonexistent" });
}

test("what is read from the file is what it was written from, except secrets, which are not in it", () => {
  const { smtp, webhook, ...others } = OTHER;
  const text = configFile(shipWith(OTHER));
  assert.doesNotMatch(text, /hunter2/);
  assert.deepEqual(read(text), shipWith(others));
  const placed = { buffer: "journal:/elsewhere" };
  assert.deepEqual(read(configFile(shipWith(placed))), shipWith(placed));
});

test("without any value the file sets nothing, and explains every option of ship that is not for one call", () => {
  const text = configFile(shipWith({}));
  assert.deepEqual(read(text), shipWith({}));
  const explained = [...text.matchAll(/^ {2}\/\/ "(\w+)": |^ {2}\/\/ (smtp|webhook|token): /gm)].map(
    ([, option, secret]) => option ?? secret,
  );
  const calls = ["once", "json", "config"];
  const expected = optionsIn("ship").flatMap(([key]) => (calls.includes(key) ? [] : [key]));
  assert.deepEqual(explained.sort(), expected.sort());
});

test("every line that is commented out can be commented in, and shows the default where there is one", () => {
  const lines = configFile(shipWith({})).replace(/^ {2}\/\/ (?="\w+": )/gm, "  ");
  const { region, endpoint, retentionDays, mailTo, mailFrom, ...defaults } = read(lines);
  assert.deepEqual(defaults, shipWith({}));
  for (const example of [region, endpoint, retentionDays, mailTo, mailFrom])
    assert.notEqual(example, undefined);
});

test("no line is longer than a terminal shows", () => {
  for (const line of configFile(shipWith({})).split("\n")) assert.ok(line.length <= 114, line);
});
