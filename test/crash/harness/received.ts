/**
 * What the stand-in has received from which life of the shipper, seen as requests come in. Together with the cursors
 * that a killed shipper left, it says to the record what may be sent again: whatever was received and not acknowledged.
 */
import { get } from "node:http";
import { join } from "node:path";
import { type Cursor, readCursor } from "../../../src/journal/cursor.js";
import type { FakeCloudWatch } from "../../../src/testing/index.js";
import { until } from "../../harness/program.js";

interface Life {
  /** The ids of each request. */
  readonly requests: string[][];
  readonly received: Set<string>;
}

export class Received {
  readonly faults: string[] = [];
  #life: Life = { requests: [], received: new Set() };
  #lives = 1;
  readonly #ever = new Set<string>();
  /** What the last killed shipper left acknowledged, by writer. */
  #cursors = new Map<string, Cursor>();
  /** Records that were received again. */
  doubled = 0;

  /** Serves every put after `latencyMs`. */
  constructor(cloud: FakeCloudWatch, latencyMs: number) {
    cloud.faults.add({
      kind: "latency",
      ms: latencyMs,
      operation: "PutLogEvents",
      when: (_, request) => {
        this.#take(idsOf(request as { logEvents: { message: string }[] }));
        return true;
      },
    });
  }

  /** Requests of the shipper that lives now. */
  get requests(): number {
    return this.#life.requests.length;
  }

  /** To be called when a shipper is dead and before the next one starts. Returns the requests whose answer was not acknowledged. */
  async shipperDied(cloud: FakeCloudWatch, dir: string, writers: Iterable<string>): Promise<number> {
    await until(
      async () => {
        await callOnNewConnection(`${cloud.url}/_fake/stats`);
        return cloud.stats().putsInFlight === 0;
      },
      () => "the dead shipper's calls did not end",
    );
    this.#cursors = new Map([...writers].map((writer) => [writer, readCursor(join(dir, writer))]));
    const { requests } = this.#life;
    this.#life = { requests: [], received: new Set() };
    this.#lives++;
    return requests.filter((ids) => ids.some((id) => !this.#acknowledged(id))).length;
  }

  #take(ids: string[]): void {
    const { requests, received } = this.#life;
    requests.push(ids);
    let again = 0;
    let needless = 0;
    for (const id of ids) {
      again += Number(received.has(id));
      needless += Number(this.#acknowledged(id));
      if (this.#ever.has(id)) {
        this.doubled++;
      }
      received.add(id);
      this.#ever.add(id);
    }
    const which = `request ${requests.length} of shipper ${this.#lives}, ${ids.length} records from ${ids[0]} on`;
    if (again > 0) {
      this.faults.push(`${which}: ${again} were sent twice by one shipper`);
    }
    if (needless > 0) {
      this.faults.push(`${which}: ${needless} were sent again although they were acknowledged`);
    }
  }

  #acknowledged(id: string): boolean {
    const at = id.lastIndexOf("-");
    const seq = Number(id.slice(at + 1));
    const cursor = this.#cursors.get(id.slice(0, at));
    return (
      cursor !== undefined &&
      (seq < cursor.next || cursor.beyond.some(([from, to]) => from <= seq && seq <= to))
    );
  }
}

/**
 * The stand-in may still have to accept and read what the dead process had sent, and connections are accepted in their
 * order: a call on a new one is answered after that. One on a connection that is open already may overtake it.
 */
function callOnNewConnection(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => response.resume().once("close", resolve)).once("error", reject);
  });
}

function idsOf({ logEvents }: { logEvents: { message: string }[] }): string[] {
  return logEvents.map(({ message }) => (JSON.parse(message) as { id: string }).id);
}
