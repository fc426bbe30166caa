/** `dragonlog doctor` beside a cloud, a mail server and a disk that are well, and beside each that is not. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadOptions } from "../../src/config/sources.js";
import type { Check } from "../../src/setup/doctor/check.js";
import { runDoctor } from "../../src/setup/run-doctor.js";
import type { Fault } from "../../src/testing/index.js";
import { ROOT } from "./application.js";
import { pageOf } from "./cli.js";
import { freePort, MailServer, startSilentServer } from "./mail-server.js";
import { GROUP, Shipping } from "./shipping.js";

const BUILT = fileURLToPath(new URL("../../", import.meta.url));
const SECRET = "hunter2";
const STREAM = "dragonlog-doctor";

/** As the harness gives them to processes; here for the looks inside this one. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIAFAKEFAKEFAKEFAKE",
  AWS_SECRET_ACCESS_KEY: "fake",
  AWS_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
};
Object.assign(process.env, CREDENTIALS);

/** `--journal-dir` is `journalDir`. */
function keyOf(flag: string): string {
  return flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

class Doctor {
  private constructor(readonly shipping: Shipping) {}

  /** On a folder that is as it should be, unless it is missing. */
  static async open(context: TestContext, folder: "folder" | "no folder" = "folder"): Promise<Doctor> {
    const shipping = await Shipping.open(context);
    if (folder === "folder") mkdirSync(shipping.dir, { mode: 0o700 });
    return new Doctor(shipping);
  }

  /** The checks by name, of a process of its own. */
  async checksOfProcess(expectedCode: number, ...flags: string[]): Promise<Record<string, Check>> {
    const { code, stdout, stderr } = await this.shipping.cli.run(["doctor", "--json", ...this.#flags(flags)]);
    assert.equal(stderr, "");
    return this.#understand(expectedCode, code, `${stdout}`);
  }

  /** The same in this process, in a tenth of the time. */
  async checks(expectedCode: number, ...flags: string[]): Promise<Record<string, Check>> {
    const { env, dir: cwd } = this.shipping.cli;
    const pairs = this.#flags(flags).flatMap((flag, i, all) => (i % 2 ? [] : [[keyOf(flag), all[i + 1]!]]));
    const options = loadOptions("doctor", { ...Object.fromEntries(pairs), json: "true" }, { env, cwd });
    const stdout = new PassThrough();
    const { signal } = new AbortController();
    const code = await runDoctor(options, { stdin: stdout, stdout, stderr: process.stderr, signal });
    return this.#understand(expectedCode, code, `${stdout.read()}`);
  }

  /** What holds of every run is seen to hold. */
  #understand(expectedCode: number, code: number | null, stdout: string): Record<string, Check> {
    const report = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
    const shown = JSON.stringify(report.checks, undefined, 1);
    assert.deepEqual([code, report.ok], [expectedCode, expectedCode === 0], shown);
    assert.doesNotMatch(shown, new RegExp(`${SECRET}|${CREDENTIALS.AWS_ACCESS_KEY_ID}`));
    for (const { state, advice } of report.checks) assert.equal(advice === undefined, state === "ok", shown);
    const names = report.checks.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, shown);
    return Object.fromEntries(report.checks.map((check) => [check.name, check]));
  }

  #flags(flags: readonly string[]): string[] {
    return ["--group", GROUP, "--endpoint", this.shipping.cloud.url, ...flags];
  }

  /** The one check that has failed. */
  async failure(...flags: string[]): Promise<Check> {
    const failures = Object.values(await this.checks(1, ...flags)).filter(({ state }) => state === "failed");
    assert.equal(failures.length, 1, JSON.stringify(failures));
    return failures[0]!;
  }
}

function states(checks: Record<string, Check>): Record<string, string> {
  return Object.fromEntries(Object.entries(checks).map(([name, { state }]) => [name, state]));
}

