/** What lies in deploy/ fits the code: options, ports, probes, users, volumes, time to stop, room; deployment-lint.test.ts has the form. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COMMANDS } from "../../src/cli/program.js";
import type { ParsedOptions } from "../../src/config/options.js";
import { parseDuration, parseSize } from "../../src/system/units.js";
import { until } from "../harness/program.js";
import { freePort, noRedisServer, RedisServer } from "../harness/redis-server.js";
import { ROOT } from "../integration/application.js";
import { Shipping } from "../integration/shipping.js";
import {
  containersOf,
  DEPLOY,
  dockerfileStages,
  documentsIn,
  jsonWords,
  lastOf,
  manifests,
  ofKind,
  optionsFrom,
  readDeploy,
  variablesOf,
  volumesOf,
  workloads,
  type Yaml,
} from "./deployment.js";

const MIB = 1 << 20;
/** What Dragonfly refuses writes at, in parts of its maxmemory. */
const RESIDENT_SHARE = 1.25;
const JOURNAL_DIR = "/var/lib/dragonlog";
const PAGE_PORT = 8001;
const OWN_IMAGE = /^registry\.example\.com\/dragonlog:/;

const guide = readFileSync(join(ROOT, "docs/deploying.md"), "utf8");

async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url, { headers: { connection: "close" } })).status;
  } catch {
    return 0;
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

/** Of a process that ships: where others reach it, with a token, and how long it drains. */
function assertShips(options: ParsedOptions<"ship">, graceSeconds: number): void {
  assert.equal(options.journalDir, JOURNAL_DIR);
  assert.deepEqual(options.listen, { host: "0.0.0.0", port: PAGE_PORT });
  assert.ok(options.token, "who serves where others reach it has a token");
  assert.ok(graceSeconds * 1000 >= options.drainDeadline + 10_000, "it is killed before it has drained");
}

test("deploy/Dockerfile: numbers for users, no shell before the process, files that exist, a base that can be pinned", () => {
  const stages = dockerfileStages();
  assert.deepEqual(
    stages.map(({ name }) => name),
    ["build", "dragonlog", "application", ""],
    "the shipper is what is built where no target is named",
  );
  assert.equal(lastOf("dragonlog", "USER").getArgumentsContent(), "1000:1000");
  assert.deepEqual(jsonWords(lastOf("dragonlog", "VOLUME")), [JOURNAL_DIR]);
  const [, made] = /install -d -o 1000 -g 1000 -m 700 (\S+)/.exec(
    lastOf("dragonlog", "RUN").getArgumentsContent()!,
  )!;
  assert.equal(made, JOURNAL_DIR);
  const [entry, command] = ["ENTRYPOINT", "CMD"].map((keyword) => jsonWords(lastOf("dragonlog", keyword)));
  assert.deepEqual(entry, ["dragonlog"]);
  assert.ok(COMMANDS.some(({ text }) => text.name === command!.join(" ")));
  const environment = lastOf("dragonlog", "ENV").getArgumentsContent()!.split(" ");
  const options = optionsFrom(Object.fromEntries(environment.map((each) => each.split("="))), ["ship"]);
  assert.equal(options.journalDir, JOURNAL_DIR);
  assert.equal(lastOf("dragonlog", "EXPOSE").getArgumentsContent(), `${options.listen!.port}`);
  assert.equal(lastOf("dragonlog", "STOPSIGNAL").getArgumentsContent(), "SIGTERM");
  const [, base] = /^ARG NODE=(\S+)$/m.exec(readDeploy("Dockerfile"))!;
  assert.match(base!, /^node:\d+-\w+-slim$/);
});

test("deploy/Dockerfile: its health check succeeds while a shipper lives, and fails where none does", async (context) => {
  const shipping = await Shipping.open(context);
  const port = await freePort();
  const [program, ...args] = jsonWords(lastOf("dragonlog", "HEALTHCHECK"));
  assert.equal(program, "node");
  const check = args.map((word) => word.replace(`${PAGE_PORT}`, `${port}`));
  const isHealthy = async (): Promise<boolean> => spawnSync(process.execPath, check).status === 0;
  assert.equal(await isHealthy(), false, "nothing runs");
  shipping.cli.env.DRAGONLOG_TOKEN = "a-token-that-nobody-guesses";
  await shipping.cloud.stop();
  const { stop } = shipping.ship("--listen", `0.0.0.0:${port}`);
  await until(isHealthy, () => "it did not become healthy");
  await stop();
});

test("deploy/kubernetes: no outage of the store or the cloud restarts a shipper, and its readiness tells of it", {
  skip: noRedisServer,
}, async (context) => {
  const shipping = await Shipping.open(context);
  const [container] = workloads.find(({ path }) => path === "store/shipper.yaml")!.object.spec.template.spec
    .containers;
  const port = await freePort();
  const answer = (probe: string) => statusOf(`http://127.0.0.1:${port}${container[probe].httpGet.path}`);
  const server = await RedisServer.start();
  context.after(() => server.stop());
  shipping.cli.env.DRAGONLOG_TOKEN = "a-token-that-nobody-guesses";
  const listen = ["--listen", `0.0.0.0:${port}`];
  const { stop } = shipping.ship("--buffer", server.url, "--drain-deadline", "100ms", ...listen);
  await until(
    async () => (await answer("readinessProbe")) === 200,
    () => "it did not become ready",
  );
  await shipping.cloud.stop();
  await server.kill();
  await until(
    async () => (await answer("readinessProbe")) === 503,
    () => "it said that it can deliver",
  );
  assert.deepEqual(
    [await answer("startupProbe"), await answer("livenessProbe")],
    [200, 200],
    "without its store",
  );
  await stop();
  assert.equal(await answer("livenessProbe"), 0, "after its end");
});

test("deploy/compose.yaml: options, ports, volumes, time to stop, room for the store", () => {
  const [{ services, volumes }] = documentsIn(join(DEPLOY, "compose.yaml"));
  const { store, shipper, application } = services;
  const valuesOf = (environment: Record<string, string | null>) =>
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        // ${NAME:-default}, ${NAME:?what to do} and ${NAME}
        value?.replace(/\$\{\w+:-([^}]*)\}/g, "$1").replace(/\$\{\w+(:\?[^}]*)?\}/g, "0123456789abcdef"),
      ]),
    );
  const graceOf = (service: Yaml) => parseDuration(service.stop_grace_period, "stop_grace_period") / 1000;
  const ships = optionsFrom({ DRAGONLOG_JOURNAL_DIR: JOURNAL_DIR, ...valuesOf(shipper.environment) }, [
    "ship",
  ]);
  assertShips(ships, graceOf(shipper));
  assert.deepEqual(shipper.ports, [`127.0.0.1:${PAGE_PORT}:${PAGE_PORT}`], "from this machine alone");
  assert.deepEqual(ships.buffer.kind, "redis");
  optionsFrom(valuesOf(application.environment), ["logger", "forward"]);
  assert.ok(graceOf(application) * 1000 >= ships.drainDeadline + 10_000);
  for (const service of [shipper, application]) {
    assert.match(service.environment.DRAGONLOG_BUFFER, /^redis:\/\/:\$\{STORE_PASSWORD\}@store:6379$/);
    assert.ok(service.read_only);
    assert.match(service.volumes[0], new RegExp(`:${JOURNAL_DIR}$`));
    assert.equal(service.build.dockerfile, "deploy/Dockerfile");
    assert.ok(dockerfileStages().some(({ name }) => name === (service.build.target ?? "dragonlog")));
  }
  const mounted = Object.values<Yaml>(services).map((service) => service.volumes[0].split(":")[0]);
  assert.deepEqual(mounted.sort(), Object.keys(volumes).sort());
  assertDragonflyFits(store.command, parseInt(store.mem_limit, 10) * MIB);
});

