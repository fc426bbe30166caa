/** Batches go to AWS CloudWatch Logs: one batch, one PutLogEvents, and once more after what it lacked was created. */
import { setMaxListeners } from "node:events";
import type { Batch } from "../../batch/batch.js";
import { CLOUDWATCH_LIMITS, CLOUDWATCH_WINDOW } from "../../batch/limits.js";
import { systemClock } from "../../system/clock.js";
import type { Answer, Sink } from "../sink.js";
import { BodyWriters, writeBody } from "./body.js";
import { classify, isMissingResource } from "./classify.js";
import { type CloudWatchClient, type ExaminedClient, openClient } from "./client.js";
import { KnownStreams } from "./known-streams.js";
import { nameFault } from "./names.js";
import { type CloudWatchOptions, type CloudWatchSettings, parseCloudWatchOptions } from "./options.js";
import { Provisioner } from "./provision.js";
import { CloudWatchReadBack } from "./read-back.js";
import { refusedBy } from "./rejected.js";

/**
 * Throws DRAGONLOG_OPTION_UNKNOWN or DRAGONLOG_OPTION_INVALID for the options, DRAGONLOG_DEPENDENCY_MISSING without
 * the AWS SDK. Sends nothing; credentials are looked up at the first batch. `now` is in ms since 1970-01-01 UTC.
 */
export async function openCloudWatch(
  options: CloudWatchOptions = {},
  now: () => number = Date.now,
): Promise<Sink> {
  const settings = parseCloudWatchOptions(options);
  return new CloudWatchSink(await openClient(settings), settings, now);
}

/** A sink, and what it works with. */
export interface ExaminedCloudWatch
  extends Pick<ExaminedClient, "region" | "credentialSource" | "dateOffsetMs"> {
  readonly sink: Sink;
}

/** The same sink for whoever looks for what is wrong. Throws what `openCloudWatch` throws. */
export async function examineCloudWatch(options: CloudWatchOptions): Promise<ExaminedCloudWatch> {
  const settings = parseCloudWatchOptions(options);
  const client = await openClient(settings);
  const { region, credentialSource, dateOffsetMs } = client;
  return { sink: new CloudWatchSink(client, settings, Date.now), region, credentialSource, dateOffsetMs };
}

class CloudWatchSink implements Sink {
  readonly name: string;
  readonly limits = CLOUDWATCH_LIMITS;
  readonly sortsByTimestamp = true;
  readonly window = CLOUDWATCH_WINDOW;
  readonly readBack: CloudWatchReadBack;
  readonly #client: CloudWatchClient;
  readonly #provisioner: Provisioner;
  readonly #writers: BodyWriters;
  readonly #streams = new KnownStreams();
  readonly #now: () => number;

  constructor(client: CloudWatchClient, settings: CloudWatchSettings, now: () => number) {
    this.name = `cloudwatch ${client.region}`;
    this.readBack = new CloudWatchReadBack(client, systemClock);
    this.#client = client;
    this.#provisioner = new Provisioner(client, settings);
    this.#writers = new BodyWriters(settings.maxSockets);
    this.#now = now;
  }

  async send(batch: Batch, signal: AbortSignal): Promise<Answer> {
    const fault = nameFault(batch.destination);
    if (fault !== undefined) return { verdict: "retry", cause: "denied", error: fault };
    // The SDK listens on the signal once for every request in flight; ten of them are no leak.
    setMaxListeners(0, signal);
    return this.#streams.afterFirst(batch.destination, () => this.#deliver(batch, signal));
  }

  rest(): void {
    this.#writers.trim();
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  async #deliver(batch: Batch, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#put(batch, signal);
    } catch (error) {
      if (!isMissingResource(error)) return classify(error, "put");
    }
    const failure = await this.#provisioner.ensure(batch.destination, signal);
    if (failure !== undefined) return failure;
    try {
      return await this.#put(batch, signal);
    } catch (error) {
      return classify(error, "put");
    }
  }

  async #put(batch: Batch, signal: AbortSignal): Promise<Answer> {
    const writer = this.#writers.take();
    const body = writeBody(writer, batch);
    let isGiven = false;
    const { rejected, requestId } = await this.#client.put(batch.destination, body, signal, () => {
      // Told twice, it would be given to two puts.
      if (!isGiven) {
        isGiven = true;
        this.#writers.give(writer);
      }
    });
    const refused = refusedBy(rejected, batch.items, this.#now() + this.#client.clockOffsetMs());
    return requestId === undefined
      ? { verdict: "delivered", refused }
      : { verdict: "delivered", refused, requestId };
  }
}
