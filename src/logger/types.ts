import type { Level } from "../record/types.js";
import type { DragonlogError } from "../system/errors.js";

/** What `log()` takes: a record with its wire names. Every part but `data` may be left out. */
export interface RecordInput {
  /** When it happened, if not now: a Date, milliseconds since 1970, or ISO 8601 (UTC where it names no zone). */
  timestamp?: Date | number | string;
  /** Default: the logger's service. */
  service?: string;
  /** Any value. */
  data?: unknown;
  /** Any text; the six levels in capitals obey the logger's level. Default `INFO`. */
  type?: string;
  /** What was logged for the same request has the same. Default: the logger's, or that of the context. */
  request_id?: string;
  /** Whatever else is to be found by, by name. */
  metadata?: Readonly<Record<string, unknown>>;
}

/**
 * What `new DragonLogger()` takes; docs/options.md says more of each, and how to set most of them as variables.
 */
export interface LoggerOptions {
  /** The service that the records belong to. Required. */
  service: string;
  /** The lowest level that is recorded. Default `info`. */
  level?: Level;
  /**
   * Adds `trace_id` and `span_id` to each record that is logged while a span is active, where the application uses
   * `@opentelemetry/api`. Default true.
   */
  traceContext?: boolean;
  /**
   * What no record may hold, before it is stored: places in it, such as `metadata.password`, `metadata.*.token` or `**.secret`,
   * and what detectors find anywhere: `aws`, `token`, `card`, `private-key`, `url-password`, or `secrets` for all of these.
   * Default: nothing. See docs/privacy.md.
   */
  redact?: string | readonly string[];
  /** What stands in its place: `[redacted]` (the default), nothing, or a short hash by which equal values can be found. */
  redactBy?: "censor" | "remove" | "hash";
  /** With `redactBy: "hash"`, which takes one: a long random text that the hashes are made with, kept secret. */
  redactSalt?: string;
  /**
   * The most records in a second, which begins with the first of them, of each service and type: a number for all types, or numbers by
   * type, `*` for those that are not named. A name counts for that name in capitals too. What is held back is counted and reported in
   * the stream. Default: any number.
   */
  limit?: number | string | Readonly<Record<string, number>>;
  /** The share of records that is kept, by type, such as `{ DEBUG: 0.1 }`; the rest is counted and reported. Default: all. */
  sample?: number | string | Readonly<Record<string, number>>;
  /** The folder that holds all journals. Default: the user's state folder, `~/.local/state/dragonlog/journal`. */
  journalDir?: string;
  /**
   * The same as a place, `journal:<dir>`; or a store, `redis://host`: what is logged goes from the journal in `journalDir`
   * there, in a worker thread, and stays in the journal until a shipper somewhere has delivered it.
   */
  buffer?: string;
  /** With a store: milliseconds, or a duration, that a record may wait for others to share its block. Default `50ms`. */
  linger?: number | string;
  /** With a store: bytes of lines at which a block goes without waiting for more. Default `256KiB`. */
  blockBytes?: number | string;
  /** With a store: how blocks are compressed. Default `auto`, the best that this Node.js has. */
  codec?: "auto" | "none" | "brotli" | "zstd";
  /** With a store: used bytes of a server's memory above which nothing more is put there. Default and most: 95 % of its maxmemory. */
  storeBytesMax?: number | string;
  /**
   * With a store or `to`: false keeps no journal, and nothing is written to the disk but a report for `dragonlog status`, and dead
   * letters. Records wait in RAM until the store takes them or they are delivered; a crash of the application loses those, and a
   * loss of the store what it held. Default true.
   */
  journal?: boolean;
  /** Bytes of one journal file, or a size such as `8MiB`, the default; 64 KiB to 1 GiB. Without a journal: of a piece of RAM, `1MiB`. */
  segmentBytes?: number | string;
  /** Bytes that the journal may take, or a size. Default `1GiB`; at least two segments. Without a journal: of RAM, `64MiB`. */
  journalBytesMax?: number | string;
  /** What gives way when the journal, or the RAM without one, is full. Default `drop-newest`. */
  whenFull?: "drop-newest" | "drop-oldest";
  /** Milliseconds between two writes of the journal to the disk: what a power cut can take. Default 1000; 10 to 60,000. */
  syncMs?: number;
  /**
   * Ships from a worker thread of this process: `cloudwatch`, `directory:<dir>` or `stdout`. What a crash leaves behind is
   * delivered by the next process with the same destination, or by any `dragonlog ship`. Default: no shipping here.
   */
  to?: string;
  /** With `to`, as all that follows but `onTrouble`: the AWS region. Default: as the AWS SDK finds it. */
  region?: string;
  /** The URL of CloudWatch Logs when it is not AWS's own. */
  endpoint?: string;
  /** The log group, created when it is missing. Default `dragonlog`. */
  group?: string;
  /** The log stream, with `{service}`, `{host}`, `{type}` and `{date}` filled in. Default `{service}`. */
  stream?: string;
  /** Days that a log group created here keeps its events, as AWS takes them. Default: for ever. */
  retentionDays?: number;
  /** The class of a log group created here. Default `STANDARD`. */
  logClass?: "STANDARD" | "INFREQUENT_ACCESS";
  /** The longest that a record waits before it is sent: milliseconds, or a duration. Default `2m`. */
  interval?: number | string;
  /** Waiting records at which they are sent sooner. Default 1000; 1 to 10,000. */
  flushRecords?: number;
  /** Waiting bytes at which they are sent sooner. Default `1MiB`, which is the most. */
  flushBytes?: number | string;
  /** The most batches that are on their way at once. Default 64; 1 to 256. */
  inFlightMax?: number;
  /** How long one request may take: milliseconds, or a duration. Default `30s`. */
  requestTimeout?: number | string;
  /** How long `close()` and `flush()` let what waits be sent: milliseconds, or a duration. Default `25s`. */
  drainDeadline?: number | string;
  /** Tries of a batch, and then of each of its parts. Default 3; 1 to 10. */
  tries?: number;
  /** Parts that a batch is split into when all its tries have failed. Default 4; 2 to 16. */
  splitWays?: number;
  /** The longest pause after a first failed try; it doubles with each further one. Default `200ms`. */
  backoffBase?: number | string;
  /** The longest pause between two tries, also while the cloud is away. Default `1m`. */
  backoffMax?: number | string;
  /**
   * `verify` looks up what may have arrived although its answer was lost, before it is sent again. Default `off`.
   */
  exactlyOnce?: "off" | "verify";
  /** How long after a lost answer it is looked up: milliseconds, or a duration. Default `10s`. */
  verifySettle?: number | string;
  /** The most disk that dead letters take; full, what would become one waits. Default `1GiB`. */
  deadBytesMax?: number | string;
  /** Who is told of outages and dead letters: mail addresses with commas between them. Needs `smtp`. */
  mailTo?: string;
  /** The sender of mails. Default: dragonlog@ and the machine's name. */
  mailFrom?: string;
  /** The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. */
  smtp?: string;
  /** A URL that gets the same as a JSON POST. */
  webhook?: string;
  /** At most one mail for each cause in this time: milliseconds, or a duration. Default `5m`. */
  alertEvery?: number | string;
  /**
   * Told of trouble that logging survives: no access to the folder, a full disk, files that cannot be mapped. Each at most
   * once a minute. Default: `process.emitWarning`.
   */
  onTrouble?: (error: DragonlogError) => void;
}

/** What a writer has done: the counts begin with it. */
export interface LoggerStats {
  /** The first part of the id of every record, `<writer>-<seq>`. */
  readonly writer: string;
  /** Records that are, or were, in the journal, or in RAM without one. */
  readonly logged: number;
  /** Records that were dropped, by cause. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Records that were held back by `limit` and by `sample`. */
  readonly suppressed: Readonly<{ limit: number; sample: number }>;
  /** Records that were cut because they are larger than half of the journal. */
  readonly recordsShortened: number;
  /** Values that were cut for their depth. */
  readonly valuesShortened: number;
  /** Records whose data could not be put into text at all. */
  readonly unencodable: number;
  /**
   * Records stamped with the time of the one before, which was later than theirs: the machine's clock was set back, or another logger
   * had taken the time, less than a second ago, before it passed its record on. So the records of a writer stay in order.
   */
  readonly timeHeldBack: number;
  /** `ram`: what is logged now does not outlive the process, because the folder cannot be used or no journal is kept. */
  readonly state: "safe" | "ram" | "closed";
  /** Bytes of the journal's files; without a journal, of RAM for what the store has not taken, free segments included. */
  readonly journalBytes: number;
}
