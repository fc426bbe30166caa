/** The man page: what `npm install --global` leaves for man(1), and whether it is sound. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { describeCommand } from "../../src/cli/describe.js";
import { COMMANDS } from "../../src/cli/program.js";
import { Application, ROOT } from "./application.js";

const PAGE = join(ROOT, "man/dragonlog.1");
const UNREACHABLE =
  /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

/** Debian's `man` may be a script that says that pages were left out of an image. */
function lacks(command: string, ...args: string[]): string | false {
  const { error, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return (error !== undefined || /minimized/.test(stdout)) && `${command} is not here`;
}

function run(command: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, MANWIDTH: "80", LC_ALL: "C.UTF-8" },
  });
}

test("mandoc has no objection to the man page", { skip: lacks("mandoc", "/dev/null") }, () => {
  const { status, stdout, stderr } = run("mandoc", "-Tlint", "-W", "style", PAGE);
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
});

test("man has no objection to it, and shows every command, flag and variable", {
  skip: lacks("man", "--version"),
}, () => {
  const { status, stdout, stderr } = run("man", "--warnings", "--local-file", PAGE);
  assert.deepEqual([status, stderr], [0, ""]);
  const text = stdout.replace(/.\u0008/g, "").replaceAll("\u2010", "-");
  for (const { name, flags } of COMMANDS.map((command) => describeCommand(command.text))) {
    assert.match(text, new RegExp(`^ +${name} `, "m"));
    for (const { flag, facts } of flags) {
      assert.match(text, new RegExp(`^ +${flag}\\b`, "m"));
      assert.ok(text.includes(`(${facts.at(-1)})`), flag);
    }
  }
});

test("npm install --global puts it where man finds it", {
  skip: lacks("man", "--version"),
}, async (context) => {
  const app = new Application(context);
  const packed = await app.run("npm", "pack", ROOT, "--ignore-scripts", "--pack-destination", app.dir);
  assert.equal(packed.code, 0, packed.stderr);
  const file = readdirSync(app.dir).find((name) => name.endsWith(".tgz"))!;
  const flags = ["--prefix", "global", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=0"];
  const installed = await app.run("npm", "install", "--global", ...flags, `./${file}`);
  if (installed.code !== 0) {
    assert.match(installed.stderr, UNREACHABLE);
    context.skip(`npm cannot install here: ${installed.stderr.split("\n")[0]}`);
    return;
  }
  app.env.MANPATH = join(app.dir, "global/share/man");
  const { code, stdout, stderr } = await app.run("man", "dragonlog");
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(`${stdout}`, /^NAME\n +dragonlog/m);
});
