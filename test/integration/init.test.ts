/** `dragonlog init`: what it writes is used as it stands, and nothing that was there is lost. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseStoreUrl } from "../../src/buffer/redis/store-url.js";
import { commandOf, plain, valuesOf } from "../../src/setup/unit-file.cases.js";
import { freePort } from "../harness/redis-server.js";
import { Cli, ended, printed, type Result } from "./cli.js";

const CONFIG = "dragonlog.json";
const POLICY = "dragonlog-iam-policy.json";
const UNIT = "dragonlog-ship.service";
const CRONTAB = "dragonlog-ship.cron";
const ENV = "dragonlog-ship.env";
/** What cron and systemd give to a process, or less. */
const BARE_ENV = { PATH: "/usr/bin:/bin", HOME: "/nonexistent", SHELL: "/bin/sh" };

/** Commands in a folder whose name means something to sh, cron and systemd. */
class Init extends Cli {
  readonly folder = join(this.dir, `it's 50% "$HOME"`);

  constructor(context: TestContext) {
    super(context);
    mkdirSync(this.folder);
  }

  async init(...args: string[]): Promise<Result> {
    return ended(this.startIn(this.folder, ["init", ...args]));
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  async log(text: string): Promise<void> {
    const { code, stderr } = await this.run(["pipe", "--service", "web"], `${text}\n`);
    assert.equal(code, 0, stderr);
  }

  /** Lines that were delivered to `out`, as their data. */
  delivered(): unknown[] {
    const out = join(this.folder, "out");
    if (!existsSync(out)) return [];
    return readdirSync(out, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ndjson"))
      .flatMap((name) => readFileSync(join(out, name), "utf8").trimEnd().split("\n"))
      .map((line) => JSON.parse(line).data);
  }
}

test("init writes a config that the commands take, and the policy for it, and shows no secret", async (t) => {
  const cli = new Init(t);
  cli.env.DRAGONLOG_SMTP = "smtp://user:hunter2@host:587";
  const flags = ["--region", "eu-west-1", "--group", "app", "--retention-days", "30"];
  const { code, stdout, stderr } = await cli.init(...flags);
  assert.deepEqual([code, `${stdout}`], [0, ""], stderr);
  assert.match(stderr, /dragonlog\.json written\n.*policy\.json written\n/);
  assert.doesNotMatch(stderr + cli.read(CONFIG) + cli.read(POLICY), /hunter2/);
  const [statement] = JSON.parse(cli.read(POLICY)).Statement;
  assert.deepEqual(
    [statement.Action.at(-1), statement.Resource],
    ["logs:PutRetentionPolicy", "arn:aws:logs:eu-west-1:*:log-group:app:*"],
  );
  const config = join(cli.folder, CONFIG);
  const status = await cli.run(["status", "--config", config]);
  assert.equal(status.code, 0, status.stderr);
  for (const setting of ['"region": "eu-west-1"', '"group": "app"', '"retentionDays": 30']) {
    assert.match(cli.read(CONFIG), new RegExp(`^  ${setting},$`, "m"));
  }
});

test("no policy is written for a destination that is not AWS", async (t) => {
  const cli = new Init(t);
  assert.equal((await cli.init("--to", "directory:out")).code, 0);
  assert.deepEqual(readdirSync(cli.folder), [CONFIG]);
});

test("init writes nothing over a file, and keeps what it replaces when it must", async (t) => {
  const cli = new Init(t);
  writeFileSync(join(cli.folder, POLICY), "mine");
  const refused = await cli.init();
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /dragonlog-iam-policy\.json exists .*\n {2}Use --force .*\n {2}DRAGONLOG_FILE_EXISTS/,
  );
  assert.deepEqual(readdirSync(cli.folder), [POLICY]);

  const dry = await cli.init("--dry-run", "--force");
  assert.equal(dry.code, 0);
  assert.match(`${dry.stdout}`, /"group": "dragonlog"[\s\S]*"logs:PutLogEvents"/);
  assert.deepEqual([readdirSync(cli.folder), cli.read(POLICY)], [[POLICY], "mine"]);

  assert.equal((await cli.init("--force")).code, 0);
  assert.deepEqual(readdirSync(cli.folder).sort(), [CONFIG, POLICY, `${POLICY}.old`].sort());
  assert.equal(cli.read(`${POLICY}.old`), "mine");

  // What the replaced config said is said by the new one.
  assert.equal((await cli.init("--force", "--group", "kept")).code, 0);
  assert.equal((await cli.init("--force", "--region", "eu-west-1")).code, 0);
  assert.match(cli.read(CONFIG), /^ {2}"region": "eu-west-1",[\s\S]*^ {2}"group": "kept",/m);
});

test("init refuses a word that it does not know, and units without a config", async (t) => {
  const cli = new Init(t);
  const slip = await cli.init("systemdd");
  assert.deepEqual([slip.code, /Did you mean systemd\?/.test(slip.stderr)], [2, true], slip.stderr);
  for (const what of ["systemd", "cron"]) {
    const { code, stderr } = await cli.init(what);
    assert.equal(code, 2);
    assert.match(stderr, /there is no .*dragonlog\.json.*\n {2}Write one with `dragonlog init`/);
  }
  assert.deepEqual(readdirSync(cli.folder), []);
});

test("systemd takes the unit", async (t) => {
  const cli = new Init(t);
  await cli.init();
  const { code, stderr } = await cli.init("systemd");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /mkdir -p -m 700 .*journal/);
  const found = spawnSync("systemd-analyze", ["verify", "--man=no", join(cli.folder, UNIT)], {
    encoding: "utf8",
  });
  if (found.error !== undefined) {
    t.skip(`NOT TESTED: no systemd to verify the unit: ${found.error.message}`);
    return;
  }
  assert.deepEqual([found.status, found.stderr], [0, ""]);
});

