/** Getting into a store: passwords, an ACL user who may do no more than needed, and TLS with an authority of one's own. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openStore } from "../../src/buffer/redis/client.js";
import type { StoreError } from "../../src/buffer/redis/failures.js";
import { makeCertificate, noOpenssl } from "../harness/certificate.js";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";

const PASSWORD = "s3cret/with@odd:signs";
/** All that a store of one server needs; docs/store.md lists the same. */
const COMMANDS =
  "xadd xrange xtrim xlen xinfo|stream hgetall hmget hset hdel get set pexpire pttl persist del incr lrange ltrim llen lrem lpush watch multi exec info".split(
    " ",
  );

const cases = { skip: noRedisServer };

function urlAs(user: string, password: string, server: RedisServer): string {
  return `redis://${user}:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
}

test(
  "a user who may run these commands on these keys, and nothing else, can do everything",
  cases,
  async () => {
    const server = await RedisServer.start();
    const commands = COMMANDS.map((name) => `+${name}`);
    await server.command(
      "ACL",
      "SETUSER",
      "app",
      "on",
      `>${PASSWORD}`,
      "~dragonlog:*",
      "resetchannels",
      "-@all",
      ...commands,
    );
    const store = await openStore(urlAs("app", PASSWORD, server));
    assert.equal(store.name, `redis://127.0.0.1:${server.port}`);
    const id = await store.append("dragonlog:s", Buffer.from("x"));
    assert.equal((await store.read("dragonlog:s", "0-0", 1)).length, 1);
    assert.equal(await store.lastId("dragonlog:s"), id);
    assert.equal(await store.length("dragonlog:s"), 1);
    await store.trim("dragonlog:s", id);
    await store.setFields("dragonlog:h", new Map([["a", "1"]]));
    await store.getFields("dragonlog:h");
    await store.removeFields("dragonlog:h", ["a"]);
    await store.setIfMissing("dragonlog:k", "v", 1000);
    await store.get("dragonlog:k");
    await store.extend("dragonlog:k", 1000);
    await store.set("dragonlog:spare", "1");
    assert.equal(await store.startExpiry("dragonlog:spare", 60_000), true);
    assert.equal(await store.startExpiry("dragonlog:spare", 60_000), false);
    assert.ok((await store.expiresInMs("dragonlog:spare"))! > 0);
    await store.stopExpiry("dragonlog:spare");
    assert.equal(await store.expiresInMs("dragonlog:spare"), undefined);
    await store.remove("dragonlog:k");
    await store.increment("dragonlog:n");
    await store.listRange("dragonlog:l", 0, 1);
    const isOne = { key: "dragonlog:n", value: "1" };
    await store.listRemove("dragonlog:l", [Buffer.from("x")]);
    await store.listPrepend("dragonlog:l", [Buffer.from("x")]);
    assert.equal(await store.setFieldsIf(isOne, "dragonlog:h", new Map([["f", "1"]])), true);
    assert.equal((await store.listTakeIf(isOne, "dragonlog:l", 1, "dragonlog:h", ["f"]))?.length, 1);
    await store.listLength("dragonlog:l");
    await store.servers();
    await assert.rejects(store.get("other"), { failure: "refused" });
    await store.close();
    await server.stop();
  },
);

test("a wrong password is refused, again at every call, and shown nowhere", cases, async () => {
  const server = await RedisServer.start({ flags: ["--requirepass", PASSWORD] });
  const store = await openStore(urlAs("", "wr0ng", server));
  for (let call = 0; call < 2; call++) {
    await assert.rejects(store.get("k"), (error: StoreError) => {
      assert.equal(error.failure, "refused", error.message);
      assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}${error.hint}`, /wr0ng/);
      return true;
    });
  }
  await store.close();
  const bare = await openStore(server.url);
  await assert.rejects(bare.get("k"), { failure: "refused" });
  await bare.close();
  const right = await openStore(urlAs("", PASSWORD, server));
  assert.equal(await right.get("k"), undefined);
  await right.close();
  await server.stop();
});

test("TLS: an authority from NODE_EXTRA_CA_CERTS is trusted, an unknown one is not", {
  skip: noRedisServer || noOpenssl,
}, async () => {
  const server = await RedisServer.start();
  const certificate = makeCertificate(server.dir);
  const port = await server.listenTls(certificate);
  const program = fileURLToPath(new URL("./programs/store-once.js", import.meta.url));
  const run = async (url: string, env: NodeJS.ProcessEnv): Promise<unknown> => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, url], {
      env: { ...process.env, ...env },
    });
    return JSON.parse(stdout);
  };
  const trusting = { NODE_EXTRA_CA_CERTS: certificate.authorityPath };
  for (const host of ["localhost", "127.0.0.1"]) {
    assert.deepEqual(await run(`rediss://${host}:${port}`, trusting), { ok: true });
  }
  assert.deepEqual(await run(`rediss://localhost:${port}`, {}), { failure: "refused" });
  assert.deepEqual(await run(`redis://localhost:${port}`, trusting), { failure: "away" });
  await server.stop();
});
