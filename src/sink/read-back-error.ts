import { DragonlogError } from "../system/errors.js";
import type { FailureCause } from "./sink.js";

/** A destination could not be looked at: DRAGONLOG_SINK_FAILED, and why. */
export class ReadBackError extends DragonlogError {
  constructor(
    readonly failure: FailureCause,
    message: string,
    hint: string,
    cause?: unknown,
  ) {
    super("DRAGONLOG_SINK_FAILED", message, hint, cause);
  }
}
