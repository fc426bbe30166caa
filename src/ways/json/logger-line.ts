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

const MESSAGES = ["msg", "message", "@m", "@mt", "textPayload", "event", "short_message"];
const LEVELS = [
  "level",
  "severity",
  "levelname",
  "level_name",
  "lvl",
  "log.level",
  "loglevel",
  "logLevel",
  "LogLevel",
];
const MORE_LEVELS = ["Level", "@l", "SeverityText", "s"];
const TIMES = [
  "time",
  "timestamp",
  "ts",
  "@timestamp",
  "@t",
  "Timestamp",
  "datetime",
  "eventTime",
  "t",
  "asctime",
  "date",
];
const REQUESTS = ["request_id", "requestId", "req_id", "reqId", "requestID", "x-request-id"];
/** Names of the ids of OpenTelemetry and what they are called in records. */
const TRACE_NAMES: Readonly<Record<string, string>> = {
  traceId: "trace_id",
  "trace.id": "trace_id",
  spanId: "span_id",
  "span.id": "span_id",
};
const ALL_LEVELS = [...LEVELS, ...MORE_LEVELS];

type Members = Readonly<Record<string, unknown>>;

/** The level that a member of the object names; undefined where none does. */
export function jsonSeverity(members: Members): LevelType | undefined {
  return levelIn(members)?.type;
}

/**
 * The record of a logger's line, of `type` where the line names no level. Undefined where it is none, and where a part of it
 * would be lost.
 */
export function loggerEntry(line: JsonLine, type: string): Entry | undefined {
  const message = messageIn(line.value);
  if (message === undefined) return undefined;
  const level = levelIn(line.value);
  const hasTime = TIMES.some((name) => readTime(own(line.value, name)) !== undefined);
  if (level === undefined && !hasTime) return undefined;
  const members = wholeMembers(line);
  return members && entryOf(members, message, level, type);
}

function entryOf(members: Members, message: string, level: Level | undefined, type: string): Entry {
  const said = new Set([message]);
  if (level?.isExact) said.add(level.name);
  const timeName = TIMES.find((name) => readTime(own(members, name)) !== undefined);
  const time = timeName === undefined ? undefined : readTime(members[timeName]);
  if (timeName !== undefined && time?.isExact) said.add(timeName);
  const requestName = REQUESTS.find((name) => requestId(own(members, name)) !== undefined);
  if (requestName !== undefined) said.add(requestName);
  const request = requestId(requestName === undefined ? memberOf(members.req, "id") : members[requestName]);
  const rest = Object.entries(members).filter(([name]) => !said.has(name));
  return {
    ...(time === undefined ? {} : { timestamp: time.ms }),
    data: members[message],
    type: level?.type ?? type,
    ...(request === undefined ? {} : { request_id: request }),
    ...(rest.length === 0
      ? {}
      : { metadata: Object.fromEntries(rest.map(([name, value]) => [nameOf(name, members), value])) }),
  };
}

function messageIn(members: Members): string | undefined {
  return MESSAGES.find((name) => typeof own(members, name) === "string");
}

interface Level {
  readonly name: string;
  readonly type: LevelType;
  /** True where the type says all that the level said. */
  readonly isExact: boolean;
}

function levelIn(members: Members): Level | undefined {
  for (const name of ALL_LEVELS) {
    const value = own(members, name);
    if (typeof value === "string") {
      const isLetter = name === "s" && /^[DIWEF]\d?$/.test(value);
      const type = isLetter ? typeOfLetter(value[0]!) : name === "s" ? undefined : typeOfWord(value);
      if (type !== undefined)
        return { name, type, isExact: isLetter ? value.length === 1 : isExactWord(value) };
    } else if (typeof value === "number") {
      const type = typeOfNumber(value);
      if (type !== undefined) return { name, type, isExact: value >= 10 && value % 10 === 0 };
    }
  }
  const nested = memberOf(own(members, "log"), "level");
  const type = typeof nested === "string" ? typeOfWord(nested) : undefined;
  return type && { name: "log", type, isExact: false };
}

function requestId(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What a member is called in the metadata. */
function nameOf(name: string, members: Members): string {
  const known = Object.hasOwn(TRACE_NAMES, name) ? TRACE_NAMES[name]! : name;
  return known !== name && !Object.hasOwn(members, known) && typeof members[name] === "string" ? known : name;
}

function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? own(value as Members, name)
    : undefined;
}