/** Asserts what a check says and advises. */
function says(check: Check | undefined, name: string, message: RegExp, advice = /^$/): void {
  assert.equal(check?.name, name, JSON.stringify(check));
  assert.match(check.message, message);
  assert.match(check.advice ?? "", advice);
}

test("where all is well, everything is ok, and one event is in a stream of its own", async (context) => {
  const doctor = await Doctor.open(context);
  const { cli, cloud } = doctor.shipping;
  const mail = await MailServer.start(context, {
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
  });
  Object.assign(cli.env, {
    DRAGONLOG_WEBHOOK: `https://hooks.example.com/${SECRET}`,
    DRAGONLOG_SMTP: `smtp://user:${SECRET}@127.0.0.1:${mail.port}?tls=off`,
    DRAGONLOG_MAIL_TO: "ops@example.com",
    DRAGONLOG_JOURNAL_BYTES_MAX: "128MiB",
    DRAGONLOG_SEGMENT_BYTES: "1MiB",
  });
  writeFileSync(join(cli.dir, "dragonlog.json"), "{ /* nothing */ }");
  const checks = await doctor.checksOfProcess(
    0,
    "--retention-days",
    "30",
    "--exactly-once",
    "verify",
    "--interval",
    "5s",
  );
  assert.deepEqual(
    Object.keys(checks).sort(),
    [
      ...["config", "node", "memory mapping", "journal folder", "room", "backlog", "shipper", "dead letters"],
      ...["cloudwatch", "credentials", "write", "read", "clock", "mail", "webhook"],
    ].sort(),
  );
  assert.deepEqual(new Set(Object.values(states(checks))), new Set(["ok"]), JSON.stringify(checks));
  says(
    checks.config,
    "config",
    /dragonlog\.json; not the default: .*interval 5s.*smtp \(not shown\), webhook \(not shown\)/,
  );
  says(checks.credentials, "credentials", /^from env vars$/);
  says(checks.webhook, "webhook", /hooks\.example\.com; not called/);
  says(checks.room, "room", /one writer may take 128MiB/);
  assert.equal(mail.mails.length, 0, "no mail is sent");

  const [group] = cloud.groups();
  assert.deepEqual([group!.name, group!.retentionInDays], [GROUP, 30]);
  assert.deepEqual(group!.streams, [{ name: STREAM, events: 1 }]);
  const { lost, incomplete, foreign, duplicates } = cloud.tally();
  assert.deepEqual(
    { lost, incomplete, foreign, duplicates },
    { lost: 0, incomplete: 0, foreign: 0, duplicates: 0 },
  );
  assert.deepEqual(readdirSync(doctor.shipping.dir), [], "nothing stays in the folder");
});

test("people get a line for each check, what to do, and no control characters", async (context) => {
  const { shipping } = await Doctor.open(context);
  const hostile = "g\u001b[2J";
  const { code, stdout } = await shipping.cli.run([
    "doctor",
    "--endpoint",
    shipping.cloud.url,
    "--group",
    hostile,
  ]);
  assert.equal(code, 1);
  assert.match(`${stdout}`, /^ok {7}node +Node \d/m);
  assert.match(`${stdout}`, /^FAILED {3}cloudwatch +group .*\n +-> group takes /m);
  assert.match(`${stdout}`, /^WARNING {2}alerts .*\n +-> Set mailTo/m);
  assert.match(`${stdout}`, /\n\d+ ok, 1 to look at, 1 failed\n$/);
  assert.doesNotMatch(`${stdout}`, /[^\P{Cc}\n]|\p{Cf}/u);
});

