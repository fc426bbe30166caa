/** `dragonlog level` on a process that runs. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Cli } from "./cli.js";

const PROGRAM = fileURLToPath(new URL("./programs/levels.js", import.meta.url));
const LOOKS_MAX = 200;

function startService(t: TestContext, cli: Cli) {
  const child = spawn(process.execPath, [PROGRAM], { cwd: cli.dir, env: cli.env, stdio: "inherit" });
  const ended = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  t.after(kill);
  return kill;
}

async function untilSeen(cli: Cli, level: string | undefined): Promise<void> {
  let said = "";
  for (let look = 0; look < LOOKS_MAX; look++) {
    said = `${(await cli.run(["level", "--json"])).stdout}`;
    const [shop] = JSON.parse(said) as { service: string; level?: string; loggers: number; seenBy: number }[];
    if (shop?.level === level && shop?.loggers === 1 && shop.seenBy === 1) return;
  }
  assert.fail(`it was never seen: ${said}`);
}

test("a level is set on a running service and taken back, and its children follow", async (t) => {
  const cli = new Cli(t);
  const kill = startService(t, cli);
  await untilSeen(cli, undefined);
  const set = await cli.run(["level", "shop", "debug"]);
  assert.equal(set.code, 0, set.stderr);
  assert.match(`${set.stdout}`, /^shop: debug \(seen by [01] of 1 logger\)\n$/);
  assert.equal(statSync(join(cli.dir, "journal", "levels.json")).mode & 0o777, 0o600);
  await untilSeen(cli, "debug");
  assert.equal(`${(await cli.run(["level", "shop"])).stdout}`, "shop: debug (seen by 1 of 1 logger)\n");
  assert.equal((await cli.run(["level", "shop", "reset"])).code, 0);
  await untilSeen(cli, undefined);
  await kill();
  const records = await cli.records();
  const said = records.filter(({ type }) => type === "INFO").map(({ data }) => String(data));
  const steps = said.filter((each, i) => each !== said[i - 1]);
  assert.deepEqual(steps.slice(0, 3), ["info info", "debug debug", "info info"]);
  for (const data of ["of the logger", "of the child"]) {
    assert.ok(
      records.some((record) => record.type === "DEBUG" && record.data === data),
      data,
    );
  }
});

test("what is set holds for a service that starts later, and what is no level is refused", async (t) => {
  const cli = new Cli(t);
  assert.equal(`${(await cli.run(["level"])).stdout}`, "no logger lives here, and no level is set\n");
  const wrong = await cli.run(["level", "shop", "loud"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /"loud" is no level/);
  assert.equal(
    `${(await cli.run(["level", "shop", "debug"])).stdout}`,
    "shop: debug (no logger of it lives here)\n",
  );
  const kill = startService(t, cli);
  await untilSeen(cli, "debug");
  await kill();
  const [first] = await cli.records();
  assert.equal(first?.type, "DEBUG");
});
