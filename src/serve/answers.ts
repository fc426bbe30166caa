/** What a request that is not answered as asked gets. */
import { DragonlogError, type ErrorCode } from "../system/errors.js";
import type { ApiError } from "./api.js";

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 503;

/** Thrown where a request is refused. */
export class Refused extends DragonlogError {
  readonly status: ErrorStatus;

  constructor(status: ErrorStatus, code: ErrorCode, message: string, hint: string) {
    super(code, message, hint);
    this.status = status;
  }
}

export function invalid(message: string, hint: string): Refused {
  return new Refused(400, "DRAGONLOG_REQUEST_INVALID", message, hint);
}

export function notFound(what: string): Refused {
  return new Refused(404, "DRAGONLOG_NOT_FOUND", what, "The page is at /, and what it asks for below /api.");
}

const STATUSES: Partial<Record<ErrorCode, ErrorStatus>> = {
  DRAGONLOG_OPTION_INVALID: 400,
  DRAGONLOG_OPTION_UNKNOWN: 400,
  DRAGONLOG_USAGE: 400,
  DRAGONLOG_DEAD_LETTER_UNKNOWN: 404,
  DRAGONLOG_DEAD_LETTERS_BUSY: 409,
  DRAGONLOG_DEAD_LETTERS_UNAVAILABLE: 503,
  DRAGONLOG_STORE_FAILED: 503,
  DRAGONLOG_LIVE_FAILED: 503,
  DRAGONLOG_BUSY: 503,
};

export interface ErrorAnswer {
  readonly status: ErrorStatus;
  readonly body: ApiError;
  /** It is a defect, which whoever asks can do nothing about. */
  readonly unexpected: boolean;
}

export function errorAnswer(thrown: unknown): ErrorAnswer {
  if (thrown instanceof DragonlogError) {
    const { code, message, hint } = thrown;
    const status = thrown instanceof Refused ? thrown.status : (STATUSES[code] ?? 500);
    return { status, body: { code, message, hint }, unexpected: false };
  }
  return {
    status: 500,
    body: {
      code: "DRAGONLOG_SERVER_FAILED",
      message: "the shipper could not answer",
      hint: "What went wrong stands in what the shipper prints.",
    },
    unexpected: true,
  };
}
