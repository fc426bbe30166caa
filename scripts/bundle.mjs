/**
 * Writes what of the package is one file made of many:
 *
 * - dist/src/dragonlog.js, the logger: Node.js takes a third of a millisecond for each file that an application imports.
 * - dist/src/<subpath>.js for each export of package.json whose types lie elsewhere, such as dragonlog/express. What
 *   src/index.ts exports is not built in but imported from dragonlog.js, so that a process has it once; see ADR 0021.
 * - dist/src/bundled/, the command and whatever is started as a process or a thread (bundle-processes.mjs).
 * - dist/src/<stage>/vendored/, libraries that are built in, so that nobody installs them; and the texts of their licences.
 * - dist/src/.npmignore: what is not packed, because no export and no command leads to it.
 *
 *     node scripts/bundle.mjs [folder]      default: dist
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { besideModule } from "./beside-module.mjs";
import { bundleProcesses } from "./bundle-processes.mjs";
import { licencesOf } from "./licences.mjs";
import { writeNpmignore } from "./packed.mjs";

const dist = process.argv[2] ?? "dist";
const root = resolve(dist, "src");

/** What holds state of the process, or a class that users compare with: a second copy would be another logger. */
const ONCE = /^(context|journal|logger|ship|forward)\//;

const shared = { bundle: true, format: "esm", platform: "node", target: "node20.19" };

await build({
  ...shared,
  entryPoints: [`${dist}/src/index.js`],
  outfile: `${dist}/src/dragonlog.js`,
  packages: "external",
  plugins: [besideModule(root, "./")],
});

const inDragonlog = exportedBy(join(root, "index.js"));
const onceInProcess = {
  name: "what dragonlog.js exports is imported from there, and what else its modules hold is built in",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\./ }, ({ path, resolveDir, namespace, kind }) => {
      const module = resolve(resolveDir, path);
      if (module === join(root, "dragonlog.js")) return { path: "./dragonlog.js", external: true };
      return kind !== "entry-point" && namespace === "file" && inDragonlog.has(module)
        ? { path: relative(root, module), namespace: "exported" }
        : undefined;
    });
    onResolve({ filter: /^\//, namespace: "exported" }, ({ path }) => ({ path, sideEffects: false }));
    onLoad({ filter: /./, namespace: "exported" }, ({ path }) => ({
      contents: `export * from ${JSON.stringify(join(root, path))}; export { ${inDragonlog.get(join(root, path))} } from "./dragonlog.js";`,
      resolveDir: root,
    }));
  },
};
for (const { entry, outfile } of subpaths()) {
  const { metafile } = await build({
    ...shared,
    entryPoints: [entry],
    outfile,
    packages: "external",
    metafile: true,
    plugins: [onceInProcess, besideModule(root, "./")],
  });
  const built = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(
    ([, part]) => part.bytesInOutput > 0,
  );
  const twice = built.map(([path]) => relative(root, resolve(path))).filter((path) => ONCE.test(path));
  if (twice.length > 0 || readFileSync(outfile, "utf8").includes("class DragonlogError")) {
    throw new Error(
      `${outfile} would hold a second ${twice.join(", ")}: let src/index.ts export what it needs`,
    );
  }
}

const metafiles = [];
for (const source of vendoredIn("src")) {
  const outfile = join(dist, source.replace(/\.ts$/, ".js"));
  const { metafile } = await build({
    ...shared,
    // Not what tsc made of it, which this replaces.
    entryPoints: [source],
    outfile,
    allowOverwrite: true,
    // For what is written as CommonJS.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
    legalComments: "none",
    metafile: true,
  });
  // It says nothing of the file that is there now.
  rmSync(`${outfile}.map`, { force: true });
  metafiles.push(metafile);
}
const licences = join(dist, "src/vendored-licenses.txt");
writeFileSync(licences, licencesOf(metafiles));
const started = await bundleProcesses(dist, shared);
writeNpmignore(join(dist, "src"), [...entries(), ...started], licences);

function vendoredIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => /^[^/]+\/vendored\/[^/]+(?<!\.test|\.cases)\.ts$/.test(path))
    .map((path) => join(folder, path));
}

/** Of each export that is a bundle of its own: the module that tsc made, whose types it has, and where it goes. */
function subpaths() {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
  return Object.entries(exports)
    .filter(
      ([name, { types, default: file }]) => name !== "." && types && file !== types.replace(".d.ts", ".js"),
    )
    .map(([, { types, default: file }]) => ({
      entry: join(dist, relative("dist", types.replace(".d.ts", ".js"))),
      outfile: join(dist, relative("dist", file)),
    }));
}

/** What package.json says that users load, run or take the types of. */
function entries() {
  const { bin, exports } = JSON.parse(readFileSync("package.json", "utf8"));
  const files = [
    ...Object.values(bin),
    ...Object.values(exports)
      .filter((value) => typeof value !== "string")
      .flatMap(Object.values),
  ];
  return files.map((file) => join(dist, relative("dist", file)));
}

/** What an entry exports: of each module, the names. */
function exportedBy(entry) {
  const text = readFileSync(entry, "utf8");
  const lists = [...text.matchAll(/export \{([^}]*)\} from "(\.[^"]+)"/g)];
  return new Map(lists.map(([, names, path]) => [resolve(dirname(entry), path), names.trim()]));
}
