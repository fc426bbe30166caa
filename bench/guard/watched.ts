/** What `programs/watch.ts` counts of a process from its start to its end, and how the process is told of it. */
export interface Watched {
  /** System calls that read, and what they brought: from files and from sockets. */
  readonly reads: number;
  readonly bytesRead: number;
  readonly writes: number;
  readonly bytesWritten: number;
  /** Bytes that the main thread put on V8's heap. */
  readonly bytesAllocated: number;
}

/** The environment variable with the path of the file that it is written into. */
export const WATCHED_VARIABLE = "GUARD_WATCHED_FILE";
/** The environment variable that has a shipper do more than it needs to, to see that it is found: the folder of journals. */
export const SABOTAGE_VARIABLE = "GUARD_SABOTAGE_DIR";
