/**
 * Writes dist/src/bundled/: whatever is started as a process or a thread, and `dragonlog/testing`, made of few files in place of
 * hundreds, each of which costs Node.js a third of a millisecond and the disk half a block. What several of them need is in files
 * of its own there, so that a process has it once. What tsc made of an entry becomes one line that leads there.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { besideModule } from "./beside-module.mjs";

const SOURCES = resolve("src");
const FOLDER = "bundled";

/** Resolves with what was made of the entries: their paths in `dist`. */
export async function bundleProcesses(dist, options) {
  const modules = [...startedModules(), join(SOURCES, "testing/index.ts")];
  const folder = join(dist, "src", FOLDER);
  rmSync(folder, { recursive: true, force: true });
  await build({
    ...options,
    entryPoints: modules.map((module) => ({ in: module, out: nameOf(module) })),
    outdir: folder,
    splitting: true,
    chunkNames: "part-[hash]",
    packages: "external",
    plugins: [vendoredBeside, besideModule(SOURCES, "../")],
  });
  return modules.map((module) => {
    const file = join(dist, "src", relative(SOURCES, module).replace(/\.ts$/, ".js"));
    const target = `${relative(dirname(file), folder)}/${nameOf(module)}.js`;
    const isProgram = readFileSync(module, "utf8").startsWith("#!");
    writeFileSync(
      file,
      isProgram
        ? `#!/usr/bin/env node\nimport "${target}";\n`
        : `import "${target}";\nexport * from "${target}";\n`,
    );
    return file;
  });
}

const vendoredBeside = {
  name: "libraries that are built in stay files of their own",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/vendored\/[^/]+\.js$/ }, ({ path, resolveDir }) => ({
      path: `../${relative(SOURCES, resolve(resolveDir, path))}`,
      external: true,
    })),
};

/** The command, and each module that another one starts by its URL. */
function startedModules() {
  const started = new Set([join(SOURCES, "cli/main.ts")]);
  for (const path of readdirSync(SOURCES, { recursive: true })) {
    if (!/(?<!\.test|\.cases)\.ts$/.test(path)) continue;
    const source = join(SOURCES, path);
    for (const [, named] of readFileSync(source, "utf8").matchAll(
      /new URL\("(\.[^"]+)\.js", import\.meta\.url\)/g,
    )) {
      started.add(`${join(dirname(source), named)}.ts`);
    }
  }
  return [...started].sort();
}

function nameOf(module) {
  return relative(SOURCES, module).replace(/\.ts$/, "").replaceAll("/", "-");
}
