/**
 * Writes dist/src/dragonlog.js, the logger as one file: Node.js takes a third of a millisecond for each file that an application
 * imports. Worker threads and commands use the files beside it.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { build } from "esbuild";

await build({
  entryPoints: ["dist/src/index.js"],
  outfile: "dist/src/dragonlog.js",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  plugins: [
    {
      name: "files beside a module are found from the bundle too",
      setup: ({ onLoad }) =>
        onLoad({ filter: /dist\/src\/.*\.js$/ }, ({ path }) => {
          const place = `new URL(${JSON.stringify(`./${relative("dist/src", path)}`)}, import.meta.url).href`;
          return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", place) };
        }),
    },
  ],
});
