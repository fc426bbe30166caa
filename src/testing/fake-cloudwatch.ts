/**
 * A strict stand-in for CloudWatch Logs, for tests, demos and benchmarks: a real HTTP server that the AWS SDKs and the
 * AWS CLI talk to, with AWS's limits and AWS's errors, all in memory, and as unreliable as it is told to be.
 *
 *     const cloud = await FakeCloudWatch.start();
 *     const client = new CloudWatchLogsClient(cloud.clientConfig());
 *     cloud.faults.add({ kind: "throttle", calls: 3, operation: "PutLogEvents" });
 *     ...
 *     assert.equal(cloud.tally({ [writer]: 1000 }).lost, 0);
 *     await cloud.stop();
 */

import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";
import { control } from "./control.js";
import { FaultPlan } from "./faults.js";
import { HttpServer } from "./http-server.js";
import { quotasPerSecond } from "./limits.js";
import { integerIn, oneOf, refuseUnknown } from "./options.js";
import { Service } from "./service.js";
import type { Stats } from "./stats.js";
import { type ExpectedCounts, type TallyReport, tallyOf } from "./tally.js";

/** What `FakeCloudWatch.start` takes. */
export interface FakeCloudWatchOptions {
  /** Default: 0, any free one. */
  readonly port?: number;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /**
   * Milliseconds since 1970-01-01 UTC; decides what is too old or too new, and refills the quotas. Default: Date.now.
   */
  readonly now?: () => number;
  /** Milliseconds before every call is served, 0 to 60000; `faults` can add more. Default: 0. */
  readonly latencyMs?: number;
  /**
   * `full` keeps the messages. `ids` keeps of each only `id`, `part` and `parts`, and reads answer with that: for
   * benchmarks, where a gigabyte of messages would compete with what is measured. Default: full.
   */
  readonly store?: "full" | "ids";
  /**
   * Calls a second by operation, over AWS's own (PutLogEvents 5000, CreateLogStream 50, DescribeLogStreams 25,
   * CreateLogGroup 10, PutRetentionPolicy 5, FilterLogEvents 5); false for none. Default: AWS's own.
   */
  readonly quotas?: Readonly<Record<string, number>> | false;
}

/** An event as a reader of the stream sees it. */
export interface StoredEvent {
  /** Milliseconds since 1970, as the sender said. */
  readonly timestamp: number;
  /** The text, as it was sent. */
  readonly message: string;
  /** Milliseconds since 1970: when the stand-in took it. */
  readonly ingestionTime: number;
}

/** A log group, and how much is in it. */
export interface StoredGroup {
  /** As it was created, such as `shop`. */
  readonly name: string;
  /** `STANDARD` or `INFREQUENT_ACCESS`. */
  readonly logGroupClass: string;
  /** Days; undefined: for ever. */
  readonly retentionInDays: number | undefined;
  /** By name, in order of creation. */
  readonly streams: readonly { readonly name: string; readonly events: number }[];
}

const optionNames = ["port", "host", "now", "latencyMs", "store", "quotas"];
const latencyMsMax = 60_000;
const quotaMax = 1_000_000;

interface Waiter {
  readonly condition: (stats: Stats) => boolean;
  readonly resolve: (stats: Stats) => void;
}

/**
 * A server in this process that answers as CloudWatch Logs does, with its limits and errors, and keeps everything in
 * memory.
 */
export class FakeCloudWatch {
  /** What is to go wrong. */
  readonly faults = new FaultPlan();
  readonly #service: Service;
  readonly #server: HttpServer;
  readonly #waiters = new Set<Waiter>();
  #url = "";

  /**
   * Resolves when the server listens.
   * @throws DragonlogError DRAGONLOG_OPTION_UNKNOWN, DRAGONLOG_OPTION_INVALID or DRAGONLOG_PORT_IN_USE
   */
  static async start(options: FakeCloudWatchOptions = {}): Promise<FakeCloudWatch> {
    checkOptions(options);
    const { port = 0, host = "127.0.0.1" } = options;
    const cloud = new FakeCloudWatch(options);
    const bound = await cloud.#server.listen(port, host);
    cloud.#url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
    return cloud;
  }