for (const manifest of workloads) {
  const { kind, metadata, spec } = manifest.object;
  const pod = spec.template.spec;

  test(`deploy/kubernetes/${manifest.path}: ${kind} ${metadata.name} is confined, bounded and whole`, () => {
    for (const [label, value] of Object.entries(spec.selector.matchLabels)) {
      assert.equal(spec.template.metadata.labels[label], value);
    }
    assert.equal(pod.securityContext.runAsNonRoot, true);
    assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
    const volumes = volumesOf(manifest);
    const ofNode = [...volumes.values()].some(({ hostPath }) => hostPath !== undefined);
    const mayBe = /^(node\/|applications\/on-node)/.test(manifest.path);
    assert.equal(ofNode, mayBe, "a namespace of the level restricted takes no hostPath");
    const mounts = containersOf(manifest).flatMap((container) => container.volumeMounts);
    assert.deepEqual([...new Set(mounts.map(({ name }) => name))].sort(), [...volumes.keys()].sort());
    for (const container of containersOf(manifest)) {
      const {
        runAsNonRoot = true,
        readOnlyRootFilesystem,
        allowPrivilegeEscalation,
        capabilities,
      } = container.securityContext;
      assert.deepEqual(
        [readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities.drop],
        [true, false, ["ALL"]],
      );
      assert.ok(
        container.resources.requests.cpu &&
          container.resources.requests.memory &&
          container.resources.limits.memory,
      );
      assert.match(container.image, /:[v\d.]+$/, "a version, and not what is newest today");
      if (runAsNonRoot) assert.equal(capabilities.add, undefined);
      for (const { name, value, valueFrom } of container.env ?? []) {
        const key = valueFrom?.secretKeyRef.key;
        assert.ok(
          value !== undefined || guide.includes(`--from-literal=${key}=`),
          `docs/deploying.md makes no ${name}`,
        );
      }
      for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
        const asked = container[probe]?.httpGet;
        if (asked)
          assert.ok(
            container.ports.some(({ name }: Yaml) => name === asked.port) &&
              /^\/(healthz|readyz)$/.test(asked.path),
          );
      }
      assert.notEqual(container.livenessProbe?.httpGet.path, "/readyz", "an outage would restart it");
    }
    const account = pod.serviceAccountName;
    if (account === undefined) assert.equal(pod.automountServiceAccountToken, false);
    else
      assert.ok(
        manifests.some(
          ({ path, object }) =>
            path === manifest.path && object.kind === "ServiceAccount" && object.metadata.name === account,
        ),
      );
  });
}

