/**
 * Every option of dragonlog, once. The logger's constructor, the flags, the variables, the keys of dragonlog.json and
 * the help all come from this table, so that an option has one name, one range and one sentence everywhere:
 *
 *     journalBytesMax    --journal-bytes-max    DRAGONLOG_JOURNAL_BYTES_MAX    { "journalBytesMax": "1GiB" }
 *
 * Durations come out in milliseconds and sizes in bytes. This module is imported by every application that logs:
 * it must stay light.
 */
import {
  type BufferPlace,
  bufferAt,
  checkEndpoint,
  defaultJournalDir,
  type SinkPlace,
  sinkAt,
} from "./places.js";

/** Where options are read: the constructor of the logger, or one command. */
export type Scope = "logger" | "demo" | "ship" | "run" | "pipe" | "status" | "flush" | "fake-cloud";

interface Common {
  /** What it does and what follows from it, in a sentence. The range and the default are added where it is printed. */
  readonly doc: string;
  readonly scopes: readonly Scope[];
  /** The scopes that cannot do without it. */
  readonly requiredIn?: readonly Scope[];
}

interface Quantity extends Common {
  readonly kind: "duration" | "size";
  /** Written as a user would write them. Both bounds are included in the range. */
  readonly min: string;
  readonly max: string;
  readonly default: string;
}

interface Integer extends Common {
  readonly kind: "integer";
  readonly min: number;
  readonly max: number;
  /** The only values that are accepted, where not all within the range are. */
  readonly only?: readonly number[];
  readonly default?: number;
}

interface Choice extends Common {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default: string;
}

interface Switch extends Common {
  readonly kind: "boolean";
  readonly default: false;
}

interface Text extends Common {
  readonly kind: "text";
  /** How the value is called in help, such as `dir`. */
  readonly form: string;
  /** What would be accepted, where the text is not. */
  readonly check?: (text: string) => string | undefined;
  readonly default?: string | (() => string);
}

/** A place that is written as text and understood once, here. `parse` throws what would be accepted, as a string. */
interface Place extends Common {
  readonly kind: "place";
  readonly form: string;
  readonly parse: (text: string, name: string) => unknown;
  readonly default: string | ((journalDir: string) => string);
}

export type Option = Quantity | Integer | Choice | Switch | Text | Place;

const WRITERS = ["logger", "run", "pipe"] as const;
const COMMANDS = ["demo", "ship", "run", "pipe", "status", "flush", "fake-cloud"] as const;
const JOURNAL_USERS = ["logger", "run", "pipe", "ship", "status", "flush"] as const;

