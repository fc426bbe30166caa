/** What an error of the file system means for a batch, in one pure function. */
import type { Answer } from "./sink.js";

/** Nobody but a person can mend these: rights, a read-only disk, a file where a folder should be. */
const DENIED = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG"]);

/** The answer for an error that carries a system code, such as ENOSPC; anything else is a defect and thrown on. */
export function answerForFileError(thrown: unknown): Answer {
  const { code } = thrown as NodeJS.ErrnoException;
  if (!(thrown instanceof Error) || typeof code !== "string") throw thrown;
  return { verdict: "retry", cause: DENIED.has(code) ? "denied" : "unavailable", error: thrown };
}
