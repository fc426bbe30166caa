import assert from "node:assert/strict";
import { test } from "node:test";
import type { CloudWatchClient } from "./client.js";
import { Provisioner } from "./provision.js";

const SIGNAL = new AbortController().signal;
const ALL = { createGroup: true, createStream: true, retentionDays: undefined };

/**
 * An account in memory: what was asked for, in order, and what exists. `fail` throws instead of the next call of a
 * kind.
 */
class Account implements CloudWatchClient {
  readonly region = "eu-central-1";
  readonly calls: string[] = [];
  readonly existing = new Set<string>();
  readonly failures = new Map<string, { name: string; afterwards: boolean }>();

  fail(call: string, name: string, afterwards = false): void {
    this.failures.set(call, { name, afterwards });
  }

  async createStream({ group, stream }: { group: string; stream: string }): Promise<void> {
    await this.#call("createStream", `${group}:${stream}`, () => {
      if (!this.existing.has(group)) throw named("ResourceNotFoundException");
      this.#add(`${group}:${stream}`);
    });
  }

  async createGroup(group: string): Promise<void> {
    await this.#call("createGroup", group, () => this.#add(group));
  }

  async setRetention(group: string, days: number): Promise<void> {
    await this.#call("setRetention", `${group} ${days}`, () => {
      if (!this.existing.has(group)) throw named("ResourceNotFoundException");
    });
  }

  put(): never {
    throw new Error("a provisioner puts nothing");
  }

  filter(): never {
    throw new Error("a provisioner reads nothing");
  }

  clockOffsetMs(): number {
    return 0;
  }

  destroy(): void {}

  #add(name: string): void {
    if (this.existing.has(name)) throw named("ResourceAlreadyExistsException");
    this.existing.add(name);
  }

  async #call(kind: string, what: string, work: () => void): Promise<void> {
    this.calls.push(`${kind} ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
    const failure = this.failures.get(kind);
    this.failures.delete(kind);
    if (failure === undefined || failure.afterwards) work();
    if (failure !== undefined) throw named(failure.name);
  }
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

const web = { group: "app", stream: "web" };

test("a missing stream costs one call, a missing group three", async () => {
  const account = new Account();
  const provisioner = new Provisioner(account, ALL);
  assert.equal(await provisioner.ensure(web, SIGNAL), undefined);
  assert.equal(await provisioner.ensure({ group: "app", stream: "api" }, SIGNAL), undefined);
  assert.deepEqual(account.calls, [
    "createStream app:web",
    "createGroup app",
    "createStream app:web",
    "createStream app:api",
  ]);
});

test("batches that wait for one stream share one creation, and streams that wait for one group share that one", async () => {
  const account = new Account();
  const provisioner = new Provisioner(account, ALL);
  const destinations = [web, web, web, { group: "app", stream: "api" }];
  await Promise.all(destinations.map((destination) => provisioner.ensure(destination, SIGNAL)));
  assert.equal(account.calls.filter((call) => call === "createStream app:web").length, 2);
  assert.equal(account.calls.filter((call) => call === "createGroup app").length, 1);
  assert.deepEqual([...account.existing].sort(), ["app", "app:api", "app:web"]);
});

test("what another process has created meanwhile is as good", async () => {
  const account = new Account();
  account.existing.add("app").add("app:web");
  assert.equal(await new Provisioner(account, ALL).ensure(web, SIGNAL), undefined);
});

test("retention is set on a group that is created here, before its stream, and left alone on another's", async () => {
  const account = new Account();
  const settings = { ...ALL, retentionDays: 30 };
  await new Provisioner(account, settings).ensure(web, SIGNAL);
  assert.deepEqual(account.calls.slice(1), [
    "createGroup app",
    "setRetention app 30",
    "createStream app:web",
  ]);

  const other = new Account();
  other.fail("createStream", "ResourceNotFoundException");
  other.existing.add("app");
  await new Provisioner(other, settings).ensure(web, SIGNAL);
  assert.deepEqual(other.calls, ["createStream app:web", "createGroup app", "createStream app:web"]);
});

for (const [call, afterwards] of [
  ["setRetention", false],
  ["createGroup", true],
] as const) {
  test(`retention is owed until it is set: ${call} fails ${afterwards ? "after" : "before"} it took effect`, async () => {
    const account = new Account();
    const provisioner = new Provisioner(account, { ...ALL, retentionDays: 30 });
    account.fail(call, "ThrottlingException", afterwards);
    const answer = await provisioner.ensure(web, SIGNAL);
    assert.ok(answer?.verdict === "retry" && answer.cause === "throttled");
    assert.equal(account.existing.has("app:web"), false);
    assert.equal(await provisioner.ensure(web, SIGNAL), undefined);
    assert.ok(account.calls.includes("setRetention app 30"));
    assert.equal(account.calls.at(-1), "createStream app:web");
  });
}

test("a failure is the answer of all who wait, and the next one tries anew", async () => {
  const account = new Account();
  account.fail("createStream", "AccessDeniedException");
  const provisioner = new Provisioner(account, ALL);
  const answers = await Promise.all([provisioner.ensure(web, SIGNAL), provisioner.ensure(web, SIGNAL)]);
  for (const answer of answers) assert.ok(answer?.verdict === "retry" && answer.cause === "denied");
  assert.equal(account.calls.length, 1);
  assert.equal(await provisioner.ensure(web, SIGNAL), undefined);
});

test("what may not be created is asked of a person, by the option's name", async () => {
  const account = new Account();
  const noGroup = await new Provisioner(account, { ...ALL, createGroup: false }).ensure(web, SIGNAL);
  assert.ok(noGroup?.verdict === "retry" && noGroup.cause === "denied");
  assert.match(noGroup.error.message, /log group app .*createGroup/);
  const nothing = await new Provisioner(account, { ...ALL, createStream: false }).ensure(web, SIGNAL);
  assert.ok(nothing?.verdict === "retry" && nothing.cause === "denied");
  assert.match(nothing.error.message, /log stream web of app .*createStream/);
  assert.deepEqual([...account.existing], []);
});
