import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf, StoreError, type StoreFailure } from "./failures.js";

const REPLIES: Readonly<Record<string, StoreFailure>> = {
  "OOM command not allowed when used memory > 'maxmemory'.": "full",
  "ERR Out of memory": "full",
  "Out of memory": "full",
  "LOADING Redis is loading the dataset in memory": "loading",
  "LOADING Dragonfly is loading the dataset in memory": "loading",
  "BUSY Redis is busy running a script.": "loading",
  "CLUSTERDOWN The cluster is down": "away",
  "TRYAGAIN Multiple keys request during rehashing of slot": "away",
  "ERR max number of clients reached": "away",
  "READONLY You can't write against a read only replica.": "read-only",
  "MISCONF Redis is configured to save RDB snapshots": "read-only",
  "NOREPLICAS Not enough good replicas to write.": "read-only",
  "NOAUTH Authentication required.": "refused",
  "WRONGPASS invalid username-password pair or user is disabled.": "refused",
  "NOPERM this user has no permissions to run the 'xadd' command": "refused",
  "DENIED Redis is running in protected mode": "refused",
  "ERR AUTH <password> called without any password configured for the default user.": "refused",
  "WRONGTYPE Operation against a key holding the wrong kind of value": "other",
  "ERR unknown command 'XADD'": "other",
  "": "other",
};

for (const [message, failure] of Object.entries(REPLIES)) {
  test(`"${message}" means ${failure}`, () => assert.equal(failureOf(new Error(message)), failure));
}

test("what the network says means that the store is away, and what TLS says that it is refused", () => {
  const withCode = (code: string) => Object.assign(new Error("failed"), { code });
  assert.equal(failureOf(withCode("ECONNREFUSED")), "away");
  assert.equal(failureOf(withCode("ENOTFOUND")), "away");
  assert.equal(failureOf(withCode("SELF_SIGNED_CERT_IN_CHAIN")), "refused");
  assert.equal(failureOf(withCode("ERR_TLS_CERT_ALTNAME_INVALID")), "refused");
});

test("whatever is thrown is sorted, without another throw", () => {
  const hostile = {
    get message() {
      throw new Error("no");
    },
    toString() {
      throw new Error("no");
    },
  };
  for (const thrown of [undefined, null, 7, "text", {}, Object.create(null), hostile]) {
    assert.equal(failureOf(thrown), "other");
  }
});

test("an error keeps its cause and what it means, and names the store", () => {
  const cause = new Error("ERR Out of memory");
  const error = new StoreError("redis://cache", cause);
  assert.equal(error.failure, "full");
  assert.equal(error.code, "DRAGONLOG_STORE_FAILED");
  assert.equal(error.message, "redis://cache: ERR Out of memory");
  assert.equal(error.cause, cause);
  assert.equal(failureOf(error), "full");
});