/** What AWS accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export const OPTIONS = {
  service: {
    kind: "text",
    form: "name",
    doc: "The service that the records belong to; fills {service} in a stream template.",
    scopes: WRITERS,
    requiredIn: WRITERS,
  },
  level: {
    kind: "choice",
    choices: ["trace", "debug", "info", "warn", "error", "fatal"],
    default: "info",
    doc: "The lowest level that is recorded; calls below it cost next to nothing and leave nothing.",
    scopes: ["logger"],
  },
  journalDir: {
    kind: "text",
    form: "dir",
    default: defaultJournalDir,
    doc: "The folder where journals live when buffer names none; writers and shippers meet there.",
    scopes: JOURNAL_USERS,
  },
  buffer: {
    kind: "place",
    form: "journal:<dir>",
    parse: (text: string, name: string): BufferPlace => bufferAt(text, name),
    default: (journalDir: string) => `journal:${journalDir}`,
    doc: "What stands between writers and shippers.",
    scopes: JOURNAL_USERS,
  },
  segmentBytes: {
    kind: "size",
    min: "64KiB",
    max: "1GiB",
    default: "8MiB",
    doc: "The size of one file of a journal. A record that is larger gets a file of its own size.",
    scopes: WRITERS,
  },
  journalBytesMax: {
    kind: "size",
    min: "128KiB",
    max: "1024GiB",
    default: "1GiB",
    doc: "The most disk that one writer's journal takes; then whenFull decides. A record fits up to half of it.",
    scopes: WRITERS,
  },
  whenFull: {
    kind: "choice",
    choices: ["drop-newest", "drop-oldest"],
    default: "drop-newest",
    doc: "What gives way when the journal is full. Either way every dropped record is counted and reported.",
    scopes: WRITERS,
  },
  syncMs: {
    kind: "integer",
    min: 10,
    max: 60_000,
    default: 1000,
    doc: "Milliseconds between two writes of the journal to the disk: what a power cut can take at most.",
    scopes: WRITERS,
  },
  to: {
    kind: "place",
    form: "cloudwatch | directory:<dir> | stdout",
    parse: (text: string, name: string): SinkPlace => sinkAt(text, name),
    default: "cloudwatch",
    doc: "Where records are delivered.",
    scopes: ["ship"],
  },
  region: {
    kind: "text",
    form: "name",
    doc: "The AWS region of the log groups; without it, the AWS SDK's own chain decides.",
    scopes: ["ship"],
  },
  group: {
    kind: "text",
    form: "name",
    default: "dragonlog",
    doc: "The log group; created when it is missing.",
    scopes: ["ship"],
  },
  stream: {
    kind: "text",
    form: "template",
    default: "{service}",
    doc: "The log stream, with {service}, {host}, {type} and {date} filled in from the record; created when it is missing.",
    scopes: ["ship"],
  },
  endpoint: {
    kind: "text",
    form: "url",
    check: checkEndpoint,
    doc: "The URL of CloudWatch Logs when it is not AWS's own, such as that of `dragonlog fake-cloud`.",
    scopes: ["ship"],
  },
  retentionDays: {
    kind: "integer",
    min: 1,
    max: 3653,
    only: RETENTION_DAYS,
    doc: "Days that a log group created by dragonlog keeps its events; without it they are kept for ever.",
    scopes: ["ship"],
  },
  logClass: {
    kind: "choice",
    choices: ["STANDARD", "INFREQUENT_ACCESS"],
    default: "STANDARD",
    doc: "The class of a log group created by dragonlog; it can never be changed afterwards.",
    scopes: ["ship"],
  },
  interval: {
    kind: "duration",
    min: "10ms",
    max: "1h",
    default: "2m",
    doc: "The longest that a record waits before it is sent, while everything works.",
    scopes: ["ship"],
  },
  flushRecords: {
    kind: "integer",
    min: 1,
    max: 10_000,
    default: 1000,
    doc: "The number of waiting records at which they are sent before the interval has passed.",
    scopes: ["ship"],
  },
  flushBytes: {
    kind: "size",
    min: "1B",
    max: "1MiB",
    default: "1MiB",
    doc: "The size of the waiting records at which they are sent before the interval has passed.",
    scopes: ["ship"],
  },
  inFlightMax: {
    kind: "integer",
    min: 1,
    max: 256,
    default: 48,
    doc: "The most batches that are on their way at once; each costs about 4 MB of memory.",
    scopes: ["ship"],
  },
  requestTimeout: {
    kind: "duration",
    min: "100ms",
    max: "5m",
    default: "30s",
    doc: "How long one request may take. A batch that times out is sent again and may then be stored twice.",
    scopes: ["ship"],
  },
  drainDeadline: {
    kind: "duration",
    min: "100ms",
    max: "1h",
    default: "25s",
    doc: "How long SIGTERM lets the shipper go on to send what waits; what is left stays in the buffer.",
    scopes: ["ship"],
  },
  once: {
    kind: "boolean",
    default: false,
    doc: "Send what waits and end, for cron; exit 0 only when nothing waits any more.",
    scopes: ["ship"],
  },
  quiet: {
    kind: "boolean",
    default: false,
    doc: "Record the command's output without passing it on.",
    scopes: ["run"],
  },
  deadline: {
    kind: "duration",
    min: "100ms",
    max: "24h",
    default: "30s",
    doc: "How long to wait until nothing waits in the buffer any more.",
    scopes: ["flush"],
  },
  host: {
    kind: "text",
    form: "address",
    default: "127.0.0.1",
    doc: "The address to listen on.",
    scopes: ["fake-cloud"],
  },
  port: {
    kind: "integer",
    min: 0,
    max: 65_535,
    default: 9901,
    doc: "The port to listen on; 0 takes any free one.",
    scopes: ["fake-cloud"],
  },
  json: {
    kind: "boolean",
    default: false,
    doc: "Report in JSON, for programs.",
    scopes: ["demo", "ship", "status", "flush", "fake-cloud"],
  },
  config: {
    kind: "text",
    form: "file",
    doc: "The file to read options from; without it, dragonlog.json in the working directory if there is one.",
    scopes: COMMANDS,
  },
} as const satisfies Record<string, Option>;

type Table = typeof OPTIONS;
export type OptionKey = keyof Table;

type ValueOf<O> = O extends { kind: "duration" | "size" | "integer" }
  ? number
  : O extends { kind: "boolean" }
    ? boolean
    : O extends { kind: "choice"; choices: readonly (infer C)[] }
      ? C
      : O extends { kind: "place"; parse: (text: string, name: string) => infer P }
        ? P
        : string;

type KeyIn<S extends Scope> = {
  [K in OptionKey]: S extends Table[K]["scopes"][number] ? K : never;
}[OptionKey];

type KeyAlwaysSet<S extends Scope> = {
  [K in KeyIn<S>]: Table[K] extends { default: unknown }
    ? K
    : Table[K] extends { requiredIn: readonly (infer R)[] }
      ? S extends R
        ? K
        : never
      : never;
}[KeyIn<S>];

/** The options of one scope, understood and within their ranges: durations in milliseconds, sizes in bytes. */
export type ParsedOptions<S extends Scope> = {
  readonly [K in KeyAlwaysSet<S>]: ValueOf<Table[K]>;
} & {
  readonly [K in Exclude<KeyIn<S>, KeyAlwaysSet<S>>]?: ValueOf<Table[K]>;
};

/** The options of a scope, in the order of the table. */
export function optionsIn(scope: Scope): [key: OptionKey, option: Option][] {
  return (Object.entries(OPTIONS) as [OptionKey, Option][]).filter(([, option]) =>
    option.scopes.includes(scope),
  );
}
