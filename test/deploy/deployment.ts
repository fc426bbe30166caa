/** What lies in deploy/, parsed, for the tests that look into it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DockerfileParser, type Instruction } from "dockerfile-ast";
import { parseAllDocuments } from "yaml";
import { variableOf } from "../../src/config/names.js";
import { optionsIn, type ParsedOptions, type Scope } from "../../src/config/options.js";
import { loadOptions } from "../../src/config/sources.js";
import { ROOT } from "../integration/application.js";

/** A part of a parsed file, as far as a test looks into it. */
// biome-ignore lint/suspicious/noExplicitAny: manifests have no types here, and a wrong step fails the test
export type Yaml = any;

export const DEPLOY = join(ROOT, "deploy");
const KUBERNETES = join(DEPLOY, "kubernetes");

export interface Manifest {
  /** Below deploy/kubernetes/. */
  readonly path: string;
  readonly object: Yaml;
}

export function documentsIn(path: string): Yaml[] {
  return parseAllDocuments(readFileSync(path, "utf8"), { merge: true }).map((document) => {
    assert.deepEqual(document.errors, [], path);
    return document.toJS();
  });
}

export function readDeploy(name: string): string {
  return readFileSync(join(DEPLOY, name), "utf8");
}

const files = readdirSync(KUBERNETES, { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith(".yaml"),
);

/** Everything but the kustomizations, which are by folder in `kustomizations`. */
export const manifests: readonly Manifest[] = files
  .filter((path) => basename(path) !== "kustomization.yaml")
  .flatMap((path) => documentsIn(join(KUBERNETES, path)).map((object) => ({ path, object })));

export const kustomizations: ReadonlyMap<string, Yaml> = new Map(
  files
    .filter((path) => basename(path) === "kustomization.yaml")
    .map((path) => [join(KUBERNETES, dirname(path)), documentsIn(join(KUBERNETES, path))[0]]),
);

/** Whatever makes pods. */
export const workloads = manifests.filter(({ object }) => object.spec?.template !== undefined);

export function ofKind(kind: string): Yaml[] {
  return manifests.filter(({ object }) => object.kind === kind).map(({ object }) => object);
}

export function containersOf({ object }: Manifest): Yaml[] {
  const { spec } = object.spec.template;
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** What a volume of a workload is, by its name; those of claims too. */
export function volumesOf({ object }: Manifest): Map<string, Yaml> {
  const claims = object.spec.volumeClaimTemplates ?? [];
  return new Map([
    ...(object.spec.template.spec.volumes ?? []).map((volume: Yaml) => [volume.name, volume] as const),
    ...claims.map((claim: Yaml) => [claim.metadata.name, claim] as const),
  ]);
}

/** In place of secrets, which no file has. */
const SECRETS: Readonly<Record<string, string>> = {
  DRAGONLOG_BUFFER: "redis://store:6379",
  DRAGONLOG_TOKEN: "a-token-that-nobody-guesses",
};

/**
 * The options that a process gets from these variables, understood by the loader itself: a name that is none, or a value that
 * is out of range, throws. Each of ours must be an option of one of the scopes.
 */
export function optionsFrom<S extends Scope>(
  variables: Readonly<Record<string, string | undefined>>,
  [scope, ...more]: readonly [S, ...Scope[]],
): ParsedOptions<S> {
  const env: Record<string, string> = {};
  const known = [scope, ...more].flatMap((each) => optionsIn(each)).map(([key]) => variableOf(key));
  for (const [name, value] of Object.entries(variables)) {
    if (!name.startsWith("DRAGONLOG_")) continue;
    assert.ok(known.includes(name), `${name} is nothing to ${scope}`);
    env[name] = value ?? SECRETS[name] ?? assert.fail(`${name} has no value`);
  }
  if (scope === "logger") env.DRAGONLOG_SERVICE = "application";
  return loadOptions(scope, {}, { env, cwd: "/nowhere" });
}

/** The variables of a container, as Kubernetes sets them; a config that a kustomization makes a map of is the file itself. */
export function variablesOf(manifest: Manifest, container: Yaml): Record<string, string | undefined> {
  const variables = Object.fromEntries((container.env ?? []).map((each: Yaml) => [each.name, each.value]));
  if (variables.DRAGONLOG_CONFIG === undefined) return variables;
  const folder = dirname(variables.DRAGONLOG_CONFIG);
  const mount = container.volumeMounts.find((each: Yaml) => each.mountPath === folder);
  assert.ok(mount?.readOnly, `${folder} is not mounted`);
  const map = volumesOf(manifest).get(mount.name).configMap.name;
  const made = kustomizations.get(join(KUBERNETES, dirname(manifest.path))).configMapGenerator;
  const { files: sources } = made.find((each: Yaml) => each.name === map);
  assert.deepEqual(sources, [basename(variables.DRAGONLOG_CONFIG)]);
  return { ...variables, DRAGONLOG_CONFIG: join(KUBERNETES, dirname(manifest.path), sources[0]) };
}

/** The instructions of deploy/Dockerfile, a list for each stage, with what the stages have in common before the first. */
export function dockerfileStages(): { name: string; instructions: Instruction[] }[] {
  const stages: { name: string; instructions: Instruction[] }[] = [];
  for (const instruction of DockerfileParser.parse(readDeploy("Dockerfile")).getInstructions()) {
    if (instruction.getKeyword() === "FROM") {
      stages.push({ name: instruction.getArguments()[2]?.getValue() ?? "", instructions: [] });
    }
    stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** The words of an instruction in the form of JSON: CMD, ENTRYPOINT, VOLUME, or HEALTHCHECK with its CMD. */
export function jsonWords(instruction: Instruction): string[] {
  return JSON.parse(/\[.*\]$/s.exec(instruction.getArgumentsContent() ?? "")![0]);
}

/** The instruction of this name that counts in a stage, which is the last. */
export function lastOf(stage: string, keyword: string): Instruction {
  const { instructions } = dockerfileStages().find(({ name }) => name === stage)!;
  return (
    instructions.findLast((each) => each.getKeyword() === keyword) ?? assert.fail(`no ${keyword} in ${stage}`)
  );
}
