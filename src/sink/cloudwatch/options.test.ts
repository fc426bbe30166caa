import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCloudWatchOptions } from "./options.js";

test("defaults are complete and valid options stay as they are", () => {
  assert.deepEqual(parseCloudWatchOptions({}), {
    region: undefined,
    endpoint: undefined,
    requestTimeoutMs: 30_000,
    connectionTimeoutMs: 5_000,
    maxSockets: 8,
    createGroup: true,
    createStream: true,
    retentionDays: undefined,
    logClass: "STANDARD",
  });
  const all = {
    region: "eu-central-1",
    endpoint: "http://127.0.0.1:4566",
    requestTimeoutMs: 100,
    connectionTimeoutMs: 900_000,
    maxSockets: 256,
    createGroup: false,
    createStream: false,
    retentionDays: 3653,
    logClass: "INFREQUENT_ACCESS",
  } as const;
  assert.deepEqual(parseCloudWatchOptions(all), all);
});

const WRONG: Record<string, readonly unknown[]> = {
  region: ["", "EU Central", 1],
  endpoint: ["", "127.0.0.1:4566", "ftp://x", "no url", 1],
  requestTimeoutMs: [99, 900_001, 1000.5, Number.NaN, "1000"],
  connectionTimeoutMs: [99, 900_001],
  maxSockets: [0, 257, Number.POSITIVE_INFINITY],
  createGroup: ["true", 1],
  createStream: ["false", 0],
  retentionDays: [0, 2, 3654, "7"],
  logClass: ["standard", "DELIVERY"],
};

for (const [name, values] of Object.entries(WRONG)) {
  for (const value of values) {
    test(`${name} = ${JSON.stringify(value)} is refused by name`, () => {
      assert.throws(() => parseCloudWatchOptions({ [name]: value }), {
        code: "DRAGONLOG_OPTION_INVALID",
        message: new RegExp(`^${name} `),
      });
    });
  }
}

test("an option that does not exist is refused by name", () => {
  assert.throws(() => parseCloudWatchOptions({ maxSocket: 3 } as object), {
    code: "DRAGONLOG_OPTION_UNKNOWN",
    message: /maxSocket/,
  });
});
