import type { DragonLogger } from "../logger/logger.js";
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";
import { durationOf } from "../system/units.js";

/** What `withDelivery` takes. */
export interface DeliveryOptions {
  /** Takes the records, and delivers them by itself (`to`) or by way of a store. Required. */
  logger: Pick<DragonLogger, "error" | "flush">;
  /**
   * The longest that an answer waits for its records, in milliseconds or as a duration. Default `5s`: what an outage of the cloud
   * adds to each invocation.
   */
  wait?: number | string;
  /** What is left of the invocation's time when the answer goes, at least. Default `500ms`. */
  reserve?: number | string;
  /** Logs what the handler throws or rejects with, as ERROR, before it goes on to the runtime. Default true. */
  errors?: boolean;
  /**
   * Told when records were not delivered before the answer (`DRAGONLOG_DEADLINE_PASSED`; at most once a minute, with the number of
   * invocations), and when the journal cannot be written (`DRAGONLOG_JOURNAL_UNAVAILABLE`). Default: `process.emitWarning`.
   */
  onTrouble?: (error: DragonlogError) => void;
}

export interface Parsed {
  readonly logger: DeliveryOptions["logger"];
  readonly waitMs: number;
  readonly reserveMs: number;
  readonly errors: boolean;
  readonly onTrouble: (error: DragonlogError) => void;
}

const NAMES = ["logger", "wait", "reserve", "errors", "onTrouble"];

/** Throws `DRAGONLOG_OPTION_UNKNOWN` or `DRAGONLOG_OPTION_INVALID`, with the name of the option at fault. */
export function parseDelivery(options: DeliveryOptions): Parsed {
  const unknown = Object.keys(options ?? {}).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new DragonlogError(
      "DRAGONLOG_OPTION_UNKNOWN",
      `withDelivery has no option ${JSON.stringify(unknown)}`,
      `There are: ${NAMES.join(", ")}.`,
    );
  }
  const { logger, wait = "5s", reserve = "500ms", errors = true, onTrouble = warn } = options ?? {};
  if (typeof logger?.flush !== "function" || typeof logger.error !== "function") {
    throw refuseValue("logger", logger, "a DragonLogger");
  }
  if (typeof errors !== "boolean") {
    throw refuseValue("errors", errors, "true or false");
  }
  if (typeof onTrouble !== "function") {
    throw refuseValue("onTrouble", onTrouble, "a function");
  }
  const waitMs = durationOf(wait, "wait");
  return { logger, waitMs, reserveMs: durationOf(reserve, "reserve"), errors, onTrouble };
}

function warn({ message, code, hint }: DragonlogError): void {
  process.emitWarning(message, { type: "DragonlogWarning", code, detail: hint });
}
