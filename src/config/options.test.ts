import assert from "node:assert/strict";
import { test } from "node:test";
import { OPTION_GROUPS } from "./groups.js";
import { OPTIONS, type Option, optionsIn } from "./options.js";
import { parseOptions } from "./parse.js";
import { accepted, readValue } from "./read-value.js";

const all = Object.entries(OPTIONS) as [string, Option][];

test("every default is within its own range", () => {
  for (const [key, option] of all) {
    if (option.default === undefined) continue;
    const raw = typeof option.default === "function" ? option.default("/journals") : option.default;
    assert.doesNotThrow(() => readValue(option, raw, "typed", key), key);
  }
});

test("every bound is accepted and what lies one beyond it is refused", () => {
  for (const [key, option] of all) {
    if (option.kind === "integer") {
      for (const bound of [option.min, option.max]) {
        assert.equal(readValue(option, String(bound), "text", key), bound, key);
      }
      assert.throws(() => readValue(option, option.min - 1, "typed", key), { message: /cannot be/ }, key);
      assert.throws(() => readValue(option, option.max + 1, "typed", key), { message: /cannot be/ }, key);
    }
    if (option.kind === "duration" || option.kind === "size") {
      const [min, max] = [option.min, option.max].map((bound) =>
        Number(readValue(option, bound, "text", key)),
      );
      assert.throws(() => readValue(option, min! - 1, "typed", key), { message: /cannot be/ }, key);
      assert.throws(() => readValue(option, max! + 1, "typed", key), { message: /cannot be/ }, key);
    }
  }
});

test("every option has a sentence, a place where it applies, and words for what it takes", () => {
  for (const [key, option] of all) {
    assert.match(option.doc, /^[A-Z].*\.$/, key);
    assert.ok(option.scopes.length > 0, key);
    assert.notEqual(accepted(option), "", key);
    for (const scope of option.requiredIn ?? []) assert.ok(option.scopes.includes(scope), key);
  }
});

test("every option stands in one group, and no group holds anything else", () => {
  assert.deepEqual(OPTION_GROUPS.flatMap(({ keys }) => keys).sort(), Object.keys(OPTIONS).sort());
});

const WRONG_SECRETS: Readonly<Record<string, string>> = {
  token: "not hunter2 with spaces",
  redactSalt: "hunter2",
};

test("a value that is secret is not in the error that refuses it", () => {
  const secrets = all.filter(([, option]) => option.secret);
  assert.deepEqual(
    secrets.map(([key]) => key),
    ["redactSalt", "smtp", "webhook", "token"],
  );
  for (const [key, option] of secrets) {
    for (const [raw, form] of [
      [WRONG_SECRETS[key] ?? "ftp://user:hunter2@host", "text"],
      [{ pass: "hunter2" }, "typed"],
    ] as const) {
      assert.throws(
        () => readValue(option, raw, form, key),
        (error: Error) =>
          /cannot be what it is set to/.test(error.message) && !/hunter2/.test(JSON.stringify(error)),
        key,
      );
    }
  }
});

test("a scope sees its own options only", () => {
  assert.deepEqual(
    optionsIn("flush").map(([key]) => key),
    ["journalDir", "buffer", "codec", "storeBytesMax", "deadline", "json", "config"],
  );
});

test("the types say what is always there: what has a default or is required", () => {
  const ship = parseOptions("ship", {}, "the test");
  const pipe = parseOptions("pipe", { service: "api" }, "the test");
  const interval: number = ship.interval;
  const logClass: "STANDARD" | "INFREQUENT_ACCESS" = ship.logClass;
  const service: string = pipe.service;
  // @ts-expect-error: a region may be absent.
  const region: string = ship.region;
  // @ts-expect-error: a pipe has no region.
  const none = pipe.region;
  assert.deepEqual(
    [interval, logClass, service, region, none],
    [120_000, "STANDARD", "api", undefined, undefined],
  );
});
