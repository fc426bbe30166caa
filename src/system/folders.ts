import { close, fsync, mkdirSync, open, statSync } from "node:fs";
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

/** Errors by which a file system says that it has no use for syncing a folder. */
const NOT_SYNCED_APART = new Set(["EINVAL", "ENOTSUP", "EISDIR", "EPERM"]);

/** Makes the names in a folder durable; calls back with an errno error, or null. */
export function syncFolder(path: string, done: (error: NodeJS.ErrnoException | null) => void): void {
  open(path, "r", (openError, fd) => {
    if (openError !== null) {
      done(openError);
      return;
    }
    fsync(fd, (error) => {
      close(fd, () => done(error !== null && NOT_SYNCED_APART.has(error.code ?? "") ? null : error));
    });
  });
}