test("the unit's command delivers from anywhere and without an environment, and drains at SIGTERM", async (t) => {
  const cli = new Init(t);
  await cli.init("--to", "directory:out");
  await cli.init("systemd");
  await cli.log("before");
  const [words] = valuesOf(cli.read(UNIT), "ExecStart").map(commandOf);
  const child = spawn(words![0]!, words!.slice(1), { cwd: cli.folder, env: BARE_ENV });
  t.after(() => child.kill("SIGKILL"));
  const result = ended(child);
  await printed(child.stderr, " -> ");
  child.kill("SIGTERM");
  const { code, stderr } = await result;
  assert.equal(code, 0, stderr);
  assert.deepEqual(cli.delivered(), ["before"]);
});

test("the crontab line delivers without a word, and hands what a failed run says to the system log", async (t) => {
  const cli = new Init(t);
  await cli.init("--to", "directory:out");
  assert.equal((await cli.init("cron")).code, 0);
  const logger = join(cli.dir, "logger");
  writeFileSync(logger, `#!/bin/sh\ncat > ${cli.dir}/logged\n`);
  chmodSync(logger, 0o755);
  const written = cli.read(CRONTAB).trimEnd();
  const line = written.endsWith(" -p cron.err")
    ? written.replace(/\S+(?= -t dragonlog-ship)/, logger)
    : `${written} | ${logger}`;
  const [, command] = /^(?:\S+ ){5}(.*)$/.exec(line)!;
  // What cron does with percent signs: crontab(5).
  assert.doesNotMatch(command!, /(?<!\\)%/);
  const run = () =>
    ended(spawn("/bin/sh", ["-c", command!.replaceAll("\\%", "%")], { cwd: "/", env: BARE_ENV }));

  await cli.log("first");
  const done = await run();
  assert.deepEqual([done.code, `${done.stdout}`, done.stderr], [0, "", ""]);
  assert.deepEqual(cli.delivered(), ["first"]);
  assert.ok(!existsSync(join(cli.dir, "logged")), "a run that has succeeded says nothing");

  writeFileSync(join(cli.folder, CONFIG), '{ "to": "nowhere" }');
  const failed = await run();
  assert.deepEqual([`${failed.stdout}`, failed.stderr], ["", ""]);
  assert.match(readFileSync(join(cli.dir, "logged"), "utf8"), /cannot be "nowhere"/);
});

test("a store's URL is written where it holds no password, and otherwise in a file that only its owner can read", async (t) => {
  const cli = new Init(t);
  assert.equal((await cli.init("--to", "directory:out", "--buffer", "redis://store:6390")).code, 0);
  assert.match(cli.read(CONFIG), /^ {2}"buffer": "redis:\/\/store:6390",$/m);
  assert.equal((await cli.init("systemd")).code, 0);
  const [open] = valuesOf(cli.read(UNIT), "ExecStart").map(commandOf);
  assert.deepEqual(open!.slice(-2), ["--buffer", "redis://store:6390"]);

  const secret = `hun'ter$2 "x`;
  const port = await freePort();
  cli.env.DRAGONLOG_BUFFER = `redis://app:${secret}@127.0.0.1:${port}`;
  const shown: string[] = [];
  for (const args of [["--dry-run"], [], ["systemd"], ["cron"]]) {
    const { code, stdout, stderr } = await cli.init(...args, "--force", "--to", "directory:out");
    assert.equal(code, 0, stderr);
    shown.push(`${stdout}`, stderr);
  }
  for (const name of [CONFIG, UNIT, CRONTAB]) shown.push(cli.read(name));
  assert.doesNotMatch(shown.join("\n"), /hun/);
  assert.equal(statSync(join(cli.folder, ENV)).mode & 0o777, 0o600);
  assert.deepEqual(valuesOf(cli.read(UNIT), "EnvironmentFile").slice(1).map(plain), [join(cli.folder, ENV)]);
  // What a shell reads from it is the same password.
  const read = spawnSync("/bin/sh", ["-c", `set -a; . ./${ENV}; printf %s "$DRAGONLOG_BUFFER"`], {
    cwd: cli.folder,
    encoding: "utf8",
  });
  assert.equal(parseStoreUrl(read.stdout, "buffer").password, secret);
  // The line of cron passes it on: nothing listens there.
  const [, command] = /^(?:\S+ ){5}(.*)$/m.exec(cli.read(CRONTAB))!;
  const plainly = command!.replaceAll("\\%", "%").replace(/ \| \S+logger .*$/, "");
  const { stdout } = spawnSync("/bin/sh", ["-c", plainly], { cwd: "/", env: BARE_ENV, encoding: "utf8" });
  assert.match(stdout, new RegExp(`redis://127.0.0.1:${port}: .*ECONNREFUSED`));
  assert.doesNotMatch(stdout, /hun/);
});

test("init refuses what ship would refuse", async (t) => {
  const cli = new Init(t);
  const cases: [flags: string[], message: RegExp][] = [
    [["--group", "a b"], /group cannot be "a b"/],
    [["--region", "EU west"], /region cannot be "EU west"/],
    [["--to", "stdout", "--exactly-once", "verify"], /exactlyOnce cannot be "verify"/],
    [["--buffer", "redis://h:1/x"], /buffer cannot be "redis:\/\/h:1\/x"/],
  ];
  for (const [flags, message] of cases) {
    const { code, stderr } = await cli.init(...flags);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
  assert.deepEqual(readdirSync(cli.folder), []);
});
