import type { DragonLogger } from "../../logger/logger.js";
import { type AdapterOptions, adaptedLogger } from "../adapted-logger.js";
import { DEFAULT_LEVELS, LevelTypes } from "../level-types.js";
import { logObject } from "../log-object.js";
import { type RequestIdOption, requestIdPaths } from "../request-id.js";

interface Own {
  /** Where the request id stands in a record. Default `["request_id", "reqId", "req.id", "req_id"]`. */
  readonly requestId?: RequestIdOption;
}

/** The options of `new DragonLogger()`, or `{ logger }`. */
export type BunyanOptions = AdapterOptions & Own;

/** One of the `streams` of `bunyan.createLogger`. */
export interface BunyanStream {
  /** bunyan gives records as objects to such streams, before it returns. */
  readonly type: "raw";
  /** What bunyan writes to. */
  readonly stream: { write(record: object): void; end(): void };
  /** The logger whose journal is written to: the one that was given, or its own. */
  readonly logger: DragonLogger;
}

const SOURCE = "stream()";
const REQUEST_IDS = ["request_id", "reqId", "req.id", "req_id"];

/**
 * For `createLogger({ name: "api", streams: [stream({ service: "api" })] })`. A call of the logger that has returned is in the
 * journal. Levels are set at the logger, or beside it: `{ ...stream({ service: "api" }), level: "debug" }`.
 *
 * Throws what `new DragonLogger()` throws.
 */
export function stream(options: BunyanOptions): BunyanStream {
  const { logger, isOwn, own } = adaptedLogger<Own>(options, ["requestId"], SOURCE);
  const requestIds = requestIdPaths(own.requestId ?? REQUEST_IDS, SOURCE);
  const types = new LevelTypes();
  return {
    type: "raw",
    logger,
    stream: {
      write(record) {
        const { level } = record as { level?: unknown };
        const type = types.typeOf(level, DEFAULT_LEVELS);
        const said = types.isSaid(level, type) ? ["level"] : [];
        logObject(logger, record as Record<string, unknown>, {
          type: type.name,
          message: "msg",
          time: "time",
          said,
          requestIds,
        });
      },
      end() {
        if (isOwn) void logger.close();
      },
    },
  };
}
