/** The example for AWS Lambda in one file, as esbuild makes it of a function before it is deployed. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { build } from "esbuild";
import { FakeCloudWatch } from "../../src/testing/index.js";
import { LambdaSandbox } from "../harness/lambda-runtime.js";
import { Application, ROOT } from "./application.js";

async function bundled(context: TestContext, format: "esm" | "cjs", external: string[]) {
  const cloud = await FakeCloudWatch.start({ quotas: false });
  context.after(() => cloud.stop());
  const app = new Application(context, cloud.url).link();
  app.env.AWS_REGION = "us-east-1";
  const task = join(app.dir, "function");
  mkdirSync(task);
  await build({
    entryPoints: [join(ROOT, "examples/lambda.mjs")],
    outfile: join(task, `lambda.${format === "esm" ? "mjs" : "cjs"}`),
    bundle: true,
    platform: "node",
    target: "node20",
    format,
    external,
    logLevel: "silent",
  });
  const sandbox = await LambdaSandbox.open(context, { task, handler: "lambda.handler", env: app.env });
  return { app, cloud, sandbox };
}

for (const format of ["esm", "cjs"] as const) {
  test(`with dragonlog and the AWS SDK left out of the bundle, it is as it was before: ${format}`, async (context) => {
    const { cloud, sandbox } = await bundled(context, format, ["dragonlog", "@aws-sdk/*"]);
    for (let order = 1; order <= 3; order++) {
      assert.equal((await sandbox.invoke({ order })).error, undefined);
      assert.equal(cloud.tally().distinct, order);
    }
    assert.equal(sandbox.stderr, "");
  });
}

test("with dragonlog in the bundle its worker thread is missing: that is told, and the records wait in the journal", async (context) => {
  const { app, cloud, sandbox } = await bundled(context, "esm", []);
  assert.equal((await sandbox.invoke({ order: 1 }, { timeoutMs: 2000 })).error, undefined);
  assert.match(sandbox.stderr, /DRAGONLOG_SHIPPER_FAILED/);
  assert.equal(cloud.tally().distinct, 0);
  await sandbox.kill();
  const flags = ["--once", "--journal-dir", join(sandbox.tmp, "dragonlog"), "--group", "examples"];
  const { code, stderr } = await app.run("npx", "dragonlog", "ship", ...flags);
  assert.equal(code, 0, stderr);
  assert.equal(cloud.tally().distinct, 1);
});
