/**
 * Each logger that writes into the journal, as its users write it (examples/): a process is killed by SIGKILL under load, and every
 * record whose call had returned is delivered, once, in order, with its fields. The program writes down in a file of each call that it
 * has returned; what is written there the kernel keeps, and it can be behind by one.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { until } from "../harness/program.js";
import { Application, ROOT } from "./application.js";
import { ended } from "./cli.js";

interface Expected {
  readonly data: unknown;
  readonly request_id: unknown;
  /** Members that the metadata has, among others. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Case {
  readonly example: string;
  readonly expected: (order: number) => Expected;
  /** What is logged before the first order. */
  readonly before?: (record: Record<string, unknown>) => boolean;
}

/** So many calls have returned at least before the kill. */
const CALLS_MIN = 3000;
const text = (order: number) => `order ${order} taken`;
const id = (order: number) => `r-${order}`;

const CASES: readonly Case[] = [
  {
    example: "pino",
    expected: (order) => ({
      data: "order taken",
      request_id: id(order),
      metadata: { order, component: "orders" },
    }),
  },
  {
    example: "winston",
    expected: (order) => ({
      data: "order taken",
      request_id: id(order),
      metadata: { order, component: "orders" },
    }),
  },
  {
    example: "bunyan",
    expected: (order) => ({
      data: "order taken",
      request_id: id(order),
      metadata: { order, component: "orders", name: "shop" },
    }),
  },
  {
    example: "console",
    expected: (order) => ({ data: text(order), request_id: id(order), metadata: { component: "orders" } }),
  },
  {
    example: "opentelemetry-logs",
    expected: (order) => ({
      data: "order taken",
      request_id: id(order),
      metadata: { order, scope: "orders" },
    }),
  },
  {
    example: "nestjs",
    expected: (order) => ({ data: text(order), request_id: id(order), metadata: { context: "orders" } }),
    before: ({ metadata }) => (metadata as { context?: string })?.context !== "orders",
  },
];

/** Runs until it is killed; how many calls had returned. */
async function killedUnderLoad(app: Application, example: string): Promise<number> {
  const path = join(ROOT, `examples/${example}.mjs`);
  const book = join(app.dir, "orders.txt");
  const child = app.start(process.execPath, path, `${Number.MAX_SAFE_INTEGER}`, book);
  const end = ended(child);
  let hasEnded = false;
  void end.then(() => {
    hasEnded = true;
  });
  child.stdin.end();
  const orders = () => (existsSync(book) ? readFileSync(book, "utf8").split("\n").length - 1 : 0);
  await until(
    () => hasEnded || orders() >= CALLS_MIN,
    () => `${example} has come to ${orders()} orders only`,
  );
  child.kill("SIGKILL");
  const { signal, stderr } = await end;
  assert.equal(signal, "SIGKILL", stderr);
  return orders();
}

for (const { example, expected, before = () => false } of CASES) {
  test(`what had returned from ${example} is delivered after SIGKILL, once and in order`, async (context: TestContext) => {
    const app = new Application(context).link();
    const returned = await killedUnderLoad(app, example);
    assert.ok(returned >= CALLS_MIN);
    const all = await app.records();
    const records = all.slice(all.findIndex((record) => !before(record)));
    const extra = records.length - returned;
    assert.ok(extra === 0 || extra === 1, `${records.length} records of ${returned} calls that had returned`);
    for (const [order, record] of records.entries()) {
      const { data, request_id, metadata } = expected(order);
      assert.deepEqual(
        [record.data, record.type, record.service, record.request_id],
        [data, "INFO", "shop", request_id],
      );
      const said = record.metadata as Record<string, unknown>;
      for (const [name, value] of Object.entries(metadata)) assert.deepEqual(said[name], value, name);
    }
    const seqs = all.map((record) => Number(/-(\d+)$/.exec(`${record.id}`)?.[1]));
    assert.deepEqual(
      seqs,
      all.map((_, seq) => seq),
    );
  });
}

test("the target of pino's worker thread records lines with the levels and names of its logger", async (context) => {
  const app = new Application(context).link();
  const path = join(app.dir, "program.mjs");
  writeFileSync(
    path,
    `import pino from ${JSON.stringify(join(ROOT, "node_modules/pino/pino.js"))};
     const into = pino.transport({ target: "dragonlog/pino", options: { service: "shop" } });
     const log = pino({ messageKey: "message", customLevels: { audit: 35 } }, into);
     for (let n = 0; n < 1000; n++) log.audit({ n, reqId: \`r-\${n}\` }, "taken");
     log.flush(() => into.end());`,
  );
  const { code, stderr } = await app.run(process.execPath, path);
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    (await app.records()).map(({ data, type, service, request_id }) => [data, type, service, request_id]),
    Array.from({ length: 1000 }, (_, n) => ["taken", "AUDIT", "shop", id(n)]),
  );
});
