/**
 * What the stand-in has received from which life of the shipper, seen as requests come in. Together with the cursors
 * that a killed shipper left, it says to the record what may be sent again: whatever was received and not acknowledged.
 */
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
    // The stand-in may still have to read what the dead process had sent: a call on a new connection comes after that.
    await until(
      async () =>
        ((await (await fetch(`${cloud.url}/_fake/stats`)).json()) as { putsInFlight: number })
          .putsInFlight === 0,
      () => "the dead shipper's calls did not end",
    );
    this.#cursors = new Map([...writers].map((writer) => [writer, readCursor(join(dir, writer))]));
    const { requests } = this.#life;
    this.#life = { requests: [], received: new Set() };
    return requests.filter((ids) => ids.some((id) => !this.#acknowledged(id))).length;
  }

  #take(ids: string[]): void {
    const { requests, received } = this.#life;
    requests.push(ids);
    for (const id of ids) {
      if (received.has(id)) {
        this.faults.push(`${id} was sent twice by one shipper`);
      }
      if (this.#acknowledged(id)) {
        this.faults.push(`${id} was sent again although it was acknowledged`);
      }
      if (this.#ever.has(id)) {
        this.doubled++;
      }
      received.add(id);
      this.#ever.add(id);
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

function idsOf({ logEvents }: { logEvents: { message: string }[] }): string[] {
  return logEvents.map(({ message }) => (JSON.parse(message) as { id: string }).id);
}
