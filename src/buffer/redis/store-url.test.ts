import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStoreUrl, type StoreUrl } from "./store-url.js";

const PLAIN: StoreUrl = {
  kind: "single",
  tls: false,
  username: undefined,
  password: undefined,
  nodes: [{ host: "cache", port: 6379 }],
  master: "",
  database: 0,
  name: "redis://cache",
};

test("every form is understood", () => {
  assert.deepEqual(parseStoreUrl("redis://cache", "buffer"), PLAIN);
  assert.deepEqual(parseStoreUrl("rediss://app:p%40ss:w%2Frd@[::1]:7000/3", "buffer"), {
    ...PLAIN,
    tls: true,
    username: "app",
    password: "p@ss:w/rd",
    nodes: [{ host: "::1", port: 7000 }],
    database: 3,
    name: "rediss://[::1]:7000/3",
  });
  assert.deepEqual(parseStoreUrl("redis+sentinel://:secret@a,b:5000/logs/2", "buffer"), {
    ...PLAIN,
    kind: "sentinel",
    password: "secret",
    nodes: [
      { host: "a", port: 26_379 },
      { host: "b", port: 5000 },
    ],
    master: "logs",
    database: 2,
    name: "redis+sentinel://a,b:5000/logs/2",
  });
  assert.deepEqual(parseStoreUrl("rediss+cluster://a:1,b:2/", "buffer"), {
    ...PLAIN,
    kind: "cluster",
    tls: true,
    nodes: [
      { host: "a", port: 1 },
      { host: "b", port: 2 },
    ],
    name: "rediss+cluster://a:1,b:2/",
  });
});

const REFUSED = [
  "http://u:secret@cache",
  "redis://",
  "redis://u:secret@",
  "redis://u:secret@a,b",
  "redis://u:secret@cache:0",
  "redis://u:secret@cache:65536",
  "redis://u:secret@cache:port",
  "redis://u:secret@cache/x",
  "redis://u:secret@cache/0/1",
  "redis://u:secret@cache?db=1",
  "redis://u:secret%zz@cache",
  "redis://u:sec/ret@cache",
  "redis+sentinel://u:secret@a",
  "redis+sentinel://u:secret@a/",
  "redis+sentinel://u:secret@a,,b/logs",
  "redis+cluster://u:secret@a/1",
  "redis+ring://u:secret@a",
];

for (const url of REFUSED) {
  test(`${url} is refused by name, without its password`, () => {
    assert.throws(
      () => parseStoreUrl(url, "buffer"),
      (error: Error & { code: string; hint: string }) => {
        assert.equal(error.code, "DRAGONLOG_OPTION_INVALID");
        assert.match(error.message, /^buffer cannot be/);
        assert.doesNotMatch(`${error.message}${error.hint}`, /sec/);
        return true;
      },
    );
  });
}
