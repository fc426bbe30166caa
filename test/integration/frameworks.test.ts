/**
 * The examples of the frameworks as their users run them: under load, killed with SIGKILL in the middle, and shipped. What
 * had returned is delivered once and in order, and each record has the id of the request that it was logged for.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { readReturnedCalls } from "../harness/returned-calls.js";
import { Application, ROOT } from "./application.js";
import { ended, printed } from "./cli.js";

const COUNT_CALLS = fileURLToPath(new URL("./programs/count-calls.js", import.meta.url));
const GROUP = "frameworks";
const CONNECTIONS = 20;
/** The process is killed when so many requests were answered, with others under way. */
const ANSWERED_MIN = 500;
/** Far more than that takes anywhere. */
const LOAD_SECONDS_MAX = 90;

interface Logged {
  readonly id: string;
  readonly data: string;
  readonly type: string;
  readonly request_id: string;
  readonly metadata: { readonly order?: string; readonly path?: string; readonly customer?: string };
}

/** Ids of the requests that were answered, each with its order's number, when the service was killed under load. */
async function killUnderLoad(
  context: TestContext,
  app: Application,
  example: string,
): Promise<Map<string, string>> {
  const service = app.start(process.execPath, "--import", COUNT_CALLS, join(ROOT, "examples", example));
  const end = ended(service);
  let output = "";
  service.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await printed(service.stdout, "\n");
  const answered = new Map<string, string>();
  let asked = 0;
  const loadOptions: autocannon.Options = {
    url: /http:\S+/.exec(output)![0],
    connections: CONNECTIONS,
    duration: LOAD_SECONDS_MAX,
    requests: [
      {
        setupRequest(request, sequence) {
          const order = `${asked++}`;
          Object.assign(sequence, { order });
          const headers = { "x-request-id": `r-${order}`, "content-type": "application/json" };
          return asked % 2 === 0
            ? { ...request, method: "GET", path: `/orders/${order}`, headers }
            : { ...request, method: "POST", path: "/orders", headers, body: JSON.stringify({ order }) };
        },
        onResponse(_status, body, sequence, headers) {
          const { order } = sequence as { order: string };
          assert.deepEqual(JSON.parse(body), { order });
          const id = Object.entries(headers!).find(([name]) => name.toLowerCase() === "x-request-id")![1];
          answered.set(`${id}`, order);
          if (answered.size === ANSWERED_MIN) {
            service.kill("SIGKILL");
            load.stop();
          }
        },
      },
    ],
  };
  // With a callback it is an emitter that can be stopped, and without one a promise.
  const load = autocannon(loadOptions, () => undefined);
  await Promise.all([end, once(load, "done")]);
  context.diagnostic(`${answered.size} requests were answered before the kill`);
  assert.ok(answered.size >= ANSWERED_MIN, (await end).stderr);
  return answered;
}

for (const framework of ["express", "fastify", "hono"]) {
  test(`${framework}: a service that is killed under load loses no call that had returned, and mixes no ids`, async (context) => {
    const cloud = await FakeCloudWatch.start({ quotas: false });
    context.after(() => cloud.stop());
    const app = new Application(context, cloud.url).link();
    const returnedPath = join(app.dir, "returned");
    Object.assign(app.env, { PORT: "0", RETURNED_PATH: returnedPath });
    const answered = await killUnderLoad(context, app, `${framework}.mjs`);
    const shipped = await app.run(
      "npx",
      "dragonlog",
      "ship",
      "--once",
      "--region",
      "us-east-1",
      "--group",
      GROUP,
    );
    assert.equal(shipped.code, 0, shipped.stderr);

    const { lost, duplicates, outOfOrder, distinct } = cloud.tally();
    assert.deepEqual({ lost, duplicates, outOfOrder }, { lost: 0, duplicates: 0, outOfOrder: 0 });
    const returned = readReturnedCalls(returnedPath);
    context.diagnostic(`${returned} calls had returned, ${distinct} records were delivered`);
    assert.ok(
      distinct - returned === 0 || distinct - returned === 1,
      "all that returned, and the call in progress at most",
    );

    const logged = cloud
      .readStream(GROUP, `${framework}-shop`)
      .map(({ message }) => JSON.parse(message) as Logged);
    assert.equal(logged.length, distinct);
    const mixed = logged.filter(
      ({ request_id, metadata: { order, path } }) =>
        (order !== undefined && request_id !== `r-${order}`) ||
        (path?.startsWith("/orders/") && request_id !== `r-${path.slice("/orders/".length)}`),
    );
    assert.deepEqual(mixed, []);

    const byRequest = new Map<string, Logged[]>();
    let apart = 0;
    for (const [index, record] of logged.entries()) {
      const own = byRequest.get(record.request_id) ?? [];
      byRequest.set(record.request_id, [...own, record]);
      if (own.length > 0 && logged[index - 1]!.request_id !== record.request_id) apart++;
    }
    assert.ok(
      apart > ANSWERED_MIN / 2,
      "requests were under way at the same time, or nothing could have been mixed",
    );
    for (const [id, order] of answered) {
      assert.equal(id, `r-${order}`);
      const found = byRequest.get(id)!.filter(({ type }) => type !== "ACCESS");
      assert.deepEqual(
        found.map(({ data }) => data).filter((data) => data !== "order received"),
        ["order looked for", "order found"],
        id,
      );
      assert.equal(found.at(-1)!.metadata.customer, "c-1");
    }
    for (const records of byRequest.values()) {
      assert.ok(records.filter(({ type }) => type === "ACCESS").length <= 1);
    }
  });
}
