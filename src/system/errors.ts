/** Every error code that dragonlog throws or reports. Codes are stable; messages are not. */
export type ErrorCode =
  | "DRAGONLOG_OPTION_INVALID"
  | "DRAGONLOG_OPTION_UNKNOWN"
  | "DRAGONLOG_USAGE"
  | "DRAGONLOG_DEPENDENCY_MISSING"
  | "DRAGONLOG_JOURNAL_UNAVAILABLE"
  | "DRAGONLOG_JOURNAL_DEGRADED"
  | "DRAGONLOG_JOURNAL_COPIED"
  | "DRAGONLOG_JOURNAL_FULL"
  | "DRAGONLOG_RECORD_TOO_LARGE"
  | "DRAGONLOG_BUFFER_FULL"
  | "DRAGONLOG_BLOCK_DAMAGED"
  | "DRAGONLOG_BLOCK_UNREADABLE"
  | "DRAGONLOG_STORE_FAILED"
  | "DRAGONLOG_STORE_GAP"
  | "DRAGONLOG_PARTITIONS_DIFFER"
  | "DRAGONLOG_LIST_NOT_EMPTY"
  | "DRAGONLOG_LIST_WRONG_TYPE"
  | "DRAGONLOG_DEAD_LETTERS_FULL"
  | "DRAGONLOG_DEAD_LETTERS_BUSY"
  | "DRAGONLOG_DEAD_LETTERS_UNAVAILABLE"
  | "DRAGONLOG_DEAD_LETTER_UNKNOWN"
  | "DRAGONLOG_SINK_FAILED"
  | "DRAGONLOG_SHIPPER_FAILED"
  | "DRAGONLOG_FORWARDER_FAILED"
  | "DRAGONLOG_STORE_EVICTS"
  | "DRAGONLOG_DEADLINE_PASSED"
  | "DRAGONLOG_COMMAND_NOT_STARTED"
  | "DRAGONLOG_PORT_IN_USE"
  | "DRAGONLOG_TOKEN_MISSING"
  | "DRAGONLOG_ACCESS_DENIED"
  | "DRAGONLOG_READ_ONLY"
  | "DRAGONLOG_REQUEST_INVALID"
  | "DRAGONLOG_NOT_FOUND"
  | "DRAGONLOG_BUSY"
  | "DRAGONLOG_SERVER_FAILED"
  | "DRAGONLOG_FILTER_TOO_SLOW"
  | "DRAGONLOG_LIVE_FAILED"
  | "DRAGONLOG_PAGE_UNREACHABLE"
  | "DRAGONLOG_FILE_EXISTS";

/**
 * The one error class of dragonlog. `message` says what happened, `hint` says what to do about it,
 * `code` is stable and meant for programs, `cause` is the error underneath where there is one.
 */
export class DragonlogError extends Error {
  /** Always `DragonlogError`. */
  override readonly name = "DragonlogError";
  /** What kind of error it is. See docs/troubleshooting.md. */
  readonly code: ErrorCode;
  /** What to do about it, in a sentence. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** The message of anything that was thrown, which in JavaScript may be anything, and may throw when it is looked at. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.message}` : String(thrown);
  } catch {
    return "unknown";
  }
}
