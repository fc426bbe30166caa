/** A reader's folder after `npm install dragonlog` and whatever else a page installs, and the tools of a terminal in it. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** What each Node.js process of a page loads. */
export const PRELOADED = new URL("programs/as-documented.js", import.meta.url);
const programAt = (name: string): string => fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));

/** Without a registry: what is there is linked, and `npm` stands for as much of npm as pages use. */
export function newFolder(dir: string): void {
  const modules = join(dir, "node_modules");
  for (const name of packagesOf(join(ROOT, "node_modules"))) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  symlinkSync(ROOT, join(modules, "dragonlog"));
  mkdirSync(join(modules, ".bin"));
  for (const [name, script] of Object.entries(TOOLS)) {
    writeFileSync(join(modules, ".bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
}

const TOOLS: Readonly<Record<string, string>> = {
  dragonlog: `exec "${process.execPath}" "${join(ROOT, "dist/src/cli/main.js")}" "$@"`,
  npm: `exec "${process.execPath}" "${programAt("npm")}" "$@"`,
  "redis-server": `REAL_PATH="${process.env.PATH}" exec "${process.execPath}" "${programAt("redis-server")}" "$@"`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  npx: 'while [ "$1" != "${1#-}" ]; do shift; done\nexec "$@"',
  // What a server refuses has failed; and who would listen for ever has seen enough after a second.
  curl: `PATH="${process.env.PATH}"
case "$*" in
*-N*) timeout 1 curl -sSf "$@"; [ $? = 124 ] ;;
*) exec curl -sSf "$@" ;;
esac`,
};

function packagesOf(modules: string): string[] {
  return readdirSync(modules).flatMap((name) => {
    if (name.startsWith(".")) return [];
    return name.startsWith("@") ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : [name];
  });
}
