/** What docs/store.md and examples/ give to be run in containers fits the code: users, variables, volumes, grace periods. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createClient } from "@redis/client";
import { parseAllDocuments } from "yaml";
import { variableOf } from "../../src/config/names.js";
import { optionsIn, type Scope } from "../../src/config/options.js";
import { parseSize } from "../../src/system/units.js";
import { until } from "../harness/program.js";
import { freePort, noRedisServer, RedisServer } from "../harness/redis-server.js";
import { ROOT } from "./application.js";
import { Shipping } from "./shipping.js";

const MIB = 1 << 20;
/** What Dragonfly refuses writes at, in parts of its maxmemory. */
const RESIDENT_SHARE = 1.25;
const DRAIN_MS = 25_000;
const ACL = /```acl\n([\s\S]*?)\n```/.exec(readFileSync(join(ROOT, "docs/store.md"), "utf8"))![1]!;

/** A part of a parsed file, as far as a test looks into it. */
// biome-ignore lint/suspicious/noExplicitAny: manifests have no types here, and a wrong step fails the test
type Yaml = any;

function documentsIn(path: string): Yaml[] {
  return parseAllDocuments(readFileSync(join(ROOT, "examples", path), "utf8")).map((document) => {
    assert.deepEqual(document.errors, [], path);
    return document.toJS();
  });
}

const manifests = readdirSync(join(ROOT, "examples/kubernetes")).flatMap((name) =>
  documentsIn(`kubernetes/${name}`),
);
const workloads = manifests.filter(({ spec }) => spec?.template !== undefined);

function workload(name: string): Yaml {
  return workloads.find(({ metadata }) => metadata.name === name);
}

/** Each variable of ours is an option there. */
function assertVariables(names: readonly string[], scopes: readonly Scope[]): void {
  const known = scopes.flatMap((scope) => optionsIn(scope)).map(([key]) => variableOf(key));
  const strange = names.filter((name) => name.startsWith("DRAGONLOG_") && !known.includes(name));
  assert.deepEqual(strange, []);
}

/** Where the others of its network reach it, and so with a token. */
function assertServes(listen: string, token: string): void {
  assert.equal(listen, "0.0.0.0:8001");
  assert.ok(token);
}

async function answers(host: string, path: string): Promise<boolean> {
  try {
    return (await fetch(`http://${host}${path}`, { headers: { connection: "close" } })).ok;
  } catch {
    return false;
  }
}

function assertDragonflyFits(flags: readonly string[], memoryBytes: number): void {
  const flag = (name: string): string => {
    const found = flags.find((each) => each.startsWith(`--${name}=`));
    assert.ok(found, `--${name} is missing`);
    return found.slice(name.length + 3);
  };
  const maxmemory = parseInt(flag("maxmemory"), 10) * 1024 * MIB;
  assert.match(flag("maxmemory"), /^\d+G$/);
  assert.ok(maxmemory >= Number(flag("proactor_threads")) * 256 * MIB);
  assert.ok(memoryBytes > RESIDENT_SHARE * maxmemory, "the container ends it before it refuses writes");
  assert.doesNotMatch(flag("dbfilename"), /timestamp|^$/);
  assert.equal(flag("snapshot_cron").split(" ").length, 5);
  assert.ok(!flags.some((each) => each.includes("cache_mode")));
}

