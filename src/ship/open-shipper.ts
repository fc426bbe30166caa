/** Wires a shipper from parsed options. */
import { join } from "node:path";
import { openAlerts } from "../alert/open.js";
import { DestinationTemplate } from "../batch/template.js";
import type { JournalBufferOptions } from "../buffer/journal.js";
import type { SharedBuffer } from "../buffer/shared.js";
import type { BufferPlace, ListenPlace, SinkPlace } from "../config/places.js";
import { type DeadLetter, DeadLetters } from "../dead-letters/dead-letters.js";
import { openSink } from "../sink/open.js";
import type { Sink } from "../sink/sink.js";
import { systemClock } from "../system/clock.js";
import { every } from "../system/every.js";
import { counted } from "../system/figures.js";
import { MemoryPool } from "../system/memory-pool.js";
import { rarely } from "../system/rarely.js";
import { refuseValue } from "../system/refusal.js";
import { alike, announce } from "./announce.js";
import { countIn } from "./counts.js";
import { Lookout } from "./lookout.js";
import { type OpenBuffer, openBuffer, openShared } from "./open-buffer.js";
import { reportShipper, type ShipperVitals } from "./reporting.js";
import { Shipper } from "./shipper.js";
import { StoreWatch } from "./store-watch.js";
import { ToldFile } from "./told.js";
import { VitalsRecorder } from "./vitals-recorder.js";

const LOOK_INTERVAL_MS = 10_000;
/** How long the end of a shipper waits for the last mail; what is not sent then is kept for the next one. */
const ALERTS_DEADLINE_MS = 5000;
/** What the shippers of a folder remember of the mails they sent. */
const ALERTS_FILE = "alerts.json";
const TOLD_DROPS_FILE = "drops-told.json";
const TOLD_STORE_FILE = "store-told.json";
/** A batch that failed this often meets more than a passing fault. */
const TELL_ATTEMPT = 2;

export interface ShippingOptions {
  readonly buffer: BufferPlace;
  /** Of the partitions of a store, in ms. */
  readonly leaseExpiry?: number;
  readonly list?: readonly string[];
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
  /** Of a store's budget; default 0, what its own limit leaves. */
  readonly storeBytesMax?: number;
  readonly exactlyOnce: "off" | "verify";
  readonly verifySettle: number;
  readonly mailTo?: string;
  readonly mailFrom?: string;
  readonly smtp?: string;
  readonly webhook?: string;
  readonly alertEvery: number;
  /** Where its page will be; without one nobody can ask for what was delivered, so nothing of it is kept. */
  readonly listen?: ListenPlace;
  /** It ends when everything is sent, and serves no page. */
  readonly once?: boolean;
}

export interface OpenShipper {
  readonly shipper: Shipper;
  readonly vitals: ShipperVitals;
  readonly sink: Sink;
  /** What is emptied, for people. */
  readonly from: string;
  /** Gives up what is being sent. */
  readonly abort: AbortController;
  /** False, and told of, when something waits that this shipper was not given. */
  isEmpty(): Promise<boolean>;
  close(): Promise<void>;
}

/** The records of loggers that keep no journal, and who is told of those that the destination refused and that are lost. */
interface SharedRecords {
  readonly buffer: SharedBuffer;
  readonly onRefused: (letters: readonly DeadLetter[]) => void;
}

export interface OpenShipperHooks extends Pick<JournalBufferOptions, "accepts" | "holder"> {
  /** Emptied in place of the options' buffer, whose folder may be one that cannot be written to. */
  readonly shared?: SharedRecords | undefined;
  /**
   * Told what people at the machine should know: why nothing is delivered, what became a dead letter, why nobody could be
   * mailed; once a minute for each cause, and not of a failure that the next try mends.
   */
  readonly onTrouble: (what: string, consequence: string) => void;
}

