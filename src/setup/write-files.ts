/** Files that are written for a person: never over one that exists, unless that is asked for. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DragonlogError } from "../system/errors.js";
import type { Io } from "../system/io.js";

export interface NewFile {
  readonly name: string;
  readonly text: string;
  /** It is shown nowhere, and only its owner can read it. */
  readonly secret?: true;
}

export interface WriteOptions {
  readonly dir: string;
  readonly dryRun: boolean;
  readonly force: boolean;
}

/**
 * Writes all files or none. With `force`, what stood there is kept as `<name>.old`; with `dryRun`, the texts go to stdout.
 *
 * Throws DRAGONLOG_FILE_EXISTS, and errno errors.
 */
export function writeFiles(files: readonly NewFile[], { dir, dryRun, force }: WriteOptions, io: Io): void {
  if (dryRun) {
    for (const { name, text, secret } of files) {
      io.stderr.write(`dragonlog init: would write ${name}${secret ? ", which is not shown\n" : ":\n"}`);
      io.stdout.write(secret ? "" : text);
    }
    return;
  }
  const wanted = files.filter((file) => !isThere(join(dir, file.name), file));
  const present = wanted.filter(({ name }) => existsSync(join(dir, name)));
  if (present.length > 0 && !force) {
    throw new DragonlogError(
      "DRAGONLOG_FILE_EXISTS",
      `${present.map(({ name }) => name).join(" and ")} exist${present.length === 1 ? "s" : ""} in ${dir}; nothing is written`,
      "Use --force to replace what is there, or --dry-run to see what would be written.",
    );
  }
  for (const file of wanted) {
    const path = join(dir, file.name);
    const replaces = present.includes(file);
    if (replaces) renameSync(path, `${path}.old`);
    // Fails where a file has come meanwhile.
    writeFileSync(path, file.text, { flag: "wx", ...(file.secret && { mode: 0o600 }) });
    io.stderr.write(
      `dragonlog init: ${path} written${replaces ? `; what was there is ${file.name}.old` : ""}\n`,
    );
  }
}

/** A secret that two kinds of files need is written with the first of them. */
function isThere(path: string, { text, secret }: NewFile): boolean {
  return secret === true && existsSync(path) && readFileSync(path, "utf8") === text;
}
