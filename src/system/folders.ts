import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Creates a folder and those above it that are missing; returns the topmost one that was missing, or undefined when the
 * folder was there. Throws an errno error.
 *
 * `mkdirSync` with `recursive` never returns on Node 20 where a folder cannot be created and the error is ENOENT, as in
 * /proc; so each level is made by itself, once.
 */
export function createFolders(path: string, mode: number): string | undefined {
  const folder = resolve(path);
  try {
    return create(folder, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) {
      throw error;
    }
    const first = createFolders(dirname(folder), mode);
    return create(folder, mode) === undefined ? first : (first ?? folder);
  }
}

/** Undefined when it was there. */
function create(folder: string, mode: number): string | undefined {
  try {
    mkdirSync(folder, { mode });
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && statSync(folder).isDirectory()) {
      return undefined;
    }
    throw error;
  }
}
