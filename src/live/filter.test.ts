import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LEVELS } from "../record/types.js";
import { DragonlogError } from "../system/errors.js";
import { compileFilter } from "./filter.js";
import type { Query } from "./query.js";
import { type Members, recordAs, recordOf } from "./records.cases.js";

const finds = (query: Query, members: Members): boolean => compileFilter(query)(recordOf(members));

function assertRefused(query: Query, message: RegExp, hint: RegExp): void {
  assert.throws(
    () => compileFilter(query, (part) => `--${part}`),
    (error: unknown) => {
      assert.ok(error instanceof DragonlogError);
      assert.equal(error.code, "DRAGONLOG_OPTION_INVALID");
      assert.match(error.message, message);
      assert.match(error.hint, hint);
      return true;
    },
  );
}

test("without a condition everything is found, what is no JSON too", () => {
  assert.ok(compileFilter({})(recordOf()));
  assert.ok(compileFilter({ where: [] })({ ...recordAs("{ no json"), malformed: "no JSON" }));
});

test("a service is that service and no other", () => {
  assert.ok(finds({ service: "api" }, { service: "api" }));
  for (const service of ["API", "api2", "ap", ""]) assert.ok(!finds({ service: "api" }, { service }));
});

test("a level finds itself and those above it, in upper or lower case; another type only itself", () => {
  LEVELS.forEach((wanted, least) => {
    LEVELS.forEach((type, level) => {
      for (const query of [wanted, wanted.toLowerCase()]) {
        assert.equal(finds({ type: query }, { type }), level >= least, `${query} ${type}`);
        assert.equal(finds({ type: query }, { type: type.toLowerCase() }), level >= least);
      }
    });
    assert.ok(!finds({ type: wanted }, { type: "AUDIT" }));
  });
  assert.ok(finds({ type: "AUDIT" }, { type: "AUDIT" }));
  for (const type of ["audit", "AUDIT2", "FATAL"]) assert.ok(!finds({ type: "AUDIT" }, { type }));
});

test("a request id is compared whole, and as JSON where it is no text", () => {
  const cases: [string, unknown, boolean][] = [
    ["r-1", "r-1", true],
    ["r-1", "r-12", false],
    ["r-1", undefined, false],
    ["42", 42, true],
    ["42", "42", true],
    ["42", 421, false],
    ["true", true, true],
    ['{"a":1}', { a: 1 }, true],
    ["12345678901234567890", "12345678901234567890", true],
    ['a"b\\c\n', 'a"b\\c\n', true],
    ["ä€😀", "ä€😀", true],
  ];
  for (const [requestId, request_id, found] of cases) {
    assert.equal(
      finds({ requestId }, { request_id, data: requestId }),
      found,
      `${requestId} in ${request_id}`,
    );
  }
  assert.ok(!finds({ requestId: "r-1" }, { metadata: { request_id: "r-1" } }));
});

test("a text is found in the data, the metadata and the rest of the line, in upper or lower case", () => {
  const members = { data: "Timed OUT", request_id: "r-7", metadata: { user: { name: "Zoë" }, n: 42 } };
  for (const grep of ["timed out", "TIMED", "r-7", '"n":42', "zoË", "api", '"user":{']) {
    assert.ok(finds({ grep }, members), grep);
  }
  for (const grep of ["timed  out", "r-8", "zoe", "t.med"]) assert.ok(!finds({ grep }, members), grep);
});

test("a text is found as it reads, however it is written in JSON", () => {
  const hostile = 'say "hi"\n\tC:\\temp \u001b[31m';
  for (const data of [hostile, { deep: [hostile] }]) {
    for (const grep of ['say "HI"', 'hi"\n\tc:', "C:\\temp", "\u001b[31m"])
      assert.ok(finds({ grep }, { data }), grep);
  }
  assert.ok(finds({ grep: 'say "hi"' }, { metadata: { said: hostile } }));
  assert.ok(compileFilter({ grep: "grün" })(recordAs('{"data":"gr\\u00fcn"}')));
});

test("a path is a text; a regular expression stands between slashes", () => {
  assert.ok(finds({ grep: "/api/users" }, { data: "GET /API/users" }));
  assert.ok(!finds({ grep: "/api/users" }, { data: "GET /api" }));
  assert.ok(finds({ grep: "/time(d )?out/i" }, { data: "TIMEOUT" }));
  assert.ok(!finds({ grep: "/time(d )?out/" }, { data: "TIMEOUT" }));
  assert.ok(finds({ grep: "/^User.*in$/" }, { data: "User signed in" }));
  assert.ok(!finds({ grep: "/^signed/" }, { data: "User signed in" }));
  assert.ok(finds({ grep: "/^a.b$/s" }, { data: "a\nb" }));
  assert.ok(finds({ grep: "/^\\p{L}+$/u" }, { data: "größe" }));
});

test("an expression that takes long to compile, where others wait, is refused by name", () => {
  for (const grep of ["/\\p{RGI_Emoji}/v", `/${"a".repeat(1001)}/`]) {
    assert.throws(() => compileFilter({ grep }), {
      code: "DRAGONLOG_OPTION_INVALID",
      hint: /at most 1000 characters, without the flag v/,
    });
  }
});

test("a regular expression that remembers where it was finds the same each time", () => {
  const filter = compileFilter({ grep: "/out/g" });
  for (let time = 0; time < 3; time++) assert.ok(filter(recordOf({ data: "out" })));
});