const CLOUD_FAULTS: [fault: Fault, message: RegExp, advice: RegExp][] = [
  [
    { kind: "deny", operation: "PutLogEvents" },
    /^denied: .*logs:PutLogEvents/,
    /^Allow logs:PutLogEvents on the group g/,
  ],
  [{ kind: "deny", operation: "CreateLogGroup" }, /^denied: /, /^Allow logs:CreateLogGroup on the group g/],
  [
    { kind: "credentials", error: "ExpiredTokenException" },
    /^credentials: .*expired/,
    /^Renew the credentials/,
  ],
  [{ kind: "hang" }, /^timeout: /, /does not answer in time/],
  [{ kind: "cut" }, /^network: /, /Check the endpoint/],
  [{ kind: "throttle" }, /^throttled: Rate exceeded/, /Too many requests/],
  [{ kind: "unavailable" }, /^unavailable: /, /fault of its own/],
  [{ kind: "reject", tooNewStartIndex: 0 }, /the trial event was refused/, /clock/],
];
for (const [fault, message, advice] of CLOUD_FAULTS) {
  test(`a cloud with ${fault.kind}${fault.operation ? ` at ${fault.operation}` : ""} is told with what to do`, async (context) => {
    const doctor = await Doctor.open(context);
    doctor.shipping.cloud.faults.add(fault);
    says(await doctor.failure("--request-timeout", "500ms"), "write", message, advice);
  });
}

test("a denied look-up fails where exactlyOnce needs it, and is not tried where nothing does", async (context) => {
  const doctor = await Doctor.open(context);
  doctor.shipping.cloud.faults.add({ kind: "deny", operation: "FilterLogEvents" });
  says(
    await doctor.failure("--exactly-once", "verify"),
    "read",
    /FilterLogEvents/,
    /^Allow logs:FilterLogEvents/,
  );
  assert.equal((await doctor.checks(0)).read, undefined);
});

test("a clock that is off is a warning from a minute, and a failure before AWS refuses its signatures", async (context) => {
  const doctor = await Doctor.open(context);
  const { faults } = doctor.shipping.cloud;
  const cases: [ms: number, state: string, message: RegExp][] = [
    [30_000, "ok", /agrees/],
    [90_000, "warning", /^this clock is (89|90) s behind/],
    [-90_000, "warning", /^this clock is (90|91|92) s ahead of/],
    [270_000, "failed", /^this clock is (269|270) s behind/],
    [-600_000, "failed", /^this clock is 60\d s ahead of/],
  ];
  for (const [ms, state, message] of cases) {
    faults.clear();
    faults.add({ kind: "skewed-date", ms });
    const { clock } = await doctor.checks(state === "failed" ? 1 : 0);
    assert.equal(clock?.state, state);
    says(clock, "clock", message, state === "ok" ? /^$/ : /NTP/);
  }
  // An answer that refuses has a date as well.
  faults.clear();
  faults.add({ kind: "deny" });
  assert.deepEqual(states(await doctor.checks(1)).clock, "ok");
});

