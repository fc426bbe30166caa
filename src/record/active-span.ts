/**
 * The span that is active where a log call is made, by OpenTelemetry, if the application has it.
 *
 * Nothing is imported for it. `@opentelemetry/api` keeps whatever was set up with it (`setGlobalContextManager`, which every SDK
 * calls) in a property of `globalThis` named after its major version, and the active span in the context under a symbol of the
 * global registry, so that copies of the package in one process work together. This reads the same two places as another copy
 * would: `trace.getSpan(context.active())` of version 1. So it does not matter where the package is installed, whether it is
 * bundled, or when it is loaded, and without it a log call costs one look at a property that is not there.
 *
 * https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
 * https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/trace/context-utils.ts
 */

const API = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

/** By the W3C's Trace Context, in hex; all zeros is none. https://www.w3.org/TR/trace-context/#trace-id */
const TRACE_ID_CHARS = 32;
const SPAN_ID_CHARS = 16;
const HEX = /^[0-9a-f]+$/i;
const ZEROS = /^0+$/;

export interface SpanIds {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

interface Api {
  readonly context?: { active(): { getValue(key: symbol): unknown } };
}

/** The last one found: the records of a span come together, and it is looked at once. */
let last: SpanIds = { traceId: "", spanId: "" };
/** Whatever stands there and logs when it is asked would be asked again, without end. */
let asking = false;

/** Undefined without OpenTelemetry, an active span or valid ids, and where any of them throws. Never throws. */
export function activeSpan(): SpanIds | undefined {
  if (asking) {
    return undefined;
  }
  asking = true;
  try {
    // In here too: what stands on globalThis may be a getter of somebody else's.
    const api = (globalThis as { readonly [API]?: Api | null })[API];
    if (api === undefined || api === null) {
      return undefined;
    }
    const span = api.context?.active().getValue(SPAN) as { spanContext(): SpanIds } | undefined;
    return span && idsOf(span.spanContext());
  } catch {
    // The record is worth more than what it belongs to.
    return undefined;
  } finally {
    asking = false;
  }
}

/** The ids, if they are; undefined otherwise. */
export function idsOf({ traceId, spanId }: SpanIds): SpanIds | undefined {
  if (traceId !== last.traceId || spanId !== last.spanId) {
    if (!isId(traceId, TRACE_ID_CHARS) || !isId(spanId, SPAN_ID_CHARS)) {
      return undefined;
    }
    last = { traceId, spanId };
  }
  return last;
}

function isId(id: unknown, chars: number): id is string {
  return typeof id === "string" && id.length === chars && HEX.test(id) && !ZEROS.test(id);
}
