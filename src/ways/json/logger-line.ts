/**
 * A line of another JSON logger becomes a record: pino, bunyan, winston, zap, zerolog, logrus, slog, structlog,
 * python-json-logger, Serilog, ECS, MongoDB, and what Google's agents read.
 *
 * A line is theirs if it is an object with a message and a level or a time, by one of the names below. These become the
 * record's data, type and timestamp, an id of a request its `request_id`; all other members are its metadata. A level or
 * time that a record cannot say to the full, such as `notice` or microseconds, stays in the metadata as well.
 */
import type { Entry } from "../entry.js";
import { isExactWord, type LevelType, typeOfLetter, typeOfNumber, typeOfWord } from "../severity/words.js";
import { type JsonLine, wholeMembers } from "./json-line.js";
import { readTime } from "./time.js";

/** The names of each part, the first that holds one being it. */
const NAMES = {
  message: ["msg", "message", "@m", "@mt", "textPayload", "event", "short_message"],
  level: [
    ...[
      "level",
      "severity",
      "levelname",
      "level_name",
      "lvl",
      "log.level",
      "loglevel",
      "logLevel",
      "LogLevel",
    ],
    ...["Level", "@l", "SeverityText", "s", "log"],
  ],
  time: [
    ...["time", "timestamp", "ts", "@timestamp", "@t", "Timestamp", "datetime", "eventTime", "t", "asctime"],
    "date",
  ],
  request: ["request_id", "requestId", "req_id", "reqId", "requestID", "x-request-id", "req"],
} as const;

/** Names of the ids of OpenTelemetry and what they are called in records. */
const TRACE_NAMES = new Map([
  ["traceId", "trace_id"],
  ["trace.id", "trace_id"],
  ["spanId", "span_id"],
  ["span.id", "span_id"],
]);

type Part = keyof typeof NAMES;
type Members = Readonly<Record<string, unknown>>;

const ROLES = new Map(
  (Object.entries(NAMES) as [Part, readonly string[]][]).flatMap(([part, names]) =>
    names.map((name, rank): [string, Role] => [name, { part, rank }]),
  ),
);

interface Role {
  readonly part: Part;
  readonly rank: number;
}

/** A part that was found, and where. */
interface Found<Value> {
  readonly name: string;
  readonly rank: number;
  readonly value: Value;
  /** False where the record does not say all that the member said, which is then kept beside it. */
  readonly isExact: boolean;
}

interface Parts {
  message?: Found<string>;
  level?: Found<LevelType>;
  time?: Found<number>;
  request?: Found<string>;
}

/** The level that a member of the object names; undefined where none does. */
export function jsonSeverity(members: Members): LevelType | undefined {
  return partsOf(members).level?.value;
}

/**
 * The record of a logger's line, of `type` where the line names no level. Undefined where it is none, and where a part of it
 * would be lost.
 */
export function loggerEntry(line: JsonLine, type: string): Entry | undefined {
  const parts = partsOf(line.value);
  if (!parts.message || !(parts.level || parts.time)) return undefined;
  const members = wholeMembers(line);
  if (members === undefined) return undefined;
  return entryOf(members, members === line.value ? parts : partsOf(members), type);
}

function entryOf(members: Members, { message, level, time, request }: Parts, type: string): Entry {
  const metadata: Record<string, unknown> = {};
  let isEmpty = true;
  for (const name of Object.keys(members)) {
    if (name === message?.name || (level?.isExact && name === level.name)) continue;
    if ((time?.isExact && name === time.name) || (request?.isExact && name === request.name)) continue;
    isEmpty = false;
    set(metadata, nameOf(name, members), members[name]);
  }
  return {
    ...(time ? { timestamp: time.value } : {}),
    data: message?.value,
    type: level?.value ?? type,
    ...(request ? { request_id: request.value } : {}),
    ...(isEmpty ? {} : { metadata }),
  };
}

function partsOf(members: Members): Parts {
  const parts: Parts = {};
  for (const name of Object.keys(members)) {
    const role = ROLES.get(name);
    if (role === undefined) continue;
    const { part, rank } = role;
    if (rank >= (parts[part]?.rank ?? Number.POSITIVE_INFINITY)) continue;
    const value = members[name];
    switch (part) {
      case "message":
        if (typeof value === "string") parts.message = { name, rank, value, isExact: true };
        break;
      case "level": {
        const level = levelOf(name, value);
        if (level) parts.level = { name, rank, ...level };
        break;
      }
      case "time": {
        const time = readTime(value);
        if (time) parts.time = { name, rank, value: time.ms, isExact: time.isExact };
        break;
      }
      case "request": {
        const id = requestId(name === "req" ? memberOf(value, "id") : value);
        if (id !== undefined) parts.request = { name, rank, value: id, isExact: name !== "req" };
        break;
      }
    }
  }
  return parts;
}

function levelOf(name: string, value: unknown): Pick<Found<LevelType>, "value" | "isExact"> | undefined {
  if (name === "log") {
    const nested = memberOf(value, "level");
    const type = typeof nested === "string" ? typeOfWord(nested) : undefined;
    return type && { value: type, isExact: false };
  }
  if (typeof value === "number") {
    const type = typeOfNumber(value);
    return type && { value: type, isExact: value >= 10 && value % 10 === 0 };
  }
  if (typeof value !== "string") return undefined;
  if (name === "s") {
    const type = MONGODB.test(value) ? typeOfLetter(value[0]!) : undefined;
    return type && { value: type, isExact: value.length === 1 };
  }
  const type = typeOfWord(value);
  return type && { value: type, isExact: isExactWord(value) };
}

const MONGODB = /^[DIWEF]\d?$/;

function requestId(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What a member is called in the metadata. */
function nameOf(name: string, members: Members): string {
  const known = TRACE_NAMES.get(name);
  const isFree = known !== undefined && !Object.hasOwn(members, known) && typeof members[name] === "string";
  return isFree ? known : name;
}

/** `__proto__` is a name like all others. */
function set(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[name] = value;
  }
}

function memberOf(value: unknown, name: string): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? (value as Members)[name] : undefined;
}
