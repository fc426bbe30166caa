import { readdirSync } from "node:fs";
import { DragonlogError, messageOf } from "../system/errors.js";

/** Throws DRAGONLOG_JOURNAL_UNAVAILABLE for a folder of journals that is there and cannot be read; one that is missing has none yet. */
export function requireReadable(dir: string): void {
  try {
    readdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new DragonlogError(
        "DRAGONLOG_JOURNAL_UNAVAILABLE",
        `The folder of journals ${dir} cannot be read: ${messageOf(error)}`,
        "Run this as the user that the applications log as, or let it read that folder.",
        error,
      );
    }
  }
}