test("the users of docs/store.md can do all that a forwarder and a shipper do, and nothing more is tried", {
  skip: noRedisServer,
}, async (context) => {
  const shipping = await Shipping.open(context);
  const users = join(shipping.cli.dir, "users.acl");
  writeFileSync(users, `${ACL}\n`);
  const server = await RedisServer.start({ flags: ["--aclfile", users] });
  context.after(() => server.stop());
  const urlOf = (user: string): string => `redis://${user}:${user}-password@127.0.0.1:${server.port}`;
  const pipe = ["pipe", "--service", "web", "--buffer", urlOf("app"), "--journal-dir", "machine"];
  const piped = await shipping.cli.run(pipe, "one\ntwo\n");
  assert.equal(piped.code, 0, piped.stderr);
  const other = createClient({ url: urlOf("other"), RESP: 2 });
  await other.connect();
  await other.sendCommand(["RPUSH", "logs:buffer", '{"service":"web","data":"three"}']);
  await assert.rejects(other.sendCommand(["LRANGE", "logs:buffer", "0", "-1"]), /NOPERM/);
  other.destroy();
  const shipper = ["--buffer", urlOf("ship"), "--journal-dir", "shipper"];
  const shown = await shipping.cli.run(["status", "--json", ...shipper]);
  assert.equal(JSON.parse(`${shown.stdout}`).store.waiting.records, 2, "what status may look at");
  const shipped = await shipping.shipOnce(...shipper);
  assert.equal(shipped.code, 0, shipped.stderr);
  const delivered = shipping.stored().map(({ data }) => data);
  assert.deepEqual(
    ["one", "two"].filter((data) => !delivered.includes(data)),
    [],
  );
  const admin = createClient({ url: urlOf("admin"), RESP: 2 });
  await admin.connect();
  const refused = (await admin.sendCommand(["ACL", "LOG"])) as unknown as string[][];
  admin.destroy();
  const foreign = refused.filter((entry) => !entry.includes("other"));
  assert.deepEqual(foreign, [], "refused, but for what this test tried on purpose");
});

