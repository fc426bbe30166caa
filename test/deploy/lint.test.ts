/** What lies in deploy/ is what Docker, Compose and Kubernetes take: read by linters and by schemas, and nothing unknown in it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DCLinter } from "dclint";
import { ValidationSeverity, type ValidatorSettings, validate } from "dockerfile-utils";
import { ROOT } from "../integration/application.js";
import { DEPLOY, documentsIn, kustomizations, manifests, readDeploy, type Yaml } from "./deployment.js";

const DOCKERFILE_RULES: ValidatorSettings = {
  deprecatedMaintainer: ValidationSeverity.ERROR,
  directiveCasing: ValidationSeverity.ERROR,
  emptyContinuationLine: ValidationSeverity.ERROR,
  instructionCasing: ValidationSeverity.ERROR,
  instructionCmdMultiple: ValidationSeverity.ERROR,
  instructionEntrypointMultiple: ValidationSeverity.ERROR,
  instructionHealthcheckMultiple: ValidationSeverity.ERROR,
  instructionJSONInSingleQuotes: ValidationSeverity.ERROR,
  instructionWorkdirRelative: ValidationSeverity.ERROR,
};

function dockerfileFindings(text: string): string[] {
  return validate(text, DOCKERFILE_RULES).map(
    ({ range, message }) => `line ${range.start.line + 1}: ${message}`,
  );
}

function composeFindings(path: string): string[] {
  const linter = new DCLinter({
    rules: {
      // The order tells what feeds what.
      "services-alphabetical-order": 0,
      "service-keys-order": 0,
      "require-quotes-in-ports": [1, { quoteType: "double" }],
    },
    quiet: false,
    debug: false,
    exclude: [],
  });
  const results: { messages: { rule: string; message: string }[] }[] = linter.lintFiles([path], false);
  return results.flatMap(({ messages }) => messages.map(({ rule, message }) => `${rule}: ${message}`));
}

/** The module of the models of a kind. Those of Kubernetes are of its OpenAPI description of 1.34. */
function modelOf({ apiVersion, kind }: Yaml): string {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const library =
    group === "monitoring.coreos.com" ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
  return [library, group, version, kind].filter((part) => part !== "").join("/");
}

/** What the schema of its kind says against an object: required fields, types, formats, values; unknown fields it lets pass. */
async function schemaFindings(object: Yaml): Promise<string[]> {
  const models = await import(modelOf(object));
  try {
    new models[object.kind](object).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata?.name}: ${(error as Error).message}`];
  }
}

/** What the types of the models say against objects: fields that are unknown above all. */
function typeFindings(context: TestContext, objects: readonly Yaml[]): string {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-manifests-"));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  const lines = objects.flatMap((object, at) => [
    `import type { I${object.kind} as Kind${at} } from ${JSON.stringify(modelOf(object))};`,
    `export const object${at}: Kind${at} = ${JSON.stringify(object, undefined, 1)};`,
  ]);
  writeFileSync(join(dir, "manifests.mts"), lines.join("\n"));
  const flags = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--types",
    "",
  ];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  return spawnSync(process.execPath, [tsc, ...flags, "manifests.mts"], { cwd: dir, encoding: "utf8" }).stdout;
}

test("deploy/Dockerfile has no finding, and neither has that of docs/deploying.md", () => {
  assert.deepEqual(dockerfileFindings(readDeploy("Dockerfile")), []);
  const guide = readFileSync(join(ROOT, "docs/deploying.md"), "utf8");
  const [, shown] = /```dockerfile\n([\s\S]*?)```/.exec(guide)!;
  assert.deepEqual(dockerfileFindings(shown!), []);
  const broken = readDeploy("Dockerfile").replace("STOPSIGNAL SIGTERM", "STOPSIGNALS SIGTERM");
  assert.match(dockerfileFindings(broken).join(), /STOPSIGNALS/, "the linter finds what is wrong");
});

test("deploy/compose.yaml has no finding, of the compose specification's schema neither", (context) => {
  assert.deepEqual(composeFindings(join(DEPLOY, "compose.yaml")), []);
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-compose-"));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, "compose.yaml"), readDeploy("compose.yaml").replace("mem_limit:", "memory_limit:"));
  assert.match(
    composeFindings(join(dir, "compose.yaml")).join(),
    /invalid-schema.*services.store.*additional/,
    "it finds what is wrong",
  );
});

test("deploy/kubernetes: each manifest is what the schema of its kind says", async () => {
  assert.ok(manifests.length >= 15);
  const findings = await Promise.all(manifests.map(({ object }) => schemaFindings(object)));
  assert.deepEqual(findings.flat(), []);
  const wrong = structuredClone(manifests.find(({ object }) => object.kind === "DaemonSet")!.object);
  wrong.spec.template.spec.containers[0].ports[0].containerPort = "8001";
  assert.match((await schemaFindings(wrong)).join(), /containerPort/, "it finds what is wrong");
});

test("deploy/kubernetes: no manifest has a field that its kind has not", (context) => {
  const objects = manifests.map(({ object }) => object);
  assert.equal(typeFindings(context, objects), "");
  const wrong = structuredClone(objects.find(({ kind }) => kind === "DaemonSet")!);
  wrong.spec.template.spec.containers[0].readynessProbe = {};
  assert.match(typeFindings(context, [wrong]), /readynessProbe/, "it finds what is wrong");
});

test("deploy/kubernetes: kustomize builds each folder", {
  skip:
    spawnSync("kubectl", ["kustomize", "--help"]).status !== 0 &&
    "kubectl, which has kustomize in it, is not here",
}, async (context) => {
  assert.ok(kustomizations.size >= 3);
  for (const [folder, kustomization] of kustomizations) {
    const { status, stdout, stderr } = spawnSync("kubectl", ["kustomize", folder], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""], folder);
    const dir = mkdtempSync(join(tmpdir(), "dragonlog-kustomize-"));
    context.after(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, "built.yaml"), stdout);
    const built = documentsIn(join(dir, "built.yaml"));
    assert.deepEqual((await Promise.all(built.map(schemaFindings))).flat(), [], folder);
    assert.equal(typeFindings(context, built), "", folder);
    const maps = built.filter(({ kind }) => kind === "ConfigMap").map(({ metadata }) => metadata.name);
    assert.equal(maps.length, kustomization.configMapGenerator?.length ?? 0);
    for (const name of maps)
      assert.ok(stdout.includes(`          name: ${name}\n`), `${name} is mounted by nobody`);
  }
});
