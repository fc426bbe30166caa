import type { DragonLogger } from "../../logger/logger.js";
import { idsOf, type SpanIds } from "../../record/active-span.js";
import { LOG_AT } from "../../record/adapted.js";
import { LEVELS } from "../../record/types.js";
import { type Adapted, type AdapterOptions, adaptedLogger } from "../adapted-logger.js";
import { takenTime } from "../log-time.js";

/** As much of the SDK's `ReadableLogRecord` as is read. */
export interface OtelLogRecord {
  /** When it happened: seconds since 1970, and nanoseconds. */
  readonly hrTime: readonly [number, number];
  /** When it was seen; counts where `hrTime` is zero. */
  readonly hrTimeObserved?: readonly [number, number];
  /** Becomes `trace_id` and `span_id`. */
  readonly spanContext?: SpanIds;
  /**
   * The type where `severityNumber` says none; else `metadata.severity_text`, where it says something else.
   */
  readonly severityText?: string;
  /** Becomes the type, by fours: 1 to 4 TRACE, 21 to 24 FATAL. */
  readonly severityNumber?: number;
  /** Becomes `data`. */
  readonly body?: unknown;
  /** Becomes `data` where there is no body, else `metadata.event_name`. */
  readonly eventName?: string;
  /** Becomes `metadata.scope`. */
  readonly instrumentationScope?: { readonly name?: string; readonly version?: string };
  /** Become metadata; `request_id` among them becomes the record's own. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Becomes `metadata.dropped_attributes` where it is not zero. */
  readonly droppedAttributesCount?: number;
}

/** Four numbers for each level: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const NUMBERS_PER_LEVEL = 4;
type Parts = Parameters<DragonLogger[typeof LOG_AT]>;

const SUCCESS = { code: 0 } as const;

/** Records go to the journal as they are exported; `onEmit` exports one at once. */
class Journalled {
  /** The logger whose journal is written to: the one that was given, or its own. */
  readonly logger: DragonLogger;
  readonly #adapted: Adapted<object>;

  constructor(options: AdapterOptions, source: string) {
    this.#adapted = adaptedLogger(options, [], source);
    this.logger = this.#adapted.logger;
  }

  /** Never throws: where a member cannot be read, all that was given is the data, in which that is said. */
  protected record(given: OtelLogRecord): void {
    let type = "INFO";
    let parts: Parts;
    try {
      type = typeOf(given);
      parts = partsOf(given, type);
    } catch {
      parts = [{ type, data: given }, undefined, null];
    }
    this.#adapted.logger[LOG_AT](...parts);
  }

  /** Resolves when everything exported so far is on the disk; see `DragonLogger.flush`. */
  async forceFlush(): Promise<void> {
    await this.logger.flush();
  }

  /** Closes the logger, unless it was given. */
  async shutdown(): Promise<void> {
    if (this.#adapted.isOwn) await this.logger.close();
  }
}

/**
 * A `LogRecordExporter` of OpenTelemetry's SDK: severity becomes the type, the body `data`, attributes metadata; `trace_id` and
 * `span_id` are those of the record. What was exported is in the journal. Batching processors hold records in memory before that, and
 * the simple one as long as its resource is looked up: where that matters, use `DragonlogLogRecordProcessor`.
 *
 * The constructor throws what `new DragonLogger()` throws.
 */
export class DragonlogLogRecordExporter extends Journalled {
  constructor(options: AdapterOptions) {
    super(options, "new DragonlogLogRecordExporter()");
  }

  /** Records all of them, and says success before it returns. */
  export(records: readonly OtelLogRecord[], resultCallback: (result: { code: number }) => void): void {
    for (const record of records) this.record(record);
    resultCallback(SUCCESS);
  }
}

/** The same as a `LogRecordProcessor`, with nothing in between: an `emit` that has returned is in the journal. */
export class DragonlogLogRecordProcessor extends Journalled {
  constructor(options: AdapterOptions) {
    super(options, "new DragonlogLogRecordProcessor()");
  }

  /** Records it before it returns. */
  onEmit(record: OtelLogRecord): void {
    this.record(record);
  }
}

function typeOf({ severityNumber = 0, severityText }: OtelLogRecord): string {
  const level = LEVELS[Math.ceil(severityNumber / NUMBERS_PER_LEVEL) - 1];
  return (
    level ?? (typeof severityText === "string" && severityText !== "" ? severityText.toUpperCase() : "INFO")
  );
}

function millisecondsOf({ hrTime, hrTimeObserved }: OtelLogRecord): number | undefined {
  const [seconds, nanoseconds] = hrTime?.[0] > 0 ? hrTime : (hrTimeObserved ?? [0, 0]);
  return seconds > 0 ? Math.floor(seconds * 1000 + nanoseconds / 1e6) : undefined;
}

function partsOf(given: OtelLogRecord, type: string): Parts {
  const { attributes = {}, body, severityText, eventName, instrumentationScope: scope } = given;
  const { request_id, ...metadata } = { ...attributes } as Record<string, unknown>;
  const said = typeof request_id === "string" || typeof request_id === "number";
  const dropped = given.droppedAttributesCount ?? 0;
  const ms = millisecondsOf(given);
  const at = takenTime(ms);
  return [
    {
      type,
      data: body ?? eventName,
      ...(said && { request_id: request_id as string }),
      metadata: {
        ...metadata,
        ...(request_id !== undefined && !said && { request_id }),
        ...(!saysType(severityText, type) && { severity_text: severityText }),
        ...(eventName && body !== undefined && { event_name: eventName }),
        ...(scope?.name && { scope: scope.version ? `${scope.name}@${scope.version}` : scope.name }),
        ...(dropped > 0 && { dropped_attributes: dropped }),
        // A time that no destination takes, as one in the wrong unit is, stays to be seen.
        ...(ms !== undefined && at === undefined && { hr_time: given.hrTime }),
      },
    },
    at,
    given.spanContext === undefined ? null : (idsOf(given.spanContext) ?? null),
  ];
}

/** True where the type says all that the text says, which may be no text at all. */
function saysType(severityText: unknown, type: string): boolean {
  if (!severityText) return true;
  return typeof severityText === "string" && severityText.toUpperCase() === type;
}