  private constructor({ now = Date.now, latencyMs = 0, store = "full", quotas = {} }: FakeCloudWatchOptions) {
    this.#service = new Service({
      now,
      keep: store,
      quotasPerSecond: quotas === false ? {} : { ...quotasPerSecond, ...quotas },
    });
    this.#server = new HttpServer({
      service: this.#service,
      faults: this.faults,
      latencyMs,
      control: (message, response) => control(this, message, response),
      changed: () => this.#wake(),
    });
  }

  /** The endpoint, such as `http://127.0.0.1:40001`. */
  get url(): string {
    return this.#url;
  }

  /** Enough of a configuration for an AWS SDK client to talk to this server. */
  clientConfig() {
    return {
      endpoint: this.#url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIAFAKEFAKEFAKEFAKE", secretAccessKey: "fake" },
    };
  }

  /** What it has seen so far. */
  stats(): Stats {
    return this.#service.stats.snapshot();
  }

  /** Resolves when the condition holds; looks whenever a call comes or ends. Rejects with DRAGONLOG_DEADLINE_PASSED. */
  async until(condition: (stats: Stats) => boolean, deadlineMs = 10_000): Promise<Stats> {
    const stats = this.stats();
    if (condition(stats)) return stats;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        condition,
        resolve: (seen) => {
          clearTimeout(timer);
          resolve(seen);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(
          new DragonlogError(
            "DRAGONLOG_DEADLINE_PASSED",
            `The condition did not come true in ${deadlineMs} ms`,
            `The stand-in has seen ${JSON.stringify(this.stats())}`,
          ),
        );
      }, deadlineMs);
      this.#waiters.add(waiter);
    });
  }

  /** Which dragonlog records are stored, by writer; with `expected`, whatever is missing of so many. */
  tally(expected?: ExpectedCounts): TallyReport {
    return tallyOf(this.#service.store, expected);
  }

  /** The groups by name, in order of creation. */
  groups(): StoredGroup[] {
    return [...this.#service.store.groups.values()].map(
      ({ name, logGroupClass, retentionInDays, streams }) => ({
        name,
        logGroupClass,
        retentionInDays,
        streams: [...streams.values()].map((stream) => ({ name: stream.name, events: stream.events.count })),
      }),
    );
  }

  /** The events of a stream in reading order: by timestamp, then by arrival. Throws when it does not exist. */
  readStream(group: string, stream: string): StoredEvent[] {
    const { store } = this.#service;
    const { events } = store.stream(store.group(group), stream);
    return Array.from({ length: events.count }, (_, rank) => {
      const { timestamp, message, ingestionTime } = events.at(rank);
      return { timestamp, message, ingestionTime };
    });
  }

  /** Forgets groups, counters and faults; connections stay. */
  reset(): void {
    this.faults.clear();
    this.#service.reset();
  }

  /** Cuts every connection and frees the port. What is stored can still be looked at. */
  async stop(): Promise<void> {
    await this.#server.close();
  }

  #wake(): void {
    if (this.#waiters.size === 0) return;
    const stats = this.stats();
    for (const waiter of this.#waiters) {
      if (!waiter.condition(stats)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(stats);
    }
  }
}

function checkOptions(options: FakeCloudWatchOptions): void {
  refuseUnknown("FakeCloudWatch", options, optionNames);
  const { port, host, now, latencyMs, store, quotas } = options;
  if (port !== undefined) integerIn("port", port, 0, 65_535);
  if (host !== undefined && (typeof host !== "string" || host === ""))
    throw refuseValue("host", host, "an address");
  if (now !== undefined && typeof now !== "function") throw refuseValue("now", now, "a function");
  if (latencyMs !== undefined) integerIn("latencyMs", latencyMs, 0, latencyMsMax);
  if (store !== undefined) oneOf("store", store, ["full", "ids"]);
  if (quotas === undefined || quotas === false) return;
  if (typeof quotas !== "object" || quotas === null)
    throw refuseValue("quotas", quotas, "counts by operation, or false");
  for (const [operation, perSecond] of Object.entries(quotas)) {
    integerIn(`quotas.${operation}`, perSecond, 1, quotaMax);
  }
}
