/** `dragonlog tail` of a store. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { noRedisServer, RedisServer } from "../harness/redis-server.js";
import { application, dataOf, Tailing } from "./tailing.js";

test("what applications put into a store and what others push to its lists is shown, and when it is away", {
  skip: noRedisServer,
}, async (t) => {
  const server = await RedisServer.start();
  const { cli, loggerOf } = application(t, server.url);
  t.after(() => server.stop());
  const logger = loggerOf("api");
  const tail = new Tailing(t, cli, ["--json"]);
  await tail.untilItFollows(logger);
  for (let n = 0; n < 100; n++) logger.info(n);
  await tail.until(() => dataOf(tail.lines).length === 100);
  await server.command(
    "RPUSH",
    "logs:buffer",
    '{"data":"pushed","service":"py","metadata":{"n":1}}',
    "no \u001b JSON",
  );
  await tail.until(() => dataOf(tail.lines).length === 102);
  await server.kill();
  await tail.until(() => tail.stderr.includes("nothing can be read at the moment"));
  await server.start();
  await tail.until(() => tail.stderr.includes("it can be read again"));
  logger.info("after");
  await tail.until(() => dataOf(tail.lines).includes("after"));
  const { code, stderr } = await tail.stop();
  assert.equal(code, 0);
  assert.doesNotMatch(stderr.replaceAll("\n", ""), /\p{Cc}/u);
  const seen = tail.lines.map((line) => JSON.parse(line)).filter(({ data }) => data !== "probe");
  assert.deepEqual(
    seen.slice(0, 100).map(({ data }) => data),
    Array.from({ length: 100 }, (_, n) => n),
  );
  assert.deepEqual([seen[100].service, seen[100].metadata], ["py", { n: 1 }]);
  assert.deepEqual([seen[101].preview, seen[101].data, seen[101].bytes], [true, "no \u001b JSON", 9]);
  assert.equal(seen.filter(({ data }) => data === "after").length, 1);
});
