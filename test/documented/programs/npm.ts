/**
 * `npm` as far as pages use it, without a registry: `init` writes a package.json, and `install` links what is installed in this
 * repository, and the package itself as dragonlog. Any other package, and any other command, is refused.
 */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const [command = "", ...words] = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith("-")).map((word) => word.replace(/(?<=.)@.*$/, ""));

function refuse(why: string): never {
  console.error(`npm, as it is in this test: ${why}`);
  process.exit(1);
}

function packageJson(): Record<string, unknown> {
  return existsSync("package.json") ? JSON.parse(readFileSync("package.json", "utf8")) : {};
}

function save(content: Record<string, unknown>): void {
  writeFileSync("package.json", `${JSON.stringify(content, null, 2)}\n`);
}

if (command === "init") {
  save({ name: "app", version: "1.0.0", type: "commonjs", ...packageJson() });
} else if (["install", "i", "add"].includes(command) && names.length > 0) {
  for (const name of names) {
    const installed = name === "dragonlog" ? ROOT : join(ROOT, "node_modules", name);
    if (!existsSync(join(installed, "package.json"))) refuse(`${name} is not installed in this repository`);
    const link = join("node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(installed, link);
  }
  const { dependencies = {}, ...rest } = packageJson();
  save({
    ...rest,
    dependencies: { ...(dependencies as object), ...Object.fromEntries(names.map((name) => [name, "*"])) },
  });
  console.log(`added ${names.length} packages`);
} else {
  refuse(`"npm ${[command, ...words].join(" ")}" does not run; mark the block <!-- not run: … -->`);
}
