/**
 * Creates the log stream, and the log group where that is missing too, that a put was refused for.
 *
 * The stream is tried first: it is what is missing nearly always, and its failure tells whether the group is missing,
 * without a Describe call, whose quota is low, and without reading the text of an error.
 *
 * State: `#streams` and `#groups` hold the creations that are under way, so that all batches which wait for one thing
 * share one request; an entry goes when its creation ends. `#retentionOwed` holds the groups whose creation this
 * sink has begun and whose retention it has not yet set. The stream is created only after that, so a batch that
 * comes back after a failure finds the stream missing again and pays what is owed.
 *
 * A creation runs under the signal of the batch that began it; if that is aborted, the others are told to try again.
 */
import type { Destination } from "../../batch/batch.js";
import { DragonlogError } from "../../system/errors.js";
import type { Answer } from "../sink.js";
import { classify, isMissingResource } from "./classify.js";
import type { CloudWatchClient } from "./client.js";
import type { CloudWatchSettings } from "./options.js";

type Settings = Pick<CloudWatchSettings, "createGroup" | "createStream" | "retentionDays">;

export class Provisioner {
  readonly #client: CloudWatchClient;
  readonly #settings: Settings;
  readonly #streams = new Map<string, Promise<Answer | undefined>>();
  readonly #groups = new Map<string, Promise<void>>();
  readonly #retentionOwed = new Set<string>();

  constructor(client: CloudWatchClient, settings: Settings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Resolves with undefined when the stream stands, otherwise with the answer for every batch that waits for it. */
  ensure(destination: Destination, signal: AbortSignal): Promise<Answer | undefined> {
    const { group, stream } = destination;
    return shared(this.#streams, `${group}:${stream}`, async () => {
      try {
        return await this.#create(destination, signal);
      } catch (error) {
        return classify(error, "provision");
      }
    });
  }

  async #create(destination: Destination, signal: AbortSignal): Promise<Answer | undefined> {
    const { group, stream } = destination;
    if (!this.#settings.createStream) return missing(`log stream ${stream} of ${group}`, "createStream");
    if (this.#retentionOwed.has(group)) await this.#createGroup(group, signal);
    try {
      await this.#createStream(destination, signal);
    } catch (error) {
      if (!isMissingResource(error)) throw error;
      if (!this.#settings.createGroup) return missing(`log group ${group}`, "createGroup");
      await this.#createGroup(group, signal);
      await this.#createStream(destination, signal);
    }
    return undefined;
  }

  async #createStream(destination: Destination, signal: AbortSignal): Promise<void> {
    await created(this.#client.createStream(destination, signal));
  }

  #createGroup(group: string, signal: AbortSignal): Promise<void> {
    const { retentionDays } = this.#settings;
    return shared(this.#groups, group, async () => {
      // Begun before: then a group that exists is ours, created by a request whose answer was lost.
      const begunBefore = this.#retentionOwed.has(group);
      if (retentionDays !== undefined) this.#retentionOwed.add(group);
      const isNew = await created(this.#client.createGroup(group, signal));
      if (retentionDays !== undefined && (isNew || begunBefore)) {
        await this.#client.setRetention(group, retentionDays, signal);
      }
      this.#retentionOwed.delete(group);
    });
  }
}

/** True when the call created something, false when it existed already. */
async function created(call: Promise<void>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if ((error as Error).name === "ResourceAlreadyExistsException") return false;
    throw error;
  }
}

/** The work under way for `key`, or `work` begun now. */
function shared<T>(underWay: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const present = underWay.get(key);
  if (present !== undefined) return present;
  const begun = work().finally(() => underWay.delete(key));
  underWay.set(key, begun);
  return begun;
}

function missing(what: string, option: string): Answer {
  const error = new DragonlogError(
    "DRAGONLOG_SINK_FAILED",
    `${what} does not exist and ${option} is false`,
    `Create the ${what}, or leave ${option} at true.`,
  );
  return { verdict: "retry", cause: "denied", error };
}
