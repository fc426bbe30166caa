import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { loadCodeOptions, loadOptions } from "./sources.js";

const cwd = mkdtempSync(join(tmpdir(), "dragonlog-config-"));
const empty = mkdtempSync(join(tmpdir(), "dragonlog-config-"));
after(() => {
  rmSync(cwd, { recursive: true });
  rmSync(empty, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(cwd, name);
  writeFileSync(path, text);
  return path;
}

test("flags stand over variables, variables over dragonlog.json, the file over defaults", () => {
  write("dragonlog.json", '{ "interval": "1s", "region": "file", "group": "file", "flushBytes": 500 }');
  const env = { DRAGONLOG_REGION: "variable", DRAGONLOG_GROUP: "variable", PATH: "/bin" };
  const options = loadOptions("ship", { region: "flag" }, { env, cwd });
  assert.equal(options.region, "flag");
  assert.equal(options.group, "variable");
  assert.equal(options.interval, 1000);
  assert.equal(options.flushBytes, 500);
  assert.equal(options.stream, "{service}");
});

test("without dragonlog.json there are defaults; a named file must exist", () => {
  assert.equal(loadOptions("ship", {}, { env: {}, cwd: empty }).interval, 120_000);
  const missing = join(empty, "none.json");
  for (const [flags, env] of [
    [{ config: missing }, {}],
    [{}, { DRAGONLOG_CONFIG: missing }],
  ] as const) {
    assert.throws(() => loadOptions("ship", flags, { env, cwd: empty }), {
      code: "DRAGONLOG_OPTION_INVALID",
      message: /none\.json cannot be read/,
    });
  }
});

test("the flag for the file stands over the variable, and both over the working directory", () => {
  write("dragonlog.json", '{ "group": "here" }');
  const a = write("a.json", '{ "group": "a" }');
  const b = write("b.json", '\uFEFF{ "group": "b" }');
  assert.equal(loadOptions("ship", {}, { env: {}, cwd }).group, "here");
  assert.equal(loadOptions("ship", {}, { env: { DRAGONLOG_CONFIG: a }, cwd }).group, "a");
  assert.equal(loadOptions("ship", { config: b }, { env: { DRAGONLOG_CONFIG: a }, cwd }).group, "b");
});

test("a file that is not JSON is refused with its line", () => {
  const config = write("broken.json", '{\n  "interval": "1s",\n  "region": x\n}\n');
  assert.throws(() => loadOptions("ship", { config }, { env: {}, cwd }), {
    code: "DRAGONLOG_OPTION_INVALID",
    message: `${config}, line 3, column 13: this is not JSON`,
  });
  const secret = write("secret.json", '{ "smtp": "smtp://u:hunter2@h" "x" }');
  assert.throws(
    () => loadOptions("ship", { config: secret }, { env: {}, cwd }),
    (error: Error) => !inspect(error).includes("hunter2"),
  );
  for (const text of ["[]", '"x"', "null"]) {
    const other = write("other.json", text);
    assert.throws(() => loadOptions("ship", { config: other }, { env: {}, cwd }), {
      message: /hold an object/,
    });
  }
});

test("a file may hold comments and a comma after the last entry", () => {
  const config = write(
    "commented.json",
    '// ours\n{\n  "interval": "1s", /* often */\n  // "region": "x",\n}\n',
  );
  const options = loadOptions("ship", { config }, { env: {}, cwd });
  assert.equal(options.interval, 1000);
  assert.equal("region" in options, false);
});

test("options of other commands may stand where all commands read, but not among the flags", () => {
  const config = write("shared.json", '{ "interval": "1s", "service": "api" }');
  const env = { DRAGONLOG_ENDPOINT: "http://127.0.0.1:1" };
  assert.equal(loadOptions("pipe", { config }, { env, cwd }).service, "api");
  assert.throws(() => loadOptions("pipe", { config, interval: "1s" }, { env, cwd }), {
    code: "DRAGONLOG_OPTION_UNKNOWN",
    message: "--interval is no option here",
  });
});

test("unknown names are refused in every place, with the nearest one", () => {
  const config = write("unknown.json", '{ "intervall": "1s" }');
  assert.throws(() => loadOptions("ship", { config }, { env: {}, cwd }), {
    code: "DRAGONLOG_OPTION_UNKNOWN",
    message: `intervall in ${config} is no option of dragonlog`,
    hint: "Did you mean interval?",
  });
  assert.throws(() => loadOptions("ship", {}, { env: { DRAGONLOG_REGOIN: "x" }, cwd }), {
    code: "DRAGONLOG_OPTION_UNKNOWN",
    hint: "Did you mean DRAGONLOG_REGION?",
  });
  assert.throws(() => loadOptions("ship", {}, { env: { DRAGONLOG_ZEBRA: "x" }, cwd }), {
    hint: /^There are: /,
  });
  const nested = write("nested.json", '{ "config": "x.json" }');
  assert.throws(() => loadOptions("ship", { config: nested }, { env: {}, cwd }), {
    message: /^config cannot stand/,
  });
});

test("a mistake is refused under its own name even where a stronger place hides it", () => {
  const env = { DRAGONLOG_FLUSH_RECORDS: "0" };
  assert.throws(() => loadOptions("ship", { flushRecords: "5" }, { env, cwd: empty }), {
    message: 'DRAGONLOG_FLUSH_RECORDS cannot be "0"',
  });
});

test("variables and flags are text: switches are true or false, numbers are digits, an empty variable is none", () => {
  const env = { DRAGONLOG_ONCE: "true", DRAGONLOG_FLUSH_RECORDS: "7", DRAGONLOG_REGION: "" };
  const options = loadOptions("ship", {}, { env, cwd: empty });
  assert.equal(options.once, true);
  assert.equal(options.flushRecords, 7);
  assert.equal("region" in options, false);
  assert.throws(() => loadOptions("ship", {}, { env: { DRAGONLOG_ONCE: "yes" }, cwd: empty }), {
    message: 'DRAGONLOG_ONCE cannot be "yes"',
    hint: "DRAGONLOG_ONCE takes true or false.",
  });
  assert.throws(() => loadOptions("ship", {}, { env: { DRAGONLOG_FLUSH_BYTES: "500" }, cwd: empty }), {
    hint: /whole number and B, KiB/,
  });
});

test("what is required may come from any place and is named in all of them when it is missing", () => {
  assert.equal(loadOptions("pipe", {}, { env: { DRAGONLOG_SERVICE: "a" }, cwd: empty }).service, "a");
  assert.throws(() => loadOptions("pipe", {}, { env: {}, cwd: empty }), {
    message: "--service is missing",
    hint: /^Set --service or DRAGONLOG_SERVICE\./,
  });
});

test("code stands over variables, and reads no file", () => {
  const env = {
    DRAGONLOG_JOURNAL_DIR: "/from/variable",
    DRAGONLOG_LEVEL: "debug",
    DRAGONLOG_REGION: "eu-west-1",
  };
  const options = loadCodeOptions("logger", { service: "api", level: "warn" }, "the test", env);
  assert.equal(options.buffer.dir, "/from/variable");
  assert.equal(options.level, "warn");
  assert.throws(
    () => loadCodeOptions("logger", { service: "api" }, "the test", { DRAGONLOG_LEVLE: "debug" }),
    {
      code: "DRAGONLOG_OPTION_UNKNOWN",
      hint: /DRAGONLOG_LEVEL/,
    },
  );
  const slip = { service: "api", requestTimout: "1s" };
  assert.throws(() => loadCodeOptions("logger", slip, "the test", {}, ["requestTimeout"]), {
    message: "requestTimout of the test is no option of dragonlog",
    hint: "Did you mean requestTimeout?",
  });
});
