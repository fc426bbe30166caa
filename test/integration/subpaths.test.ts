/** A process has one logger, one context and one class of errors, whichever of the package's exports it loads, and how. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Application } from "./application.js";

/** What a framework does with the middleware, and an option that is refused. */
const PROGRAM = `
const logger = new DragonLogger({ service: "one" });
const request = Object.assign(new IncomingMessage(new Socket()), { method: "GET", url: "/", headers: { "x-request-id": "r" } });
let below;
requestLog({ logger })(request, new ServerResponse(request), () => {
  below = currentContext();
  logger.info("below");
});
assert.deepEqual(below, { request_id: "r" });
assert.throws(() => requestLog({ logger, heather: "x" }), DragonlogError);
`;

const WAYS = {
  "imported.mjs": `
import assert from "node:assert";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { requestLog } from "dragonlog/express";
import { currentContext, DragonlogError, DragonLogger } from "dragonlog";
${PROGRAM}`,
  "required.cjs": `
const assert = require("node:assert");
const { IncomingMessage, ServerResponse } = require("node:http");
const { Socket } = require("node:net");
const { requestLog } = require("dragonlog/express");
const { currentContext, DragonlogError, DragonLogger } = require("dragonlog");
${PROGRAM}`,
  "both.mjs": `
import assert from "node:assert";
import { createRequire } from "node:module";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { currentContext, DragonlogError, DragonLogger } from "dragonlog";
const { requestLog } = createRequire(import.meta.url)("dragonlog/express");
${PROGRAM}`,
};

for (const [name, program] of Object.entries(WAYS)) {
  test(`a subpath and the logger are one: ${name}`, async (context) => {
    const app = new Application(context).link();
    writeFileSync(join(app.dir, name), program);
    const { code, stderr } = await app.run(process.execPath, name);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /Warning/);
    const [record] = await app.records();
    assert.deepEqual([record!.data, record!.request_id], ["below", "r"]);
  });
}

test("no framework is loaded, nor has to be there", async (context) => {
  const app = new Application(context).link();
  // A loader that fails for whatever is neither ours nor of Node.js.
  const hook = `export async function resolve(name, at, next) {
    if (/^(express|fastify|hono)\\b/.test(name)) throw new Error("loads " + name);
    return next(name, at);
  }`;
  const program = `
    import { register } from "node:module";
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});
    for (const name of ["express", "fastify", "hono"]) {
      const { requestLog } = await import("dragonlog/" + name);
      if (typeof requestLog !== "function") throw new Error(name);
    }`;
  writeFileSync(join(app.dir, "without.mjs"), program);
  const { code, stderr } = await app.run(process.execPath, "without.mjs");
  assert.equal(code, 0, stderr);
});