/** Throws what the sink's options and the journal folder are refused for. */
export async function openShipper(
  options: ShippingOptions,
  { onTrouble, shared, ...claim }: OpenShipperHooks,
): Promise<OpenShipper> {
  const template = new DestinationTemplate(options.group, options.stream);
  const { dir } = options.buffer;
  const tell = rarely(onTrouble);
  const alerts = await openAlerts(options, {
    clock: systemClock,
    random: Math.random,
    stateFile: join(dir, ALERTS_FILE),
    journalDir: dir,
    onFailure: (message) => tell(message, message, "the shipper goes on"),
  });
  const sink = await openSinkAt(options);
  const memory = new MemoryPool();
  const source: OpenBuffer =
    shared !== undefined
      ? openShared(shared.buffer)
      : await openBuffer(options.buffer, {
          memory,
          ...claim,
          leaseExpiryMs: options.leaseExpiry,
          storeBytesMax: options.storeBytesMax ?? 0,
          onDamage: ({ cause, records, bytes }) => {
            countIn(shipper.counts.damage, cause, records);
            countIn(shipper.counts.damage, `${cause} bytes`, bytes);
          },
          lists: options.list ?? [],
          onListed: (list, elements) => countIn(shipper.counts.lists, list, elements),
          onTrouble: (error) => shipper.readFailed(error),
        });
  const deadLetters = new DeadLetters(join(dir, "dead"), systemClock, { bytesMax: options.deadBytesMax });
  const lookout = new Lookout({
    alerts,
    sink: sink.name,
    window: sink.window,
    deadLetters,
    now: systemClock.now,
    toldDrops: new ToldFile(join(dir, TOLD_DROPS_FILE)),
    look: () => ({
      journals: source.look(),
      deliveredBytes: shipper.counts.deliveredBytes,
      storeRoomMs: watch.roomMs,
    }),
  });
  const watch = new StoreWatch({
    alerts,
    backlog: () => lookout.backlog(),
    told: new ToldFile(join(dir, TOLD_STORE_FILE)),
    onEvicts: (what, consequence) => tell(what, what, consequence),
  });
  const abort = new AbortController();
  const recorder = new VitalsRecorder({
    clock: systemClock,
    keepRecent: options.listen !== undefined && options.once !== true,
  });
  const shipper: Shipper = new Shipper({
    buffer: source.buffer,
    memory,
    sink,
    destinationOf: (record, host) => template.of(record, host),
    deadLetters,
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
    measuring: recorder,
    ...verifying(options, sink),
    ...announce({
      alerts,
      onBuried: (records, why) =>
        tell(`dead letters ${why}`, `${records} refused for good (${why})`, `kept in ${deadLetters.dir}`),
      sink: sink.name,
      deadDir: deadLetters.dir,
      backlog: () => lookout.backlog(),
      now: systemClock.now,
    }),
    // In memory they would hold up all that is behind them, and are lost with it.
    ...(shared !== undefined && {
      giveUp: (letters: readonly DeadLetter[], why: string) => {
        shared.onRefused(letters);
        for (const some of alike(letters)) {
          const what = `${some[0]!.reason}: ${some[0]!.detail}`;
          const refused = `${counted(some.length, "record")} refused for good (${what})`;
          tell(`given up ${what}`, refused, `lost, for dead letters cannot be written (${why})`);
        }
      },
    }),
    abort: abort.signal,
    onFailure: (cause, message, attempt) => {
      // What the data is refused for is told when it is a dead letter.
      if (attempt >= TELL_ATTEMPT && cause !== "data") {
        tell(cause, `${cause}: ${message}`, "the records wait in the buffer");
      }
    },
  });
  const reporting = reportShipper(dir, {
    fromRam: shared !== undefined,
    shipper,
    sink,
    recorder,
    alerts,
    intervalMs: options.interval,
    deadBytesMax: options.deadBytesMax,
  });
  const lookAtStore = async (): Promise<void> => {
    const seen = await source.refresh();
    if (seen !== undefined) {
      watch.see(seen);
    }
  };
  const look = async (): Promise<void> => {
    await lookAtStore();
    recorder.look(lookout.look().journals, shipper.counts);
  };
  // Whoever looks now and then must not end what it looks at.
  const stopLooking = every(LOOK_INTERVAL_MS, () => void look().catch(() => {}));
  await lookAtStore();
  recorder.look(source.look(), shipper.counts);
  return {
    shipper,
    vitals: reporting.vitals,
    sink,
    from: source.name,
    abort,
    async isEmpty() {
      try {
        await source.assertEmpty();
        return true;
      } catch (error) {
        shipper.readFailed(error);
        return false;
      }
    },
    async close() {
      reporting.stop();
      stopLooking();
      await look();
      await source.close();
      await sink.close();
      await alerts.close(ALERTS_DEADLINE_MS);
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
