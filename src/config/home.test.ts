/** A user without a home folder, as in many containers. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const NO_USER = 54_321;
const skip = process.getuid?.() !== 0 && "only root can become a user that does not exist";

const PROGRAM = `
import { defaultJournalDir } from ${JSON.stringify(new URL("./places.js", import.meta.url).href)};
process.setuid(${NO_USER});
try {
  console.log(defaultJournalDir());
} catch ({ code, message, hint }) {
  console.log(code, message, hint);
}
`;

function ask(env: NodeJS.ProcessEnv): string {
  const program = ["--input-type=module", "-e", PROGRAM];
  return spawnSync(process.execPath, program, { env, encoding: "utf8" }).stdout;
}

test("is told to name a folder, and one that is named is used", { skip }, () => {
  assert.match(ask({}), /^DRAGONLOG_OPTION_INVALID journalDir is missing: .* Set journalDir/);
  assert.equal(ask({ XDG_STATE_HOME: "/state" }), "/state/dragonlog/journal\n");
  assert.equal(ask({ HOME: "/home" }), "/home/.local/state/dragonlog/journal\n");
});
