/** Whether a folder can be written, seen by writing. */
import { closeSync, existsSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { randomId } from "../../system/random.js";
import { type Check, errorText, failed, ok } from "./check.js";

const TRIAL_BYTES = 4096;

/** The folder, or the nearest one above it that is there. `dir` is absolute. */
export function nearestFolder(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : nearestFolder(dirname(dir));
}

/** `dir` is absolute. A folder that is missing is not created: it is seen whether that could be done. */
export function checkWritable(name: string, dir: string): Check {
  const there = nearestFolder(dir);
  const fault = writeFault(there);
  if (dir === there) {
    return fault === undefined
      ? ok(name, `${dir} can be written`)
      : failed(name, `${dir} cannot be written: ${fault}`, "Free room, or let this user write there.");
  }
  return fault === undefined
    ? ok(name, `${dir} does not exist yet and can be created`)
    : failed(
        name,
        `${dir} does not exist and cannot be created in ${there}: ${fault}`,
        `Create it for this user: mkdir -p -m 700 ${dir}`,
      );
}

/** Why a file cannot be written there; a permission alone says little on a disk that is read-only or full. */
function writeFault(dir: string): string | undefined {
  const path = join(dir, `.dragonlog-doctor-${randomId(8)}`);
  try {
    const fd = openSync(path, "wx", 0o600);
    try {
      writeSync(fd, Buffer.alloc(TRIAL_BYTES));
    } finally {
      closeSync(fd);
      rmSync(path, { force: true });
    }
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
