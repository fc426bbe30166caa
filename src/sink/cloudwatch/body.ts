/**
 * The body of PutLogEvents, from bytes to bytes: `{"logGroupName":…,"logStreamName":…,"logEvents":[…]}`.
 *
 * A line is UTF-8 text already, so it is only escaped, never decoded. Bytes that are not valid UTF-8 would make AWS
 * refuse the whole request, so each such sequence becomes U+FFFD, as every decoder of the web does it: the record
 * arrives readable and its neighbours arrive untouched. One look over the finished body finds whether there is any:
 * ASCII stands around every message, so the body is valid exactly when each message is.
 */
import { isUtf8 } from "node:buffer";
import type { Batch, Destination } from "../../batch/batch.js";
import { JsonTextWriter, setPrefix } from "./text-writer.js";

/** A full batch of ordinary lines, escapes and JSON included; a larger one makes the writer grow. */
const BODY_BYTES_START = 1_310_720;
/** A writer that one unusual batch made larger than this is not kept. */
const BODY_BYTES_KEPT_MAX = 4 * BODY_BYTES_START;

const BETWEEN_EVENTS = '"},{';
const END = Buffer.from('"}]}');

interface Event {
  readonly timestamp: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Writes the body of one put. What is returned is the writer's memory: valid until the writer is used again. */
export function writeBody(writer: JsonTextWriter, batch: Batch): Buffer {
  writeEvents(writer, batch.destination, batch.items);
  if (isUtf8(writer.written)) return writer.written;
  writeEvents(writer, batch.destination, batch.items.map(repaired));
  return writer.written;
}

function writeEvents(writer: JsonTextWriter, destination: Destination, events: readonly Event[]): void {
  const { group, stream } = destination;
  const names = `{"logGroupName":${JSON.stringify(group)},"logStreamName":${JSON.stringify(stream)}`;
  writer.reset();
  writer.raw(Buffer.from(`${names},"logEvents":[{`));
  let before = "";
  let prefixBytes = 0;
  let timestamp: number | undefined;
  for (const event of events) {
    // Most events share their millisecond with the one before.
    if (event.timestamp !== timestamp) {
      prefixBytes = setPrefix(`${before}"timestamp":${event.timestamp},"message":"`);
      timestamp = before === "" ? undefined : event.timestamp;
      before = BETWEEN_EVENTS;
    }
    writer.escaped(prefixBytes, event.bytes, event.start, event.end);
  }
  writer.raw(END);
}

function repaired(event: Event): Event {
  const text = event.bytes.subarray(event.start, event.end);
  if (isUtf8(text)) return event;
  const bytes = Buffer.from(text.toString("utf8"));
  return { timestamp: event.timestamp, bytes, start: 0, end: bytes.length };
}

/**
 * Writers to be used again. Fresh memory costs more in page faults than the writing itself, so up to `keptMax`
 * writers are kept.
 */
export class BodyWriters {
  readonly #kept: JsonTextWriter[] = [];
  readonly #keptMax: number;

  constructor(keptMax: number) {
    this.#keptMax = keptMax;
  }

  take(): JsonTextWriter {
    return this.#kept.pop() ?? new JsonTextWriter(BODY_BYTES_START);
  }

  /** Forgets those that are kept. */
  trim(): void {
    this.#kept.length = 0;
  }

  /** Gives a writer back whose body no socket reads from any more. */
  give(writer: JsonTextWriter): void {
    if (this.#kept.length >= this.#keptMax || writer.capacity > BODY_BYTES_KEPT_MAX) return;
    writer.reset();
    this.#kept.push(writer);
  }
}
