/** scripts/release.mjs refuses what does not agree, and tells what the changelog says. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Application, ROOT } from "../integration/application.js";

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.2.3] - 2026-11-30

### Added

- What is new.

## [1.2.2] - 2026-11-01

- What was new.
`;

/** A folder of a release in good order, unless told otherwise. */
function release(context: TestContext, { manifest = {}, lock = {}, changelog = CHANGELOG } = {}) {
  const { dir } = new Application(context);
  const repository = { type: "git", url: "git+https://github.com/o/dragonlog.git" };
  const write = (name: string, value: object) => writeFileSync(join(dir, name), JSON.stringify(value));
  write("package.json", { name: "dragonlog", version: "1.2.3", repository, ...manifest });
  write("package-lock.json", { version: "1.2.3", ...lock });
  writeFileSync(join(dir, "CHANGELOG.md"), changelog);
  return (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, "scripts/release.mjs"), ...args],
      {
        cwd: dir,
        encoding: "utf8",
      },
    );
    return { status, stdout, stderr };
  };
}

test("a release in good order passes, and its notes are its section of the changelog alone", (context) => {
  const run = release(context);
  assert.deepEqual(run("check", "v1.2.3", "o/dragonlog"), { status: 0, stdout: "", stderr: "" });
  assert.equal(run("notes").stdout, "### Added\n\n- What is new.\n");
});

const REFUSED: Readonly<Record<string, [setting: Parameters<typeof release>[1], tag: string, says: RegExp]>> =
  {
    "a tag of another version": [{}, "v1.2.4", /the tag is v1\.2\.4, and package\.json says 1\.2\.3/],
    "a tag without v": [{}, "1.2.3", /the tag is 1\.2\.3/],
    "a lock of another version": [
      { lock: { version: "1.2.2" } },
      "v1.2.3",
      /package-lock\.json says 1\.2\.2/,
    ],
    "no section": [{ changelog: "# Changelog\n" }, "v1.2.3", /no section "## \[1\.2\.3\] - <date>"/],
    "a section without a date": [
      { changelog: "# Changelog\n\n## [1.2.3] - unreleased\n" },
      "v1.2.3",
      /says of 1\.2\.3 "unreleased"/,
    ],
    "no repository": [{ manifest: { repository: undefined } }, "v1.2.3", /names no repository; npm pkg set/],
    "another repository": [
      { manifest: { repository: { url: "git+https://github.com/o/other.git" } } },
      "v1.2.3",
      /names git\+https:\/\/github\.com\/o\/other\.git/,
    ],
  };

for (const [what, [setting, tag, says]] of Object.entries(REFUSED)) {
  test(`refused: ${what}`, (context) => {
    const { status, stderr } = release(context, setting)("check", tag, "o/dragonlog");
    assert.equal(status, 1);
    assert.match(stderr, says);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  });
}

test("what it does not know it says", (context) => {
  const { status, stderr } = release(context)("chek");
  assert.equal(status, 2);
  assert.match(stderr, /^usage: /);
});
