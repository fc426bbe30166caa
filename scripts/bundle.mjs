/**
 * Writes what of the package is one file made of many:
 *
 * - dist/src/dragonlog.js, the logger: Node.js takes a third of a millisecond for each file that an application imports. Worker
 *   threads and commands use the files beside it.
 * - dist/src/<stage>/vendored/, libraries that are built in, so that nobody installs them; and the texts of their licences.
 *
 *     node scripts/bundle.mjs [folder]      default: dist
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { licencesOf } from "./licences.mjs";

const dist = process.argv[2] ?? "dist";
const root = resolve(dist, "src");

const shared = { bundle: true, format: "esm", platform: "node", target: "node20.19" };

await build({
  ...shared,
  entryPoints: [`${dist}/src/index.js`],
  outfile: `${dist}/src/dragonlog.js`,
  packages: "external",
  plugins: [
    {
      name: "files beside a module are found from the bundle too",
      setup: ({ onLoad }) =>
        onLoad({ filter: /\.js$/ }, ({ path }) => {
          if (!path.startsWith(`${root}/`)) return undefined;
          const place = `new URL(${JSON.stringify(`./${relative(root, path)}`)}, import.meta.url).href`;
          return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", place) };
        }),
    },
  ],
});

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
writeFileSync(`${dist}/src/vendored-licenses.txt`, licencesOf(metafiles));

function vendoredIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => /^[^/]+\/vendored\/[^/]+(?<!\.test|\.cases)\.ts$/.test(path))
    .map((path) => join(folder, path));
}
