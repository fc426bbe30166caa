import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "./parse.js";
import { checkToken, listenAt } from "./places.js";

test("an address to listen on is an address and a port, a port alone, or none", () => {
  assert.deepEqual(listenAt("127.0.0.1:8001", "listen"), { host: "127.0.0.1", port: 8001 });
  assert.deepEqual(listenAt("8001", "listen"), { host: "127.0.0.1", port: 8001 });
  assert.deepEqual(listenAt("localhost:0", "listen"), { host: "localhost", port: 0 });
  assert.deepEqual(listenAt("[::]:443", "listen"), { host: "::", port: 443 });
  assert.deepEqual(listenAt("0.0.0.0:65535", "listen"), { host: "0.0.0.0", port: 65_535 });
  assert.equal(listenAt("none", "listen"), undefined);
});

test("what is no address is refused by name, and names what would be taken", () => {
  for (const text of [
    "",
    "off",
    "127.0.0.1",
    "127.0.0.1:",
    ":8001",
    "127.0.0.1:65536",
    "::1:8001",
    "http://127.0.0.1:8001",
    "a b:1",
  ]) {
    assert.throws(
      () => listenAt(text, "--listen"),
      (error: Error & { code?: string }) =>
        error.code === "DRAGONLOG_OPTION_INVALID" && error.message.includes("--listen"),
      text,
    );
  }
});

test("a token is long enough and fits into a header", () => {
  assert.equal(checkToken("0123456789abcdef"), undefined);
  for (const text of [
    "short",
    "0123456789abcde",
    "with spaces in the middle",
    "umlaut-äöü-0123456789",
    "0123456789abcdef\n",
  ]) {
    const wanted = checkToken(text)!;
    assert.match(wanted, /at least 16/);
    assert.ok(!wanted.includes(text));
  }
});

test("none is a choice, and no way to get the default", () => {
  const place = { listen: "none" };
  assert.equal(parseOptions("ship", { to: "stdout", ...place }, "test").listen, undefined);
  assert.deepEqual(parseOptions("ship", { to: "stdout" }, "test").listen, { host: "127.0.0.1", port: 8001 });
});
