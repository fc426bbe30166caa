/** The command line that ships on this machine, whoever starts it: with absolute paths, from any folder, with any PATH. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DragonlogError } from "../system/errors.js";
import { ENV_FILE, secretUrl } from "./env-file.js";
import type { ShipOptions } from "./ship-options.js";

export interface ShipCommand {
  /** The program and its arguments. */
  readonly words: readonly string[];
  /** Where relative paths of the options start. */
  readonly workingDir: string;
  /** The folder of journals. */
  readonly journalDir: string;
  /** The file of variables that it needs, if it needs one. */
  readonly envPath: string | undefined;
}

/** Throws DRAGONLOG_OPTION_INVALID without a dragonlog.json, or for a path that cannot stand on one line. */
export function shipCommand(options: ShipOptions, cwd: string, ...flags: readonly string[]): ShipCommand {
  const config = resolve(cwd, options.config ?? "dragonlog.json");
  if (!existsSync(config)) {
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      `there is no ${config}, which the shipper is to read`,
      "Write one with `dragonlog init`, or name another with --config.",
    );
  }
  const journalDir = resolve(cwd, options.buffer.dir);
  const main = fileURLToPath(new URL("../cli/main.js", import.meta.url));
  const secret = secretUrl(options);
  const words = [
    process.execPath,
    main,
    "ship",
    ...flags,
    ...["--config", config],
    ...(options.buffer.kind === "journal"
      ? ["--buffer", `journal:${journalDir}`]
      : ["--journal-dir", journalDir]),
    // By way of `envPath` where it holds a password: command lines can be read by everybody.
    ...(options.buffer.kind === "redis" && secret === undefined ? ["--buffer", options.buffer.url] : []),
  ];
  const envPath = secret === undefined ? undefined : resolve(cwd, ENV_FILE);
  const broken = [...words, cwd].find((word) => /[\r\n\0]/.test(word));
  if (broken !== undefined) {
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      `the path ${JSON.stringify(broken)} has a line break in it, which has no place in the file to be written`,
      "Use folders whose names are on one line.",
    );
  }
  return { words, workingDir: cwd, journalDir, envPath };
}

/** True for a copy that npx keeps in its cache and throws away some day. */
export function isPassing({ words }: ShipCommand): boolean {
  return words.some((word) => /[\\/]_npx[\\/]/.test(word));
}
