/** What the figures were taken on. Figures without this line mean nothing. */
import { readFileSync, statfsSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { dirname, join } from "node:path";

/** From `linux/magic.h`; others are shown by number. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: "ext4",
  1481003842: "xfs",
  2435016766: "btrfs",
  16914836: "tmpfs",
  2035054128: "overlayfs",
};

/** CPUs, memory, kernel, Node.js, and the file system of the folder that was logged to. */
export function machineLine(dir: string): string {
  const processors = cpus();
  const magic = statfsSync(dir).type;
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? "unknown CPU"}`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `${type()} ${release()}`,
    FILE_SYSTEMS[magic] ?? `file system 0x${magic.toString(16)}`,
    `Node.js ${process.version}`,
  ].join(", ");
}

/** `pino 10.4.0, winston 3.19.0`, from what is installed. */
export function versionsLine(packages: readonly string[]): string {
  const own = (readJson(join(repositoryDir, "package.json")) as { version: string }).version;
  const peers = packages.map((name) => {
    const { version } = readJson(join(repositoryDir, "node_modules", name, "package.json")) as {
      version: string;
    };
    return `${name} ${version}`;
  });
  return [`dragonlog ${own}`, ...peers].join(", ");
}

/** The folder of package.json; the benches run from a folder somewhere below it. */
export const repositoryDir = findRepository(import.meta.dirname);

function findRepository(dir: string): string {
  try {
    readFileSync(join(dir, "package.json"));
    return dir;
  } catch {
    return findRepository(dirname(dir));
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
