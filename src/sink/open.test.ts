import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openSink } from "./open.js";

test("each kind of sink is opened by its name", async () => {
  const names: Record<string, string> = {
    cloudwatch: "cloudwatch eu-central-1",
    "directory:/var/log/x": "directory /var/log/x",
    stdout: "stdout",
  };
  for (const [to, name] of Object.entries(names)) {
    const sink = await openSink(to, { cloudwatch: { region: "eu-central-1" } });
    assert.equal(sink.name, name);
    await sink.close();
  }
});

test("any other name is refused, and so are options that the sink does not take", async () => {
  for (const to of ["", "Stdout", "directory", "directory:", "file:/x", "cloudwatch:x"]) {
    await assert.rejects(openSink(to), { code: "DRAGONLOG_OPTION_INVALID" });
  }
  await assert.rejects(openSink("cloudwatch", { cloudwatch: { maxSockets: 0 } }), {
    code: "DRAGONLOG_OPTION_INVALID",
    message: /^maxSockets /,
  });
  await assert.rejects(openSink("directory:x", { directory: { openFilesMax: 0 } }), {
    code: "DRAGONLOG_OPTION_INVALID",
    message: /^openFilesMax /,
  });
});

/**
 * Opens the CloudWatch sink of the code at `source` in a process that knows nothing of this machine's AWS settings.
 */
function openElsewhere(source: string, options: string): string {
  const script = `
    const { openSink } = await import(${JSON.stringify(pathToFileURL(join(source, "sink", "open.js")).href)});
    await openSink("cloudwatch", { cloudwatch: ${options} }).then(
      ({ name }) => console.log(name),
      ({ code, hint }) => console.log(code, "|", hint),
    );
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: "/nonexistent" },
  });
  return stdout.trim() || stderr;
}

const SOURCE = fileURLToPath(new URL("../", import.meta.url));

test("a missing region is told with the ways to set it", () => {
  assert.match(openElsewhere(SOURCE, "{}"), /^DRAGONLOG_OPTION_INVALID \| .*--region.*AWS_REGION/);
});

test("a missing AWS SDK is told with the command that installs it", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "dragonlog-no-sdk-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const part of ["batch", "sink", "system"])
    cpSync(join(SOURCE, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  assert.equal(
    openElsewhere(folder, '{ region: "eu-central-1" }'),
    "DRAGONLOG_DEPENDENCY_MISSING | npm install @aws-sdk/client-cloudwatch-logs",
  );
});