test("a value is found in its place, as a number and as a text", () => {
  const metadata = {
    user_id: 42,
    text: "42",
    "user.name": "Ada",
    user: { name: "Bob", "x.y": { z: null } },
    list: [{ n: 1 }, "two", [true]],
    empty: "",
    __proto__: null,
  };
  const found = [
    ...["metadata.user_id=42", "metadata.user_id=42.0", "metadata.text=42", "metadata.user.name=Ada"],
    ...["metadata.user.name=Bob", "metadata.user.x.y.z=null", "metadata.list.0.n=1", "metadata.list.1=two"],
    ...["metadata.list.2.0=true", "metadata.empty=", 'metadata.list.0={"n":1}', "service=api", "data.a=x=y"],
  ];
  for (const where of found) assert.ok(finds({ where: [where] }, { metadata, data: { a: "x=y" } }), where);
  const missing = [
    ...[
      "metadata.user_id=420",
      "metadata.user_id=",
      "metadata.text=42.0",
      "metadata.list.length=3",
      "user_id=42",
    ],
    ...["metadata.toString=x", "metadata.nobody=undefined", "metadata.user.name=Eve", "data.a.0=x", "data=x"],
  ];
  for (const where of missing) assert.ok(!finds({ where: [where] }, { metadata, data: { a: "x=y" } }), where);
  assert.ok(finds({ where: ["metadata.user_id=42", "service=api"] }, { metadata }));
  assert.ok(!finds({ where: ["metadata.user_id=42", "service=web"] }, { metadata }));
});

test("a number that no double holds is itself and none of those around it", () => {
  const filter = (value: string) => compileFilter({ where: [`metadata.id=${value}`] });
  const record = recordAs('{"metadata":{"id":12345678901234567890}}');
  assert.ok(filter("12345678901234567890")(record));
  assert.ok(!filter("12345678901234567891")(record));
});

test("what is no JSON is found by its text, has no places, and throws nothing", () => {
  for (const text of ["{ broken", "", "null", "[1]", '"text"', '{"a":"\ud800', "[".repeat(100_000)]) {
    const record = { ...recordAs(text), malformed: "no JSON" };
    for (const query of [{ where: ["a=1"] }, { requestId: "r" }, { grep: "/^x$/" }, { grep: "nowhere" }]) {
      assert.equal(compileFilter(query)(record), false);
      assert.equal(compileFilter(query)(recordAs(text)), false);
    }
  }
  assert.ok(compileFilter({ grep: "BROKEN" })({ ...recordAs("{ broken"), malformed: "no JSON" }));
});

test("a line that is nested as deep as a parser goes is looked through", () => {
  const record = recordAs(`{"data":${"[".repeat(50_000)}"needle\\n"${"]".repeat(50_000)}}`);
  assert.ok(compileFilter({ grep: "needle\n" })(record));
  assert.ok(!compileFilter({ where: ["data=x"] })(record));
});

test("what cannot be understood is refused by name, with the reason", () => {
  assertRefused({ grep: "" }, /^--grep cannot be ""/, /not empty/);
  assertRefused({ grep: "/(x/" }, /^--grep cannot be "\/\(x\/"/, /Unterminated group/);
  assertRefused({ grep: "/x/ii" }, /^--grep cannot be/, /flags/i);
  for (const where of ["metadata", "=1", "", "a.b"]) {
    assertRefused({ where: ["a=1", where] }, /^--where cannot be/, /path=value/);
  }
  assertRefused({ where: [`${"a.".repeat(40)}b=1`] }, /^--where cannot be/, /steps/);
});

/** What is said in words above, without anything that makes it fast. */
function model({ grep, requestId, where = [] }: Query, { data, request_id, metadata }: Members): boolean {
  const lower = (text: string) => text.toLowerCase();
  const { bytes, start, end } = recordOf({ data, request_id, metadata });
  const line = bytes.toString("utf8", start, end);
  const strings: string[] = [line];
  JSON.parse(line, (_, value) => {
    if (typeof value === "string") strings.push(value);
    return value;
  });
  const hasGrep = grep === undefined || strings.some((text) => lower(text).includes(lower(grep)));
  const hasRequest = requestId === undefined || request_id === requestId;
  const [path, value] = where[0]?.split("=") ?? [];
  const at = path && (metadata as Record<string, unknown> | undefined)?.[path.slice("metadata.".length)];
  return hasGrep && hasRequest && (path === undefined || (at !== undefined && String(at) === value));
}

test("property: a filter finds what the model finds", () => {
  const text = fc.oneof(fc.constantFrom("a", "A\\", 'b"', "\n", "aB", "é", "\u001b", "x.y"), fc.string());
  const name = fc.constantFrom("a", "b", "user_id");
  const value = fc.oneof(text, fc.integer(), fc.boolean());
  const members = fc.record({
    data: fc.oneof(text, fc.dictionary(name, text)),
    request_id: fc.option(text, { nil: undefined }),
    metadata: fc.dictionary(name, value),
  });
  const query = fc.record({
    grep: fc.option(
      text.filter((each) => each !== "" && !each.startsWith("/")),
      { nil: undefined },
    ),
    requestId: fc.option(text, { nil: undefined }),
    where: fc.option(
      fc.tuple(name, fc.constantFrom("a", "1", "true", "")).map(([key, is]) => [`metadata.${key}=${is}`]),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(query, members, (asked, record) => {
      assert.equal(finds(asked, record), model(asked, record));
    }),
    { numRuns: 2000 },
  );
});
