/** The users that docs/store.md gives: they may do all that a forwarder and a shipper do, and it names each command that is sent. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createClient } from "@redis/client";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";
import { ROOT } from "./application.js";
import { Shipping } from "./shipping.js";

const ACL = /```acl\n([\s\S]*?)\n```/.exec(readFileSync(join(ROOT, "docs/store.md"), "utf8"))![1]!;

test("the users of docs/store.md can do all that a forwarder and a shipper do, and nothing more is tried", {
  skip: noRedisServer,
}, async (context) => {
  const shipping = await Shipping.open(context);
  const users = join(shipping.cli.dir, "users.acl");
  writeFileSync(users, `${ACL}\n`);
  const server = await RedisServer.start({ flags: ["--aclfile", users] });
  context.after(() => server.stop());
  const urlOf = (user: string): string => `redis://${user}:${user}-password@127.0.0.1:${server.port}`;
  const pipe = ["pipe", "--service", "web", "--buffer", urlOf("app"), "--journal-dir", "machine"];
  const piped = await shipping.cli.run(pipe, "one\ntwo\n");
  assert.equal(piped.code, 0, piped.stderr);
  const other = createClient({ url: urlOf("other"), RESP: 2 });
  await other.connect();
  await other.sendCommand(["RPUSH", "logs:buffer", '{"service":"web","data":"three"}']);
  await assert.rejects(other.sendCommand(["LRANGE", "logs:buffer", "0", "-1"]), /NOPERM/);
  other.destroy();
  const shipper = ["--buffer", urlOf("ship"), "--journal-dir", "shipper"];
  const shown = await shipping.cli.run(["status", "--json", ...shipper]);
  assert.equal(JSON.parse(`${shown.stdout}`).store.waiting.records, 2, "what status may look at");
  const shipped = await shipping.shipOnce(...shipper);
  assert.equal(shipped.code, 0, shipped.stderr);
  const delivered = shipping.stored().map(({ data }) => data);
  assert.deepEqual(
    ["one", "two"].filter((data) => !delivered.includes(data)),
    [],
  );
  const admin = createClient({ url: urlOf("admin"), RESP: 2 });
  await admin.connect();
  const refused = (await admin.sendCommand(["ACL", "LOG"])) as unknown as string[][];
  admin.destroy();
  const foreign = refused.filter((entry) => !entry.includes("other"));
  assert.deepEqual(foreign, [], "refused, but for what this test tried on purpose");
});

test("each command that the client sends is granted in docs/store.md", () => {
  const client = readFileSync(join(ROOT, "src/buffer/redis/client.ts"), "utf8");
  const sent = new Set([...client.matchAll(/\[\s*"([A-Z]{3,})"/g)].map(([, name]) => name!.toLowerCase()));
  assert.ok(sent.size > 15);
  const granted = [...ACL.matchAll(/\+(\w+)/g)].map(([, name]) => name!);
  assert.deepEqual(
    [...sent].filter((name) => !granted.includes(name)),
    [],
  );
});
