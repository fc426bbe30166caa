/** Every program in examples/ runs and does what its first comment says; `monitoring.test.ts` looks at what is no program. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { LambdaSandbox } from "../harness/lambda-runtime.js";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";
import { Application, linesOf, ROOT } from "./application.js";
import { ended, printed } from "./cli.js";

const NO_PROGRAM = /^(grafana-dashboard\.json|prometheus.*\.ya?ml)$/;

type Example = (app: Application, path: string, context: TestContext) => Promise<void>;

const EXAMPLES: Readonly<Record<string, Example>> = {
  "first.mjs": async (app, path) => {
    await runs(app, process.execPath, path);
    const [signUp, order, failure] = await app.records();
    assert.deepEqual([signUp!.data, signUp!.metadata], ["User signed up", { user_id: 42 }]);
    assert.deepEqual([order!.type, order!.request_id], ["AUDIT", "r-1"]);
    assert.equal(failure!.type, "ERROR");
    assert.equal((failure!.data as { name: string }).name, "SyntaxError");
  },

  "express.mjs": (app, path) => answersOrders(app, path),
  "fastify.mjs": (app, path) => answersOrders(app, path),
  "hono.mjs": (app, path) => answersOrders(app, path),

  "http-service.mjs": async (app, path) => {
    app.env.PORT = "0";
    const service = app.start(process.execPath, path);
    const end = ended(service);
    let output = "";
    service.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await printed(service.stdout, "\n");
    const answer = await fetch(`${/http:\S+/.exec(output)![0]}/orders/7`, {
      headers: { connection: "close" },
    });
    assert.equal(await answer.text(), "ok\n");
    service.kill("SIGTERM");
    const { code, stderr } = await end;
    assert.equal(code, 0, stderr);
    const [listening, received, answered] = await app.records();
    assert.equal(listening!.data, "listening");
    assert.deepEqual(received!.metadata, { method: "GET", path: "/orders/7" });
    assert.deepEqual(answered!.metadata, { status: 200 });
    assert.equal(answered!.request_id, received!.request_id);
  },

  "commonjs.cjs": async (app, path) => {
    await runs(app, process.execPath, path);
    const [record] = await app.records();
    assert.equal(record!.type, "DEBUG");
    assert.deepEqual(record!.metadata, { node: process.version });
  },

  "worker-threads.mjs": async (app, path) => {
    await runs(app, process.execPath, path);
    const records = await app.records();
    assert.deepEqual(
      records.map(({ data, metadata }) => `${data} ${(metadata as { thread: number }).thread}`).sort(),
      ["at work 1", "at work 2", "starting two threads 0"],
    );
    assert.equal(new Set(records.map(writerOf)).size, 3);
  },

  "cluster.mjs": async (app, path) => {
    await runs(app, process.execPath, path);
    const records = await app.records();
    const killed = records.filter(({ metadata }) => (metadata as { killed?: string }).killed === "yes");
    assert.equal(killed.length, 1);
    const ends = records.filter(({ data }) => data === "worker ended").map(({ metadata }) => metadata);
    assert.ok(ends.some((end) => (end as { signal: string | null }).signal === "SIGKILL"));
    assert.equal(new Set(records.map(writerOf)).size, 3);
  },

  "in-app-shipping.mjs": async (app, path) => {
    await runs(app, process.execPath, path);
    assert.deepEqual(await app.records(), [], "what was delivered waits no more");
  },

  "cron.mjs": async (app, path) => {
    await runs(app, process.execPath, path);
    assert.deepEqual(await app.records(), [], "what was delivered waits no more");
  },

  "lambda.mjs": async (app, path, context) => {
    const { env } = app;
    env.AWS_REGION = "us-east-1";
    const sandbox = await LambdaSandbox.open(context, {
      task: dirname(path),
      handler: "lambda.handler",
      env,
    });
    for (let order = 1; order <= 2; order++) {
      assert.deepEqual((await sandbox.invoke({ order })).answer, {
        statusCode: 200,
        body: `order ${order} taken`,
      });
    }
    assert.equal((await sandbox.invoke({})).error!.errorType, "TypeError");
    assert.equal(sandbox.stderr, "");
  },

  ...Object.fromEntries(
    ["pino", "winston", "bunyan", "console", "opentelemetry-logs", "nestjs"].map((name) => [
      `${name}.mjs`,
      takesOrders,
    ]),
  ),

  "opentelemetry.mjs": async (app, path) => {
    await runs(app, process.execPath, path);
    const [order, idle] = await app.records();
    const ids = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];
    assert.deepEqual([order!.data, order!.trace_id, order!.span_id], ["Order received", ...ids]);
    assert.deepEqual([idle!.data, "trace_id" in idle!], ["Idle", false]);
  },

  "list.py": async (app, path) => {
    await inStore(app, python!, path, (record) => {
      assert.equal(record.service, "billing");
      assert.deepEqual(record.data, { invoice: "9007199254740993", paid: 12.5 });
      assert.deepEqual([record.type, record.request_id], ["AUDIT", "r-1"]);
      assert.deepEqual(record.metadata, { language: "python" });
    });
  },

  "list.sh": async (app, path) => {
    await inStore(app, "sh", path, (record) => {
      assert.deepEqual([record.service, record.data, record.type], ["backup", "done", "INFO"]);
      assert.deepEqual([record.request_id, record.metadata], ["r-1", { language: "sh" }]);
    });
  },

  "pipe.sh": async (app, path) => {
    await runs(app, "sh", path);
    const folder = join(app.dir, "logs/legacy/legacy");
    const [file] = readdirSync(folder);
    const records = linesOf(readFileSync(join(folder, file!)));
    assert.deepEqual(
      records.map(({ data, type }) => [data, type]),
      [
        ["starting", "INFO"],
        ["ready", "INFO"],
        [{ paid: 12.5 }, "AUDIT"],
      ],
    );
  },
};

/** Where there is a client of Redis for it: Debian's python3-redis belongs to Debian's own Python. */
const python = ["python3", "/usr/bin/python3"].find(
  (name) => spawnSync(name, ["-c", "import redis"]).status === 0,
);
/** Why an example cannot be run here. */
const SKIPS: Readonly<Record<string, string | false>> = {
  "list.py":
    noRedisServer || (python === undefined && "no python3 here has the module redis (Debian: python3-redis)"),
  "list.sh":
    noRedisServer || (spawnSync("redis-cli", ["--version"]).status !== 0 && "redis-cli is not on the PATH"),
};

