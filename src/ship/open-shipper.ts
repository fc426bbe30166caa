/** Wires a shipper on the journals of one folder from parsed options. */
import { join } from "node:path";
import { type Backlog, NO_ALERTS } from "../alert/alert.js";
import { DestinationTemplate } from "../batch/template.js";
import { JournalBuffer, type JournalBufferOptions, listJournals, waitingIn } from "../buffer/journal.js";
import type { SinkPlace } from "../config/places.js";
import { DeadLetters } from "../dead-letters/dead-letters.js";
import { openSink } from "../sink/open.js";
import type { Sink } from "../sink/sink.js";
import { systemClock } from "../system/clock.js";
import { ownIdentity } from "../system/process.js";
import { randomId } from "../system/random.js";
import { refuseValue } from "../system/refusal.js";
import { announce } from "./announce.js";
import { countIn } from "./counts.js";
import { ReportFile } from "./report.js";
import { Shipper } from "./shipper.js";

const REPORT_INTERVAL_MS = 1000;
const TELL_INTERVAL_MS = 60_000;
/** A batch that failed this often meets more than a passing fault. */
const TELL_ATTEMPT = 2;

export interface ShippingOptions {
  readonly buffer: { readonly dir: string };
  readonly to: SinkPlace;
  readonly region?: string;
  readonly endpoint?: string;
  readonly group: string;
  readonly stream: string;
  readonly retentionDays?: number;
  readonly logClass: "STANDARD" | "INFREQUENT_ACCESS";
  readonly interval: number;
  readonly flushRecords: number;
  readonly flushBytes: number;
  readonly inFlightMax: number;
  readonly requestTimeout: number;
  readonly tries: number;
  readonly splitWays: number;
  readonly backoffBase: number;
  readonly backoffMax: number;
  readonly deadBytesMax: number;
  readonly exactlyOnce: "off" | "verify";
  readonly verifySettle: number;
}

export interface OpenShipper {
  readonly shipper: Shipper;
  readonly sink: Sink;
  /** Gives up what is being sent. */
  readonly abort: AbortController;
  close(): Promise<void>;
}

export interface OpenShipperHooks extends Pick<JournalBufferOptions, "accepts" | "holder"> {
  /** Told why nothing is delivered, once a minute for each cause, and not of a failure that the next try mends. */
  readonly onFailure: (message: string) => void;
}

/** Throws what the sink's options and the journal folder are refused for. */
export async function openShipper(
  options: ShippingOptions,
  { onFailure, ...claim }: OpenShipperHooks,
): Promise<OpenShipper> {
  const template = new DestinationTemplate(options.group, options.stream);
  const sink = await openSinkAt(options);
  const { dir } = options.buffer;
  const buffer = new JournalBuffer({
    dir,
    clock: systemClock,
    ...claim,
    onDamage: ({ cause, records, bytes }) => {
      countIn(shipper.counts.damage, cause, records);
      countIn(shipper.counts.damage, `${cause} bytes`, bytes);
    },
    onClaimFailure: (error) => shipper.readFailed(error),
  });
  const abort = new AbortController();
  const shipper: Shipper = new Shipper({
    buffer,
    sink,
    destinationOf: (record, host) => template.of(record, host),
    deadLetters: new DeadLetters(join(dir, "dead"), systemClock),
    clock: systemClock,
    random: Math.random,
    intervalMs: options.interval,
    flushRecords: options.flushRecords,
    flushBytes: options.flushBytes,
    inFlightMax: options.inFlightMax,
    policy: {
      tries: options.tries,
      splitWays: options.splitWays,
      backoff: { baseMs: options.backoffBase, maxMs: options.backoffMax },
    },
    ...verifying(options, sink),
    ...announce({
      alerts: NO_ALERTS,
      sink: sink.name,
      deadDir: join(dir, "dead"),
      backlog: () => backlogIn(dir),
    }),
    abort: abort.signal,
    onFailure: tellRarely(onFailure),
  });
  const stopReporting = reportRegularly(dir, shipper, sink);
  return {
    shipper,
    sink,
    abort,
    async close() {
      stopReporting();
      await buffer.close();
      await sink.close();
    },
  };
}

function verifying({ exactlyOnce, verifySettle }: ShippingOptions, sink: Sink): { verifySettleMs?: number } {
  if (exactlyOnce === "off") {
    return {};
  }
  if (sink.readBack === undefined) {
    throw refuseValue("exactlyOnce", "verify", `off, for ${sink.name} cannot be looked at afterwards`);
  }
  return { verifySettleMs: verifySettle };
}

function backlogIn(dir: string): Backlog {
  let records = 0;
  let bytes = 0;
  let oldestMs: number | undefined;
  for (const folder of listJournals(dir)) {
    try {
      const waiting = waitingIn(folder);
      records += waiting.records;
      bytes += waiting.bytes;
      oldestMs = Math.min(oldestMs ?? Number.POSITIVE_INFINITY, waiting.oldestMs ?? Number.POSITIVE_INFINITY);
    } catch {
      // A journal that cannot be looked at is told of by itself.
    }
  }
  return { records, bytes, oldestMs: records === 0 ? undefined : oldestMs, roomMs: undefined };
}

function tellRarely(
  tell: (message: string) => void,
): (cause: string, message: string, attempt: number) => void {
  const toldAtMs = new Map<string, number>();
  return (cause, message, attempt) => {
    const now = systemClock.now();
    if (
      attempt >= TELL_ATTEMPT &&
      now - (toldAtMs.get(cause) ?? Number.NEGATIVE_INFINITY) >= TELL_INTERVAL_MS
    ) {
      toldAtMs.set(cause, now);
      tell(`${cause}: ${message}`);
    }
  };
}

function openSinkAt(options: ShippingOptions): Promise<Sink> {
  const { to, region, endpoint, retentionDays, logClass, requestTimeout, inFlightMax } = options;
  return openSink(to.kind === "directory" ? `directory:${to.dir}` : to.kind, {
    cloudwatch: {
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(retentionDays === undefined ? {} : { retentionDays }),
      requestTimeoutMs: requestTimeout,
      maxSockets: inFlightMax,
      logClass,
    },
  });
}

function reportRegularly(dir: string, shipper: Shipper, sink: Sink): () => void {
  const file = new ReportFile(dir, randomId(6));
  const startedAt = new Date().toISOString();
  let last = "";
  const write = (): void => {
    const state = JSON.stringify([shipper.counts, shipper.batchesInFlight]);
    if (state !== last) {
      last = state;
      file.write({
        process: ownIdentity(),
        sink: sink.name,
        startedAt,
        updatedAt: new Date().toISOString(),
        batchesInFlight: shipper.batchesInFlight,
        counts: shipper.counts,
      });
    }
  };
  write();
  const timer = setInterval(() => {
    try {
      write();
    } catch {
      // A report that cannot be written must not end the shipping it reports on.
    }
  }, REPORT_INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    file.remove();
  };
}