/** The containers of our image that ship, and those of applications that log. */
const ours = workloads.flatMap((manifest) =>
  containersOf(manifest)
    .filter(({ name }) => name === "ship" || name === "application")
    .map((container) => ({ manifest, container, pod: manifest.object.spec.template.spec })),
);

test("deploy/kubernetes: what ships has options that are some, a port where it listens, and time to drain", () => {
  const shippers = ours.filter(({ container }) => container.name === "ship");
  assert.equal(shippers.length, 3);
  for (const { manifest, container, pod } of shippers) {
    assert.match(container.image, OWN_IMAGE);
    assert.ok(COMMANDS.some(({ text }) => text.name === container.args.join(" ")));
    assertShips(optionsFrom(variablesOf(manifest, container), ["ship"]), pod.terminationGracePeriodSeconds);
    assert.deepEqual(container.ports, [{ name: "page", containerPort: PAGE_PORT }]);
  }
});

test("deploy/kubernetes: the journal of whatever logs or ships lies on a volume that its user may write to, with room", () => {
  assert.equal(ours.length, 6);
  const defaults = optionsFrom({}, ["ship"]);
  for (const { manifest, container, pod } of ours) {
    const { runAsUser, fsGroup } = pod.securityContext;
    assert.equal(runAsUser, 1000, "that of the image, and one for all that share a folder");
    const { name } = container.volumeMounts.find(({ mountPath }: Yaml) => mountPath === JOURNAL_DIR);
    const volume = volumesOf(manifest).get(name);
    if (volume.hostPath?.type === "DirectoryOrCreate") {
      const [folder] = pod.initContainers;
      assert.deepEqual(folder.command, [
        "install",
        "-d",
        "-o",
        "1000",
        "-g",
        "1000",
        "-m",
        "700",
        JOURNAL_DIR,
      ]);
    } else if (volume.hostPath === undefined) {
      assert.equal(fsGroup, 1000);
    }
    if (container.name !== "application") continue;
    const options = optionsFrom(variablesOf(manifest, container), ["logger", "forward"]);
    assert.equal(options.journalDir, JOURNAL_DIR);
    if (volume.emptyDir === undefined) continue;
    const limit = parseSize(`${volume.emptyDir.sizeLimit}B`, "sizeLimit");
    const dead = containersOf(manifest).some((each) => each.name === "ship") ? defaults.deadBytesMax : 0;
    assert.ok(
      limit > 2 * options.journalBytesMax + dead,
      "a full journal, and that of the process before, get the pod evicted",
    );
    assert.equal(container.resources.requests["ephemeral-storage"], volume.emptyDir.sizeLimit);
  }
  const forwards = workloads.find(({ path }) => path === "applications/with-store.yaml")!;
  const { drainDeadline } = optionsFrom(variablesOf(forwards, containersOf(forwards)[0]), [
    "forward",
    "logger",
  ]);
  assert.ok(
    forwards.object.spec.template.spec.terminationGracePeriodSeconds * 1000 >= drainDeadline + 10_000,
  );
});