test("each command that the client sends is granted in docs/store.md", () => {
  const client = readFileSync(join(ROOT, "src/buffer/redis/client.ts"), "utf8");
  const sent = new Set([...client.matchAll(/\[\s*"([A-Z]{3,})"/g)].map(([, name]) => name!.toLowerCase()));
  assert.ok(sent.size > 15);
  const granted = [...ACL.matchAll(/\+(\w+)/g)].map(([, name]) => name!);
  assert.deepEqual(
    [...sent].filter((name) => !granted.includes(name)),
    [],
  );
});

test("examples/kubernetes: a shipper is ready while it runs, whatever becomes of the store and the cloud", {
  skip: noRedisServer,
}, async (context) => {
  const shipping = await Shipping.open(context);
  const [container] = workload("dragonlog-shipper").spec.template.spec.containers;
  const port = await freePort();
  const isReady = (): Promise<boolean> => answers(`127.0.0.1:${port}`, container.readinessProbe.httpGet.path);
  assert.equal(await isReady(), false, "nothing runs");
  const server = await RedisServer.start();
  context.after(() => server.stop());
  await shipping.cloud.stop();
  shipping.cli.env.DRAGONLOG_TOKEN = "a-token-that-nobody-guesses";
  const listen = ["--listen", `0.0.0.0:${port}`];
  const { stop } = shipping.ship("--buffer", server.url, "--drain-deadline", "100ms", ...listen);
  await until(isReady, () => "it did not become ready");
  await server.kill();
  const cannotDeliver = async (): Promise<boolean> => !(await answers(`127.0.0.1:${port}`, "/readyz"));
  await until(cannotDeliver, () => "it said that it can deliver");
  assert.equal(await isReady(), true, "without its store");
  await stop();
  assert.equal(await isReady(), false, "after its end");
});

test("examples/compose.yaml: a shipper is healthy while it can deliver", async (context) => {
  const shipping = await Shipping.open(context);
  const port = await freePort();
  const [, ...command] = documentsIn("compose.yaml")[0].services.shipper.healthcheck.test;
  const check = command.map((word: string) =>
    word.replace(/^node$/, process.execPath).replace("8001", `${port}`),
  );
  const isHealthy = async (): Promise<boolean> => spawnSync(check[0], check.slice(1)).status === 0;
  assert.equal(await isHealthy(), false, "nothing runs");
  shipping.cli.env.DRAGONLOG_TOKEN = "a-token-that-nobody-guesses";
  const { stop } = shipping.ship("--listen", `0.0.0.0:${port}`);
  await until(isHealthy, () => "it did not become healthy");
  await stop();
});

test("examples/compose.yaml: variables, volumes, time to stop, room for the store", () => {
  const [{ services, volumes }] = documentsIn("compose.yaml");
  const { store, shipper, application } = services;
  assertVariables(Object.keys(shipper.environment), ["ship"]);
  assertVariables(Object.keys(application.environment), ["logger", "forward"]);
  assertServes(shipper.environment.DRAGONLOG_LISTEN, shipper.environment.DRAGONLOG_TOKEN);
  assert.deepEqual(shipper.ports, ["127.0.0.1:8001:8001"], "from this machine alone");
  for (const service of [shipper, application]) {
    assert.match(service.environment.DRAGONLOG_BUFFER, /^redis:\/\/:\$\{STORE_PASSWORD\}@store:6379$/);
    assert.ok(parseInt(service.stop_grace_period, 10) * 1000 > DRAIN_MS);
  }
  const mounted = Object.values<Yaml>(services).map((service) => service.volumes[0].split(":")[0]);
  assert.deepEqual(mounted.sort(), Object.keys(volumes).sort());
  assertDragonflyFits(store.command, parseInt(store.mem_limit, 10) * MIB);
});

test("examples/kubernetes: variables, volumes, labels, time to stop", () => {
  assert.deepEqual(workloads.map(({ metadata }) => metadata.name).sort(), [
    "application",
    "dragonlog-shipper",
    "dragonlog-store",
  ]);
  for (const { spec } of workloads) {
    const { template } = spec;
    const [container] = template.spec.containers;
    assert.deepEqual(spec.selector.matchLabels, template.metadata.labels);
    assert.ok(container.securityContext.readOnlyRootFilesystem && template.spec.securityContext.runAsNonRoot);
    const volumes = [...(template.spec.volumes ?? []), ...(spec.volumeClaimTemplates ?? [])];
    assert.deepEqual(
      container.volumeMounts.map(({ name }: Yaml) => name).sort(),
      volumes.map((volume: Yaml) => volume.name ?? volume.metadata.name).sort(),
    );
    for (const { name, value, valueFrom } of container.env) {
      assert.ok(value !== undefined || valueFrom.secretKeyRef.name === "dragonlog", name);
    }
  }
  const scopes = { "dragonlog-shipper": ["ship"], application: ["logger", "forward"] } as const;
  for (const [name, of] of Object.entries(scopes)) {
    const { spec } = workload(name).spec.template;
    const env = new Map<string, string>(spec.containers[0].env.map((each: Yaml) => [each.name, each.value]));
    assertVariables([...env.keys()], of);
    assert.equal(env.get("DRAGONLOG_DRAIN_DEADLINE"), `${DRAIN_MS / 1000}s`);
    assert.ok(spec.terminationGracePeriodSeconds * 1000 > DRAIN_MS);
    assert.equal(env.get("DRAGONLOG_JOURNAL_DIR"), spec.containers[0].volumeMounts[0].mountPath);
  }
  const [ship] = workload("dragonlog-shipper").spec.template.spec.containers;
  const envOf = (name: string): Yaml => ship.env.find((each: Yaml) => each.name === name);
  assertServes(envOf("DRAGONLOG_LISTEN").value, envOf("DRAGONLOG_TOKEN").valueFrom.secretKeyRef.key);
  assert.deepEqual(ship.ports, [{ name: ship.readinessProbe.httpGet.port, containerPort: 8001 }]);
  const secrets = readFileSync(join(ROOT, "docs/store.md"), "utf8");
  for (const { valueFrom } of workloads.flatMap(({ spec }) => spec.template.spec.containers[0].env)) {
    if (valueFrom === undefined) continue;
    assert.ok(
      secrets.includes(`--from-literal=${valueFrom.secretKeyRef.key}=`),
      "docs/store.md makes the key",
    );
  }
  const budget = manifests.find(({ kind }) => kind === "PodDisruptionBudget");
  const shippers = workload("dragonlog-shipper").spec;
  assert.deepEqual(budget.spec.selector, shippers.selector);
  assert.ok(budget.spec.maxUnavailable < shippers.replicas);
  const account = manifests.find(({ kind }) => kind === "ServiceAccount");
  assert.equal(shippers.template.spec.serviceAccountName, account.metadata.name);
});

test("examples/kubernetes: the store and the journal have the room that they are told", () => {
  const store = workload("dragonlog-store").spec.template.spec.containers[0];
  assertDragonflyFits(store.args, parseSize(`${store.resources.limits.memory}B`, "memory"));
  const { spec } = workload("application").spec.template;
  const max = spec.containers[0].env.find(({ name }: Yaml) => name === "DRAGONLOG_JOURNAL_BYTES_MAX").value;
  const limit = parseSize(`${spec.volumes[0].emptyDir.sizeLimit}B`, "sizeLimit");
  assert.ok(
    limit > 2 * parseSize(max, "journalBytesMax"),
    "a full journal, and that of the process before, get the pod evicted",
  );
});
