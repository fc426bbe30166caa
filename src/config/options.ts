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
  checkMultiline,
  checkSalt,
  checkSince,
  checkSmtp,
  checkToken,
  defaultJournalDir,
  type ListenPlace,
  listenAt,
  type SinkPlace,
  sinkAt,
} from "./places.js";

/** Where options are read: the constructor of the logger, the same where it ships (`to`) or forwards, or one command. */
export type Scope =
  | "logger"
  | "in-app"
  | "forward"
  | "demo"
  | "ship"
  | "run"
  | "pipe"
  | "tail"
  | "status"
  | "level"
  | "flush"
  | "dead list"
  | "dead show"
  | "dead replay"
  | "dead export"
  | "dead drop"
  | "audit"
  | "alert test"
  | "init"
  | "doctor"
  | "fake-cloud";

interface Common {
  /** What it does and what follows from it, in a sentence. The range and the default are added where it is printed. */
  readonly doc: string;
  readonly scopes: readonly Scope[];
  /** The scopes that cannot do without it. */
  readonly requiredIn?: readonly Scope[];
  /** Its value is shown nowhere: not in errors, not in reports, not in files that are written. */
  readonly secret?: true;
}

interface Quantity extends Common {
  readonly kind: "duration" | "size";
  /** Written as a user would write them. Both bounds are included in the range. */
  readonly min: string;
  readonly max: string;
  readonly default: string;
  /** The same where there is no journal: then it is of RAM. */
  readonly defaultInRam?: string;
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

/** One that is on by default is switched off by a flag with `no`: `--no-journal`. */
interface Switch extends Common {
  readonly kind: "boolean";
  readonly default: boolean;
}

/** Several names: as a flag repeated, as a variable with commas between them, in code and in the file an array. */
interface Names extends Common {
  readonly kind: "names";
  /** How one of them is called in help. */
  readonly form: string;
  readonly default: string;
  /** What stands between two of them in one text, where that is not every comma. */
  readonly separator?: RegExp;
}

/** Numbers by record type: as text `DEBUG=0.1,*=0.5`, in code and in the file an object too, and one number for all types. */
interface Rates extends Common {
  readonly kind: "rates";
  readonly form: string;
  /** Both bounds are included in the range. */
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly default: string;
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

export type Option = Quantity | Integer | Choice | Switch | Names | Rates | Text | Place;

const WRITERS = ["logger", "run", "pipe"] as const;
/** Whose journals are forwarded to a store. */
const FORWARDERS = ["forward", "run", "pipe"] as const;
/** Who forwards what applications have left behind that are gone, and `doctor`, which looks at all that they need. */
const LEFTOVER_FORWARDERS = ["ship", "flush", "doctor"] as const;
/** Who delivers, or looks at all that matters for it. */
const SHIPPERS = ["ship", "in-app", "doctor"] as const;
/** `init` takes as flags what differs from machine to machine; the rest stands in the file it writes, to be changed there. */
const PLACED = [...SHIPPERS, "init"] as const;
const ALERTERS = [...SHIPPERS, "alert test"] as const;
const DEAD_LETTER_USERS = ["dead list", "dead show", "dead replay", "dead export", "dead drop"] as const;
const COMMANDS = [
  "demo",
  "run",
  "pipe",
  "tail",
  "status",
  "level",
  "flush",
  "audit",
  "alert test",
  "fake-cloud",
  "ship",
  "init",
  "doctor",
  ...DEAD_LETTER_USERS,
] as const;
const JOURNAL_USERS = [
  ...WRITERS,
  "forward",
  ...PLACED,
  "tail",
  "status",
  "level",
  "flush",
  ...DEAD_LETTER_USERS,
  "alert test",
  "audit",
] as const;

/** What AWS accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export const OPTIONS = {
  service: {
    kind: "text",
    form: "name",
    doc: "The service that the records belong to; fills {service} in a stream template. For tail and dead letters: only those of this service.",
    scopes: [...WRITERS, "tail", ...DEAD_LETTER_USERS],
    requiredIn: WRITERS,
  },
  level: {
    kind: "choice",
    choices: ["trace", "debug", "info", "warn", "error", "fatal"],
    default: "info",
    doc: "The lowest level that is recorded; calls below it cost next to nothing and leave nothing.",
    scopes: ["logger"],
  },
  traceContext: {
    kind: "boolean",
    default: true,
    doc: "Where the application uses OpenTelemetry, add trace_id and span_id of the active span to each record.",
    scopes: ["logger"],
  },
  limit: {
    kind: "rates",
    form: "type=number",
    min: 1,
    max: 1_000_000,
    whole: true,
    default: "none",
    doc: "The most records in a second, which begins with the first of them, of each service and type; a number alone, or *=number, for the types that are not named; repeatable. What is held back is counted and reported.",
    scopes: WRITERS,
  },
  sample: {
    kind: "rates",
    form: "type=share",
    min: 0,
    max: 1,
    whole: false,
    default: "none",
    doc: "The share of records of a type that is kept, such as DEBUG=0.1; * for the types that are not named; repeatable. What is left out is counted and reported.",
    scopes: WRITERS,
  },
  redact: {
    kind: "names",
    form: "path or detector",
    default: "none",
    doc: "What no record may hold, before it is stored: places in it, such as metadata.password, metadata.*.token or **.secret, and what detectors find anywhere: aws, token, card, private-key, url-password, or secrets for all of these; repeatable.",
    scopes: WRITERS,
  },
  redactBy: {
    kind: "choice",
    choices: ["censor", "remove", "hash"],
    default: "censor",
    doc: "What stands in place of what is redacted: [redacted], nothing, or a short hash by which equal values can be found.",
    scopes: WRITERS,
  },
  redactSalt: {
    kind: "text",
    form: "text",
    secret: true,
    check: checkSalt,
    doc: "With redactBy hash: a long random text that the hashes are made with, kept secret; whoever has it can try out what was hashed. Better set as a variable than as a flag.",
    scopes: WRITERS,
  },
  journalDir: {
    kind: "text",
    form: "dir",
    default: defaultJournalDir,
    doc: "The folder where journals live when buffer names none; with a store, what is not delivered lies there too.",
    scopes: JOURNAL_USERS,
  },
  buffer: {
    kind: "place",
    form: "journal:<dir> | redis://host",
    parse: (text: string, name: string): BufferPlace => bufferAt(text, name),
    default: (journalDir: string) => `journal:${journalDir}`,
    doc: "What stands between writers and shippers: the journals of this machine, or a store (Dragonfly, Redis, Valkey) behind them. Better set as a variable than as a flag where it holds a password.",
    scopes: JOURNAL_USERS,
  },
  journal: {
    kind: "boolean",
    default: true,
    doc: "Whether records are kept in a journal until they are delivered. Without one, which takes a store or, in code, `to`, they wait in RAM until the store has them or they are delivered: a killed application loses those, and a store that is lost what it had.",
    scopes: WRITERS,
  },
  segmentBytes: {
    kind: "size",
    min: "64KiB",
    max: "1GiB",
    default: "8MiB",
    defaultInRam: "1MiB",
    doc: "The size of one file of a journal. A record that is larger gets a file of its own size, and the first one is no larger than 256KiB. Without a journal, of a piece of RAM: 1MiB there.",
    scopes: WRITERS,
  },
  journalBytesMax: {
    kind: "size",
    min: "128KiB",
    max: "1024GiB",
    default: "1GiB",
    defaultInRam: "64MiB",
    doc: "The most disk that one writer's journal takes; then whenFull decides. A record fits up to half of it. Without a journal, the most RAM that records of one logger wait in: 64MiB there.",
    scopes: [...WRITERS, "doctor"],
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
  linger: {
    kind: "duration",
    min: "1ms",
    max: "10s",
    default: "50ms",
    doc: "How long a record may wait for others to share its block on the way into a store.",
    scopes: FORWARDERS,
  },
  blockBytes: {
    kind: "size",
    min: "4KiB",
    max: "16MiB",
    default: "256KiB",
    doc: "The size of the lines at which a block is sent to a store without waiting for more.",
    scopes: FORWARDERS,
  },
  codec: {
    kind: "choice",
    choices: ["auto", "none", "brotli", "zstd"],
    default: "auto",
    doc: "How blocks are compressed; auto takes zstd where Node.js has it (22.15), else brotli. A shipper reads all that its Node.js has.",
    scopes: [...FORWARDERS, ...LEFTOVER_FORWARDERS],
  },
  storeBytesMax: {
    kind: "size",
    min: "0B",
    max: "1024GiB",
    default: "0B",
    doc: "How much memory of the store, or of each server of a cluster, may be used before nothing more is put there and the records wait in the journals; 0B is 95 % of the server's own maxmemory, which is also the most. Mails tell of 70 and 90 % of it.",
    scopes: [...FORWARDERS, ...LEFTOVER_FORWARDERS, "status"],
  },
  list: {
    kind: "names",
    form: "key",
    default: "logs:buffer",
    doc: "A list in the store whose JSON objects are shipped, pushed there by any program; repeatable, and none for no list.",
    scopes: ["ship", "doctor", "status", "tail"],
  },
  leaseExpiry: {
    kind: "duration",
    min: "1s",
    max: "10m",
    default: "30s",
    doc: "With a store: how long after a shipper's last sign of life the others take over its share.",
    scopes: ["ship", "doctor"],
  },
  to: {
    kind: "place",
    form: "cloudwatch | directory:<dir> | stdout",
    parse: (text: string, name: string): SinkPlace => sinkAt(text, name),
    default: "cloudwatch",
    doc: "Where records are delivered.",
    scopes: [...PLACED, "audit"],
  },
  region: {
    kind: "text",
    form: "name",
    doc: "The AWS region of the log groups; without it, the AWS SDK's own chain decides.",
    scopes: [...PLACED, "audit"],
  },
  group: {
    kind: "text",
    form: "name",
    default: "dragonlog",
    doc: "The log group; created when it is missing.",
    scopes: [...PLACED, "audit"],
  },
  stream: {
    kind: "text",
    form: "template",
    default: "{service}",
    doc: "The log stream, with {service}, {host}, {type} and {date} filled in from the record; created when it is missing.",
    scopes: [...PLACED, "audit"],
  },
  endpoint: {
    kind: "text",
    form: "url",
    check: checkEndpoint,
    doc: "The URL of CloudWatch Logs when it is not AWS's own, such as that of `dragonlog fake-cloud`.",
    scopes: [...PLACED, "audit"],
  },
  retentionDays: {
    kind: "integer",
    min: 1,
    max: 3653,
    only: RETENTION_DAYS,
    doc: "Days that a log group created by dragonlog keeps its events; without it they are kept for ever.",
    scopes: PLACED,
  },
  logClass: {
    kind: "choice",
    choices: ["STANDARD", "INFREQUENT_ACCESS"],
    default: "STANDARD",
    doc: "The class of a log group created by dragonlog; it can never be changed afterwards.",
    scopes: PLACED,
  },
  interval: {
    kind: "duration",
    min: "10ms",
    max: "1h",
    default: "2m",
    doc: "The longest that a record waits before it is sent, while everything works.",
    scopes: SHIPPERS,
  },
  flushRecords: {
    kind: "integer",
    min: 1,
    max: 10_000,
    default: 1000,
    doc: "The number of waiting records at which they are sent before the interval has passed.",
    scopes: SHIPPERS,
  },
  flushBytes: {
    kind: "size",
    min: "1B",
    max: "1MiB",
    default: "1MiB",
    doc: "The size of the waiting records at which they are sent before the interval has passed.",
    scopes: SHIPPERS,
  },
  inFlightMax: {
    kind: "integer",
    min: 1,
    max: 256,
    default: 64,
    doc: "The most batches that are on their way at once, as many as the time until an answer makes useful; each costs about 1.5 MB of memory.",
    scopes: SHIPPERS,
  },
  requestTimeout: {
    kind: "duration",
    min: "100ms",
    max: "5m",
    default: "30s",
    doc: "How long one request may take. A batch that times out is sent again and may then be stored twice.",
    scopes: SHIPPERS,
  },
  tries: {
    kind: "integer",
    min: 1,
    max: 10,
    default: 3,
    doc: "Tries of a batch, and then of each of its parts, before the verdict on it.",
    scopes: SHIPPERS,
  },
  splitWays: {
    kind: "integer",
    min: 2,
    max: 16,
    default: 4,
    doc: "Parts that a batch is split into when all its tries have failed.",
    scopes: SHIPPERS,
  },
  backoffBase: {
    kind: "duration",
    min: "1ms",
    max: "1m",
    default: "200ms",
    doc: "The longest pause after a first failed try. It doubles with each further one, and the pause is a random part of it.",
    scopes: SHIPPERS,
  },
  backoffMax: {
    kind: "duration",
    min: "1ms",
    max: "1h",
    default: "1m",
    doc: "The longest pause between two tries, also while the cloud is away.",
    scopes: SHIPPERS,
  },
  exactlyOnce: {
    kind: "choice",
    choices: ["off", "verify"],
    default: "off",
    doc: "With verify, what may have arrived although its answer was lost is looked up before it is sent again; needs logs:FilterLogEvents.",
    scopes: PLACED,
  },
  verifySettle: {
    kind: "duration",
    min: "0ms",
    max: "5m",
    default: "10s",
    doc: "How long after a lost answer the destination is looked at: it shows events some seconds after it took them.",
    scopes: SHIPPERS,
  },
  deadBytesMax: {
    kind: "size",
    min: "1MiB",
    max: "1024GiB",
    default: "1GiB",
    doc: "The most disk that dead letters take. When they are full, what would become one stays in the buffer.",
    scopes: SHIPPERS,
  },
  mailTo: {
    kind: "text",
    form: "addresses",
    doc: "Who is told of outages, dead letters and the like: mail addresses with commas between them. Needs smtp.",
    scopes: [...ALERTERS, "init"],
  },
  mailFrom: {
    kind: "text",
    form: "address",
    doc: "The sender of mails; without it dragonlog@ and the machine's name.",
    scopes: ALERTERS,
  },
  smtp: {
    kind: "text",
    form: "url",
    secret: true,
    check: checkSmtp,
    doc: "The mail server: smtp://user:password@host:587, or smtps:// for TLS from the first byte. Better set as a variable than as a flag.",
    scopes: ALERTERS,
  },
  webhook: {
    kind: "text",
    form: "url",
    secret: true,
    check: checkEndpoint,
    doc: "A URL that gets the same as a JSON POST, with a text that Slack shows.",
    scopes: ALERTERS,
  },
  alertEvery: {
    kind: "duration",
    min: "1s",
    max: "24h",
    default: "5m",
    doc: "At most one mail for each cause in this time; what happens meanwhile is counted in the next.",
    scopes: ALERTERS,
  },
  drainDeadline: {
    kind: "duration",
    min: "100ms",
    max: "1h",
    default: "25s",
    doc: "How long SIGTERM, or the close of a logger, lets what waits go on to be sent; what is left stays in the buffer.",
    scopes: [...SHIPPERS, ...FORWARDERS],
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
  severity: {
    kind: "choice",
    choices: ["auto", "off"],
    default: "auto",
    doc: "With auto, a level that a line names becomes the record's type, and a line of a JSON logger becomes a record of its parts; with off, every line is recorded as it is.",
    scopes: ["run", "pipe"],
  },
  multiline: {
    kind: "text",
    form: "auto, off or /regex/",
    check: checkMultiline,
    default: "off",
    doc: "Which lines are one record: auto joins stack traces, a regular expression names the first line of a record, off takes each line as one. The newest record then waits up to 300 ms for its next line, in memory.",
    scopes: ["run", "pipe"],
  },
  deadline: {
    kind: "duration",
    min: "100ms",
    max: "24h",
    default: "30s",
    doc: "How long to wait until nothing waits in the buffer any more.",
    scopes: ["flush"],
  },
  since: {
    kind: "text",
    form: "time",
    check: checkSince,
    doc: "Only what is younger: a duration such as 1h, or a time such as 2026-11-24T08:00:00Z.",
    scopes: [...DEAD_LETTER_USERS, "audit", "tail"],
  },
  last: {
    kind: "integer",
    min: 0,
    max: 100_000,
    doc: "Begin with so many of the newest records that match; without it and since, with none where tail follows, and with all that are there where it does not.",
    scopes: ["tail"],
  },
  follow: {
    kind: "boolean",
    default: true,
    doc: "Whether to go on with what is logged from now on, or to end after what is there.",
    scopes: ["tail"],
  },
  type: {
    kind: "text",
    form: "level",
    doc: "Only records of this level or above it, such as warn; of any other type, only records of that type.",
    scopes: ["tail"],
  },
  requestId: {
    kind: "text",
    form: "id",
    doc: "Only records of this request.",
    scopes: ["tail"],
  },
  grep: {
    kind: "text",
    form: "text or /regex/",
    doc: "Only records in which this text stands, in upper or lower case, or that match this regular expression, such as /time(d )?out/i.",
    scopes: ["tail"],
  },
  where: {
    kind: "names",
    form: "path=value",
    default: "none",
    // A value may hold commas.
    separator: /,(?=[^,=]+=)/,
    doc: "Only records with this value in this place, such as metadata.user_id=42; repeatable, and all must hold.",
    scopes: ["tail"],
  },
  pretty: {
    kind: "boolean",
    default: false,
    doc: "Show each record on several lines, all that is in it.",
    scopes: ["tail"],
  },
  url: {
    kind: "text",
    form: "url",
    check: checkEndpoint,
    doc: "The page of a shipper to ask, such as http://10.0.0.7:8001, where it is not one of this machine; takes its token.",
    scopes: ["tail"],
  },
  watch: {
    kind: "boolean",
    default: false,
    doc: "Show it again every second, in place, until Ctrl-C.",
    scopes: ["status"],
  },
  listen: {
    kind: "place",
    form: "address:port | none",
    parse: (text: string, name: string): ListenPlace => listenAt(text, name),
    default: "127.0.0.1:8001",
    doc: "Where the shipper serves its page, metrics and live records. An address that other machines can reach takes a token; none serves nothing.",
    scopes: ["ship", "doctor"],
  },
  token: {
    kind: "text",
    form: "text",
    secret: true,
    check: checkToken,
    doc: "What a browser or program must know to see the page: asked for by a form, or sent as Authorization: Bearer. Better set as a variable than as a flag.",
    scopes: ["ship", "doctor", "tail"],
  },
  readOnly: {
    kind: "boolean",
    default: false,
    doc: "The page shows dead letters, and neither sends them again nor drops them.",
    scopes: ["ship", "doctor"],
  },
  stay: {
    kind: "boolean",
    default: false,
    doc: "Keep the service, the load and the shipper running, to look at the page, until Ctrl-C.",
    scopes: ["demo"],
  },
  reason: {
    kind: "text",
    form: "reason",
    doc: "Only dead letters with this reason, such as invalid or too-old.",
    scopes: DEAD_LETTER_USERS,
  },
  dryRun: {
    kind: "boolean",
    default: false,
    doc: "Say what would be done, and do nothing.",
    scopes: ["dead replay", "dead drop", "init"],
  },
  force: {
    kind: "boolean",
    default: false,
    doc: "Replace files that exist; what was there is kept beside them as <file>.old.",
    scopes: ["init"],
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
    scopes: [
      "demo",
      "ship",
      "tail",
      "status",
      "level",
      "flush",
      "audit",
      "doctor",
      "alert test",
      "fake-cloud",
      "dead list",
      "dead show",
      "dead replay",
      "dead drop",
    ],
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
    : O extends { kind: "names" }
      ? readonly string[]
      : O extends { kind: "rates" }
        ? Readonly<Record<string, number>>
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
