import assert from "node:assert/strict";
import { test } from "node:test";
import { keySlot } from "../key-slot.js";
import { checkListKey, listKeys } from "./list-keys.js";

test("what belongs to a list lies in its slot of a cluster", () => {
  // As redis-server 7.0 says: CLUSTER KEYSLOT.
  assert.deepEqual([keySlot("logs:buffer"), keySlot("123456789"), keySlot("a{b}c")], [3319, 12739, 3300]);
  for (const list of ["logs:buffer", "{app}:logs", "a{b", "a{{b}c", "ä"]) {
    checkListKey(list, "dragonlog");
    const slots = Object.values(listKeys(list, "dragonlog")).map(keySlot);
    assert.deepEqual([...new Set(slots)], [keySlot(list)], list);
  }
});

test("keys of dragonlog's own, and those beside which nothing can lie, are refused", () => {
  for (const list of ["dragonlog", "dragonlog:", "dragonlog:{1}:blocks", "a}b", "a{}b"]) {
    assert.throws(() => checkListKey(list, "dragonlog"), { code: "DRAGONLOG_OPTION_INVALID" }, list);
  }
  checkListKey("dragonlogs", "dragonlog");
});
