import type { Readable, Writable } from "node:stream";

/** What a command talks through, so that tests can talk to it too. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborted when the command is asked to end: finish in good order, and soon. */
  readonly signal: AbortSignal;
}
