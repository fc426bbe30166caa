/** Imports go one way: see the table in src/README.md, which is the rule that this test reads and applies. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { isTest, ROOT, type Source, sourcesIn } from "./sources.js";

interface Stage {
  readonly folder: string;
  /** Where alone it may be imported, if its row says so; tests may import it always. */
  readonly importedBy: readonly string[] | undefined;
}

/**
 * Packages that the installing application may lack or that cost much to load: one folder each, the rest goes without. Those
 * of a folder `vendored/` it always lacks: they are built in there (scripts/bundle.mjs).
 */
const PACKAGE_HOMES: Readonly<Record<string, string>> = {
  commander: "src/cli/vendored/",
  "@aws-sdk/client-cloudwatch-logs": "src/sink/cloudwatch/",
  "@redis/client": "src/buffer/redis/",
  nodemailer: "src/alert/",
  pino: "src/adapters/",
  winston: "src/adapters/",
  bunyan: "src/adapters/",
  "@opentelemetry/sdk-logs": "src/adapters/",
  "@nestjs/common": "src/adapters/",
  hono: "src/serve/vendored/",
  "@hono/node-server": "src/serve/vendored/",
  "prom-client": "src/metrics/vendored/",
};
/** Frameworks and loggers whose users import a folder beside them, and have them: it takes their types, and no code. */
const TYPES_HOMES: Readonly<Record<string, string>> = {
  express: "src/frameworks/express/",
  fastify: "src/frameworks/fastify/",
  hono: "src/frameworks/hono/",
};

/** `@hono/node-server` of `@hono/node-server/utils/response`. */
function packageOf(specifier: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

const stages = readStages(readFileSync(join(ROOT, "src/README.md"), "utf8"));
const sources = sourcesIn("src", [".ts"]);

function readStages(readme: string): Stage[] {
  return [...readme.matchAll(/^\| *`(\w+)\/` *\| *(.*?) *\|$/gm)].map(([, folder, text]) => {
    const places = /imported by tests, (.*) only/.exec(text!)?.[1];
    return {
      folder: folder!,
      importedBy: places && [...places.matchAll(/`([^`]+)`/g)].map(([, place]) => place!),
    };
  }) as Stage[];
}

function specifiersOf({ text }: Source): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, specifier]) => specifier!);
}

/** Why a file may not import a stage; undefined if it may. */
function objection(path: string, imported: string): string | undefined {
  const folderOf = (file: string) => /^src\/(\w+)\//.exec(file)?.[1];
  const from = stages.findIndex((stage) => stage.folder === folderOf(path));
  const to = stages.findIndex((stage) => stage.folder === folderOf(imported));
  if (from === to || to === -1) return undefined;
  const { folder, importedBy } = stages[to]!;
  if (importedBy && !isTest(path) && !importedBy.some((place) => `${path}`.startsWith(`src/${place}`))) {
    return `${folder}/ is imported by tests, ${importedBy.join(" and ")} only`;
  }
  // The files directly in src/ are the public surface, below all stages.
  return from === -1 || to < from
    ? undefined
    : `${folder}/ stands below ${stages[from]!.folder}/ in src/README.md`;
}

test("the table in src/README.md names every folder of src/, once", () => {
  const named = stages.map((stage) => stage.folder);
  assert.equal(new Set(named).size, named.length);
  const folders = new Set(sources.flatMap(({ path }) => /^src\/(\w+)\//.exec(path)?.[1] ?? []));
  for (const folder of folders)
    assert.ok(named.includes(folder), `src/${folder}/ has no row in src/README.md`);
});

test("a stage imports only what stands above it", () => {
  const wrong = sources.flatMap((source) =>
    specifiersOf(source)
      .filter((specifier) => specifier.startsWith("."))
      .flatMap((specifier) => {
        const imported = posix.join(posix.dirname(source.path), specifier);
        const reason = objection(source.path, imported);
        return reason ? [`${source.path} imports ${imported}: ${reason}`] : [];
      }),
  );
  assert.deepEqual(wrong, []);
});

test("the rule objects where it should", () => {
  assert.equal(objection("src/cli/ship.ts", "src/ship/run-ship.js"), undefined);
  assert.equal(objection("src/journal/a.ts", "src/journal/b.js"), undefined);
  assert.equal(objection("src/index.ts", "src/logger/logger.js"), undefined);
  assert.equal(objection("src/cli/fake-cloud.ts", "src/testing/index.js"), undefined);
  assert.equal(objection("src/sink/a.test.ts", "src/testing/index.js"), undefined);
  assert.match(
    objection("src/journal/a.ts", "src/logger/logger.js") ?? "",
    /logger\/ stands below journal\//,
  );
  assert.match(
    objection("src/testing/a.ts", "src/config/options.js") ?? "",
    /config\/ stands below testing\//,
  );
  assert.match(
    objection("src/sink/a.ts", "src/testing/index.js") ?? "",
    /testing\/ is imported by tests, demo\/ and/,
  );
  assert.match(objection("src/cli/ship.ts", "src/testing/index.js") ?? "", /testing\/ is imported by tests/);
  assert.match(objection("src/index.ts", "src/testing/index.js") ?? "", /testing\/ is imported by tests/);
});

/** True where a file imports types alone of a package, in that package's folder. */
function takesTypes({ path, text }: Source, specifier: string): boolean {
  const home = TYPES_HOMES[packageOf(specifier)];
  const imports = [...text.matchAll(/^import ([^;]*?) from "([^"]+)";$/gm)];
  return (
    home !== undefined &&
    path.startsWith(home) &&
    imports.every(([, names, from]) => from !== specifier || names!.startsWith("type "))
  );
}

test("what people use beside us is imported for its types alone, in the folder that is for it", () => {
  const wrong = sources
    .filter(({ path }) => !isTest(path) && !path.includes("/vendored/"))
    .flatMap((source) =>
      specifiersOf(source)
        .filter(
          (specifier) => TYPES_HOMES[packageOf(specifier)] !== undefined && !takesTypes(source, specifier),
        )
        .map((specifier) => `${source.path} imports ${specifier}`),
    );
  assert.deepEqual(wrong, []);
});

test("a package that is heavy or optional is imported by one folder", () => {
  const wrong = sources
    .filter(({ path }) => !isTest(path))
    .flatMap((source) =>
      specifiersOf(source)
        .filter((specifier) => {
          const home = PACKAGE_HOMES[packageOf(specifier)];
          return home !== undefined && !source.path.startsWith(home) && !takesTypes(source, specifier);
        })
        .map(
          (specifier) =>
            `${source.path} imports ${specifier}, which belongs to ${PACKAGE_HOMES[packageOf(specifier)]}`,
        ),
    );
  assert.deepEqual(wrong, []);
});
