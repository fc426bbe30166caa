/** Blocks that are data: read by whatever reads such data in earnest. Each throws for what that would refuse. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parser as promql } from "@prometheus-io/lezer-promql";
import { parseAllDocuments } from "yaml";
import { withoutComments } from "../../src/config/json-comments.js";
import { variableOf } from "../../src/config/names.js";
import { OPTIONS } from "../../src/config/options.js";
import { loadOptions } from "../../src/config/sources.js";
import { recordEntry } from "../../src/ways/entry.js";
import { readJsonLine } from "../../src/ways/json/json-line.js";

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One document, or one a line. */
function parseJson(text: string): void {
  let values: unknown[];
  try {
    values = [JSON.parse(withoutComments(text))];
  } catch (error) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length < 2 || !lines.every((line) => line.startsWith("{"))) throw error;
    values = lines.map((line) => JSON.parse(line));
  }
  for (const value of values) if (isObject(value)) checkObject(value, text);
}

function checkObject(value: Members, text: string): void {
  const names = Object.keys(value);
  if ("Statement" in value) checkPolicy(value);
  else if ("data" in value) checkRecord(value);
  else if (names.length > 0 && names.filter((name) => name in OPTIONS).length * 2 >= names.length)
    checkConfig(text);
}

/** As `dragonlog pipe` and a list take it, but for the id, which both give, and what a page leaves out by …. */
function checkRecord({ id: _, ...value }: Members): void {
  const shown = JSON.stringify({
    ...value,
    ...("timestamp" in value && { timestamp: whole(value.timestamp) }),
  });
  const line = readJsonLine(Buffer.from(shown))!;
  assert.ok(recordEntry(line, "INFO"), `no record: ${shown}`);
}

function whole(timestamp: unknown): unknown {
  return timestamp === "…" ? new Date(0).toISOString() : timestamp;
}

function checkConfig(text: string): void {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-config-"));
  try {
    const config = join(dir, "dragonlog.json");
    writeFileSync(config, text);
    loadOptions("ship", { config }, { env: {}, cwd: dir });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function checkPolicy(policy: Members): void {
  assert.equal(policy.Version, "2012-10-17");
  for (const { Effect, Action, Resource } of policy.Statement as Members[]) {
    assert.equal(Effect, "Allow");
    for (const action of [Action].flat()) assert.match(String(action), /^[a-z]+:[A-Z]\w+\*?$/);
    for (const resource of [Resource].flat()) assert.match(String(resource), /^(arn:aws:|\*$)/);
  }
}

/** Users of a store; docs/store.md's are tried by `test/integration/store-users.test.ts`. */
function parseAcl(text: string): void {
  for (const line of text.split("\n"))
    assert.match(line, /^(user \w+( (on|off|resetchannels|[>~&+-][\w@:|*-]+))+)?$/);
}

function parseYaml(text: string): void {
  for (const document of parseAllDocuments(text)) assert.deepEqual(document.errors, []);
}

/** Sections, and names with values, as of systemd units and AWS profiles. */
function parseIni(text: string): void {
  for (const line of text.split("\n")) {
    assert.match(line, /^\s*([#;].*|\[[^\]]+\]|[\w.-]+\s*=.*)?$/, `no line of an INI file: ${line}`);
  }
}

/** Variables, as a file of them has them: no `export`, no spaces around the sign. */
function parseEnv(text: string): void {
  for (const line of text.split("\n")) assert.match(line, /^(#.*|[A-Z]\w*=\S.*)?$/, `no variable: ${line}`);
}

function parsePromql(text: string): void {
  for (const expression of text.split(/\n\s*\n/).filter((each) => each.trim() !== "")) {
    promql.parse(expression).iterate({
      enter: ({ type, from }) => assert.ok(!type.isError, `${expression}: wrong at ${from}`),
    });
  }
}

/** By language. */
export const PARSERS: Readonly<Record<string, (text: string) => void>> = {
  json: parseJson,
  yaml: parseYaml,
  ini: parseIni,
  env: parseEnv,
  promql: parsePromql,
  acl: parseAcl,
};

/** Variables of ours that a block sets and that no command reads. */
export function strangeVariables(code: string): string[] {
  const known = Object.keys(OPTIONS).map(variableOf);
  const set = [...code.matchAll(/\b(DRAGONLOG_[A-Z_]+)(?==|: )/g)].map(([, name]) => name!);
  return set.filter((name) => !known.includes(name));
}
