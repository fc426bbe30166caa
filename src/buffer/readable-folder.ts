import { readdirSync } from "node:fs";
import { DragonlogError, messageOf } from "../system/errors.js";

/** Throws DRAGONLOG_JOURNAL_UNAVAILABLE for a folder of journals that is there and cannot be read. */
export function requireReadable(dir: string): void {
  try {
    readdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new DragonlogError(
        "DRAGONLOG_JOURNAL_UNAVAILABLE",
        `The folder ${dir} cannot be read: ${messageOf(error)}`,
        "Grant access to the folder, or name another one with --journal-dir.",
        error,
      );
    }
  }
}