test("deploy/kubernetes: budgets, policies, monitors and services select pods that are there, by ports that these have", () => {
  const pods = workloads.map((manifest) => ({
    labels: manifest.object.spec.template.metadata.labels as Record<string, string>,
    ports: containersOf(manifest).flatMap(({ ports = [] }) => ports.map(({ name }: Yaml) => name)),
    replicas: manifest.object.spec.replicas,
  }));
  const selected = (labels: Record<string, string>) => {
    const found = pods.filter((pod) =>
      Object.entries(labels).every(([key, value]) => pod.labels[key] === value),
    );
    assert.ok(found.length > 0, JSON.stringify(labels));
    return found;
  };
  for (const { spec } of ofKind("PodDisruptionBudget")) {
    for (const { replicas } of selected(spec.selector.matchLabels)) assert.ok(spec.maxUnavailable < replicas);
    assert.equal(
      spec.unhealthyPodEvictionPolicy,
      "AlwaysAllow",
      "those that are not ready in an outage hold up no drain",
    );
  }
  for (const { spec } of ofKind("NetworkPolicy")) {
    const [pod] = selected(spec.podSelector.matchLabels);
    for (const { ports } of spec.ingress)
      for (const { port } of ports) assert.ok(pod!.ports.includes(port), port);
    for (const { podSelector } of [
      ...spec.ingress.flatMap(({ from }: Yaml) => from),
      ...(spec.egress ?? []).flatMap(({ to = [] }: Yaml) => to),
    ]) {
      if (podSelector) selected(podSelector.matchLabels);
    }
  }
  for (const { spec } of ofKind("PodMonitor")) {
    const [{ key, values }] = spec.selector.matchExpressions;
    for (const value of values) {
      const [pod] = selected({ [key]: value });
      assert.ok(pod!.ports.includes(spec.podMetricsEndpoints[0].port));
    }
    const { credentials } = spec.podMetricsEndpoints[0].authorization;
    assert.ok(credentials.name === "dragonlog" && guide.includes(`--from-literal=${credentials.key}=`));
  }
  for (const { spec } of ofKind("Service")) selected(spec.selector);
});

test("deploy/kubernetes/store: the store has the room that it is told", () => {
  const store = workloads.find(({ path }) => path === "store/dragonfly.yaml")!;
  const [{ args, resources }] = containersOf(store);
  assertDragonflyFits(args, parseSize(`${resources.limits.memory}B`, "memory"));
});
