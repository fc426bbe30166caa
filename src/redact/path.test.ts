/** Paths as people write them, and what they lead to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePath, type Step } from "./path.js";
import { placeOfRecord } from "./places.js";
import { Redactor } from "./redactor.js";

test("the common forms of a path are understood", () => {
  const written: [path: string, steps: string[]][] = [
    ["metadata.password", ["metadata", "password"]],
    ["metadata.*.token", ["metadata", "*", "token"]],
    ["data.cards[*].number", ["data", "cards", "*", "number"]],
    ["data.cards[0].number", ["data", "cards", "0", "number"]],
    ['metadata["x-y"].z', ["metadata", "x-y", "z"]],
    ["metadata['a.b']", ["metadata", "a.b"]],
    ['["metadata"]["say \\"so\\""]', ["metadata", 'say "so"']],
    ["metadata.x-api-key", ["metadata", "x-api-key"]],
    ["*.secret", ["*", "secret"]],
    ["**.secret", ["**", "secret"]],
    ["metadata.**.secret", ["metadata", "**", "secret"]],
    ["metadata.**", ["metadata", "*"]],
    ["metadata", ["metadata", "*"]],
    ["request_id", ["request_id"]],
    ["data", ["data"]],
  ];
  const shown = (step: Step) =>
    typeof step === "string" ? step : step.description === "any one" ? "*" : "**";
  for (const [path, steps] of written) assert.deepEqual(parsePath(path)?.map(shown), steps, path);
});

test("what is no path, or begins with no part of a record, is refused by name", () => {
  const wrong = [
    "password",
    "Metadata.a",
    "metadata.",
    ".metadata",
    "metadata..a",
    "metadata[",
    "metadata[a]",
    "metadata.a b",
    "metadata.a*",
    "metadata[*",
    "a".repeat(9),
    "secret",
    "type",
    `metadata${".a".repeat(40)}`,
  ];
  for (const path of wrong) {
    assert.throws(() => new Redactor({ redact: [path], redactBy: "censor" }), {
      code: "DRAGONLOG_OPTION_INVALID",
      message: /^redact cannot be "/,
      hint: /such as metadata\.password or \*\*\.token, and the detectors secrets, private-key, /,
    });
  }
});

test("a place is where a path leads, and nowhere else", () => {
  const names = fc.constantFrom("a", "b", "c", "0");
  const steps = fc.array(fc.oneof(names, fc.constantFrom("*", "**")), { minLength: 1, maxLength: 5 });
  const places = fc.array(names, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 4 }), places, (paths, names) => {
      const record = placeOfRecord(paths.map((path) => parsePath(`data.${path.join(".")}`)!));
      let place = record?.of("data");
      // The last ** of a path stands for one level or more.
      const patterns = paths.map((path) => new RegExp(`^${path.map(asPattern).join("")}$`));
      for (const [depth, name] of names.entries()) {
        place = depth % 2 === 0 || name !== "0" ? place?.of(name) : place?.at(0);
        const here = names
          .slice(0, depth + 1)
          .map((each) => `${each}.`)
          .join("");
        assert.equal(
          place?.isEnd ?? false,
          patterns.some((pattern) => pattern.test(here)),
          here,
        );
      }
    }),
    { numRuns: 1000 },
  );
});

function asPattern(step: string, at: number, path: readonly string[]): string {
  if (step === "*" || (step === "**" && at === path.length - 1)) return "[^.]+\\.";
  return step === "**" ? "([^.]+\\.)*" : `${step}\\.`;
}

test("many paths with wildcards make few places", () => {
  const paths = Array.from({ length: 100 }, (_, i) => `**.a${i}.**.b${i}.*.c`);
  const started = performance.now();
  const redactor = new Redactor({ redact: paths, redactBy: "censor" });
  let place = redactor.data;
  for (let i = 0; i < 1000; i++) place = place?.of([`a${i % 100}`, `b${i % 7}`, "x", "c"][i % 4]!);
  assert.ok(performance.now() - started < 10_000);
});

test("hashes take a salt, and say nothing without it", () => {
  assert.throws(() => new Redactor({ redact: ["card"], redactBy: "hash" }), {
    code: "DRAGONLOG_OPTION_INVALID",
    message: /^redactBy cannot be hash without redactSalt/,
  });
  const hashed = (salt: string, text: string) =>
    new Redactor({ redact: ["card"], redactBy: "hash", redactSalt: salt }).text(text);
  assert.match(hashed("one", "4111 1111 1111 1111"), /^\[hash:[a-p]{16}\]$/);
  assert.equal(hashed("one", "4111 1111 1111 1111"), hashed("one", "4111111111111111"));
  assert.notEqual(hashed("one", "4111111111111111"), hashed("two", "4111111111111111"));
  assert.notEqual(hashed("one", "4111111111111111"), hashed("one", "5555555555554444"));
});