test("nobody there, no credentials, no region: each is told, and nothing after it is tried", async (context) => {
  const doctor = await Doctor.open(context);
  const { cli } = doctor.shipping;
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const unreached = await doctor.checks(1, "--endpoint", endpoint);
  says(unreached.write, "write", /^network: .*ECONNREFUSED/, /Check the endpoint/);
  assert.equal(unreached.clock, undefined);

  Object.assign(cli.env, { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", HOME: cli.dir });
  const unknown = await doctor.checksOfProcess(1);
  says(unknown.credentials, "credentials", /^none found: /, /AWS_PROFILE/);
  assert.equal(unknown.write, undefined);

  Object.assign(cli.env, { AWS_REGION: "", AWS_DEFAULT_REGION: "" });
  says((await doctor.checksOfProcess(1)).cloudwatch, "cloudwatch", /no AWS region/, /--region/);
});

test("a mail server is logged in to: a wrong password, nobody, and silence are told apart", async (context) => {
  const doctor = await Doctor.open(context);
  const { env } = doctor.shipping.cli;
  const server = await MailServer.start(context, {
    onAuth: ({ username, password }, _session, done) =>
      password === SECRET ? done(null, { user: username }) : done(new Error("Wrong password")),
  });
  env.DRAGONLOG_MAIL_TO = "ops@example.com";
  const smtp = (login: string, port: number) => `smtp://${login}127.0.0.1:${port}?tls=off`;

  env.DRAGONLOG_SMTP = smtp(`user:${SECRET}@`, server.port);
  says(
    (await doctor.checks(0)).mail,
    "mail",
    /^to ops@example\.com by 127\.0\.0\.1:\d+: the server takes this login/,
  );
  env.DRAGONLOG_SMTP = smtp(`user:${SECRET}x@`, server.port);
  says(await doctor.failure(), "mail", /Wrong password/, /Check the user and the password/);
  env.DRAGONLOG_SMTP = smtp("", await freePort());
  says(await doctor.failure(), "mail", /ECONNREFUSED/, /Check the name and the port/);
  env.DRAGONLOG_SMTP = smtp("", await startSilentServer(context));
  says(
    await doctor.failure("--request-timeout", "300ms"),
    "mail",
    /no answer in 300 ms|Greeting never received/,
    /does not answer/,
  );
  assert.equal(server.mails.length, 0);

  env.DRAGONLOG_SMTP = "";
  says(await doctor.failure(), "alerts", /^mailTo is set, and smtp is not$/, /Set smtp/);
});

test("a folder of journals that is missing, open to others, or no folder", async (context) => {
  const doctor = await Doctor.open(context, "no folder");
  const { cli, dir } = doctor.shipping;
  says((await doctor.checks(0))["journal folder"], "journal folder", /does not exist yet and can be created/);
  mkdirSync(dir);
  chmodSync(dir, 0o755);
  const { "journal mode": mode } = await doctor.checks(0);
  assert.equal(mode?.state, "warning");
  says(mode, "journal mode", /its mode is 755/, /^chmod 700 /);

  writeFileSync(join(cli.dir, "file"), "");
  const below = join(cli.dir, "file", "journals");
  says(
    await doctor.failure("--journal-dir", below),
    "journal folder",
    /cannot be created in .*ENOTDIR/,
    /mkdir -p/,
  );
  const out = `directory:${below}`;
  says(await doctor.failure("--to", out), "destination", /cannot be created in .*ENOTDIR/, /mkdir -p/);
  const { destination } = await doctor.checks(0, "--to", `directory:${join(cli.dir, "out")}`);
  says(destination, "destination", /can be created/);
});

test("a disk that is full, and one that can only be read", async (context) => {
  const doctor = await Doctor.open(context, "no folder");
  const disk = join(doctor.shipping.cli.dir, "disk");
  mkdirSync(disk);
  const mount = (...args: string[]) => execFileSync("mount", [...args, disk], { stdio: "pipe" });
  try {
    mount("-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs");
  } catch (error) {
    context.skip(`NOT TESTED: a full disk needs a tmpfs to be mounted, which was refused: ${error}`);
    return;
  }
  try {
    writeFileSync(join(disk, "filler"), Buffer.alloc(1 << 20));
    const full = await doctor.checks(1, "--journal-dir", disk);
    says(full["journal folder"], "journal folder", /cannot be written: .*ENOSPC/, /Free room/);
    says(full.room, "room", /^0 B are free, .*not even a new one has room/, /Free room/);
    says(full["file system"], "file system", /in memory \(tmpfs\)/, /on a disk/);

    mount("-o", "remount,ro");
    const readOnly = await doctor.checks(1, "--journal-dir", disk);
    says(readOnly["journal folder"], "journal folder", /cannot be written: .*EROFS/, /let this user write/);
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
});

test("a folder of another user is told", async (context) => {
  const doctor = await Doctor.open(context);
  if (process.getuid?.() !== 0) {
    context.skip("NOT TESTED: only root can give a folder to another user");
    return;
  }
  execFileSync("chown", ["65534", doctor.shipping.dir]);
  const { "journal owner": owner } = await doctor.checks(0);
  says(owner, "journal owner", /belongs to the user 65534, and this is 0/, /as the user that logs/);
});

test("what waits without a shipper, what a shipper sees to, and dead letters", async (context) => {
  const doctor = await Doctor.open(context, "no folder");
  const { shipping } = doctor;
  const old = shipping.logger("old");
  old.log({ data: "from long ago", timestamp: Date.now() - 11 * 86_400_000 });
  await old.close();
  const waiting = await doctor.checks(0);
  says(waiting.backlog, "backlog", /^1 record waits .*the oldest for 11d/, /14 days/);
  says(waiting.shipper, "shipper", /none runs, and records wait/, /init systemd/);

  shipping.cloud.faults.add({ kind: "poison", message: "poison" });
  shipping.logger("web").info("poison");
  const shipper = shipping.ship("--interval", "20ms", "--backoff-base", "1ms");
  await shipping.untilStatus(
    ({ deadLetters, waiting: { records } }) => deadLetters.bytes > 0 && records === 0,
  );
  const shipped = await doctor.checks(0);
  says(
    shipped.shipper,
    "shipper",
    new RegExp(`^running: process ${shipper.child.pid} to cloudwatch us-east-1`),
  );
  says(shipped.backlog, "backlog", /^nothing waits$/);
  says(shipped["dead letters"], "dead letters", /B of 1\.0 GiB in .*dead$/, /dragonlog dead list/);
});

test("where the page is to be: free, served, taken, open to others without a token", async (context) => {
  const doctor = await Doctor.open(context);
  const listen = `127.0.0.1:${await freePort()}`;
  const free = await doctor.checks(0, "--listen", listen);
  assert.match(free.page?.message ?? "", /is free for it/);
  const { child, stop } = doctor.shipping.ship("--listen", listen);
  await pageOf(child.stderr);
  await doctor.shipping.untilStatus(({ shippers }) => shippers.some(({ page }) => page !== undefined));
  const served = await doctor.checks(0, "--listen", listen);
  assert.equal(served.page?.message, `served at http://${listen} by the shipper with pid ${child.pid}`);
  await stop();

  const other = createServer().listen(0, "127.0.0.1");
  context.after(() => void other.close());
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const taken = await doctor.checks(0, "--listen", `127.0.0.1:${port}`);
  assert.equal(taken.page?.state, "warning");
  says(taken.page, "page", /is taken by another program/, /--listen/);
  const open = await doctor.checks(1, "--listen", "0.0.0.0:8001");
  says(open.page, "page", /no token is set/, /DRAGONLOG_TOKEN/);
  assert.equal((await doctor.checks(0)).page, undefined);
});

test("a package that the config needs is told with its installation, and no package is needed without", async (context) => {
  const doctor = await Doctor.open(context);
  const { cli, cloud } = doctor.shipping;
  const root = join(cli.dir, "bare");
  cpSync(join(BUILT, "src"), join(root, "built/src"), { recursive: true });
  writeFileSync(join(root, "package.json"), readFileSync(join(ROOT, "package.json")));
  mkdirSync(join(root, "node_modules"));
  symlinkSync(join(ROOT, "node_modules/commander"), join(root, "node_modules/commander"));
  const run = async (...flags: string[]) => {
    const { stdout } = await cli.runFile(join(root, "built/src/cli/main.js"), ["doctor", "--json", ...flags]);
    const { checks } = JSON.parse(`${stdout}`) as { checks: Check[] };
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  };
  const bare = await run("--endpoint", cloud.url, "--mail-to", "a@b.example", "--smtp", "smtp://127.0.0.1:1");
  says(
    bare.cloudwatch,
    "cloudwatch",
    /needs the package @aws-sdk/,
    /^npm install @aws-sdk\/client-cloudwatch-logs$/,
  );
  says(bare.alerts, "alerts", /need the package nodemailer/, /^npm install nodemailer$/);
  says(bare["memory mapping"], "memory mapping", /cannot be mapped here/, /@koromix\/koffi-/);
  assert.equal(bare["memory mapping"]?.state, "warning");

  const files = await run("--to", `directory:${join(cli.dir, "out")}`);
  assert.deepEqual(
    Object.values(files).filter(({ state }) => state === "failed"),
    [],
  );
});