/** Runs a program that pushes one record, with its own timestamp, to a list that a shipper empties. */
async function inStore(
  app: Application,
  file: string,
  path: string,
  check: (record: Record<string, unknown>) => void,
): Promise<void> {
  const server = await RedisServer.start();
  try {
    app.env.REDIS_URL = server.url;
    const before = Math.floor(Date.now() / 1000) * 1000;
    await runs(app, file, path);
    const now = Date.now();
    const flags = ["--once", "--buffer", server.url, "--to", "stdout"];
    const { code, stdout, stderr } = await app.run("npx", "dragonlog", "ship", ...flags);
    assert.equal(code, 0, stderr);
    const [record, ...others] = linesOf(stdout);
    assert.deepEqual(others, []);
    const at = Date.parse(`${record!.timestamp}`);
    assert.ok(at >= before && at <= now, `${record!.timestamp}`);
    check(record!);
  } finally {
    await server.stop();
  }
}

/** A service with requestLog, asked for an order and for the route that is broken, and ended. */
async function answersOrders(app: Application, path: string): Promise<void> {
  app.env.PORT = "0";
  const service = app.start(process.execPath, path);
  const end = ended(service);
  let output = "";
  service.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await printed(service.stdout, "\n");
  const url = /http:\S+/.exec(output)![0];
  const asking = (id: string) => ({ headers: { connection: "close", "x-request-id": id } });
  const answer = await fetch(`${url}/orders/7`, asking("r-1"));
  assert.deepEqual([await answer.json(), answer.headers.get("x-request-id")], [{ order: "7" }, "r-1"]);
  assert.equal((await fetch(`${url}/broken`, asking("r-2"))).status, 500);
  service.kill("SIGTERM");
  const { code, stderr } = await end;
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    (await app.records()).map(({ data, type, request_id }) => [
      type === "ERROR" ? (data as Error).message : data,
      type,
      request_id,
    ]),
    [
      ["order looked for", "INFO", "r-1"],
      ["order found", "INFO", "r-1"],
      ["GET /orders/:id 200", "ACCESS", "r-1"],
      ["this route is broken", "ERROR", "r-2"],
      ["GET /broken 500", "ACCESS", "r-2"],
    ],
  );
}

/** Those of other loggers, which `adapters.test.ts` looks at in full. */
async function takesOrders(app: Application, path: string): Promise<void> {
  await runs(app, process.execPath, path);
  const ids = (await app.records()).flatMap(({ request_id }) => request_id ?? []);
  assert.deepEqual(ids, ["r-0", "r-1", "r-2"]);
}

async function runs(app: Application, file: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await app.run(file, ...args);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /Warning/);
}

function writerOf({ id }: Record<string, unknown>): string {
  return `${id}`.replace(/-\d+$/, "");
}

/** By an example itself. */
const DELIVERED: Readonly<Record<string, number>> = {
  "in-app-shipping.mjs": 1000,
  "cron.mjs": 4,
  "lambda.mjs": 4,
};

async function startCloud(context: TestContext): Promise<FakeCloudWatch> {
  const cloud = await FakeCloudWatch.start();
  context.after(() => cloud.stop());
  return cloud;
}

for (const name of readdirSync(join(ROOT, "examples")).filter((each) => !NO_PROGRAM.test(each))) {
  test(`examples/${name}`, { skip: SKIPS[name] ?? false }, async (context) => {
    const path = join(ROOT, "examples", name);
    const example = EXAMPLES[name];
    assert.ok(example, "an example without a test");
    assert.match(readFileSync(path, "utf8"), /^(#!.*\n# |\/\/ )\w/, "its first comment says what it shows");
    const cloud = await startCloud(context);
    await example(new Application(context, cloud.url).link(), path, context);
    const expected = DELIVERED[name] ?? 0;
    assert.deepEqual(
      [cloud.tally().distinct, cloud.tally().duplicates, cloud.tally().outOfOrder],
      [expected, 0, 0],
    );
  });
}
