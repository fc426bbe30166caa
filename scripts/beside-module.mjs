/** A plugin of esbuild: what a module finds by its own place, it finds from the file that it is built into, too. */
import { readFileSync } from "node:fs";
import { dirname, extname, relative } from "node:path";

/** `root`: of the modules; `toRoot`: the way there from the folder of the built file. */
export function besideModule(root, toRoot) {
  return {
    name: "files beside a module are found from the bundle too",
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.[jt]s$/ }, ({ path }) => {
        if (!path.startsWith(`${root}/`)) return undefined;
        const folder = `${toRoot}${relative(root, dirname(path))}/`;
        const place = `new URL(${JSON.stringify(folder)}, import.meta.url).href`;
        return {
          contents: readFileSync(path, "utf8").replaceAll("import.meta.url", place),
          loader: extname(path).slice(1),
        };
      }),
  };
}
