/**
 * Someone who looks at the records of a shipper's page: reads what is sent, stalls, goes away and comes back as a browser does,
 * and holds all of it against what was promised: each writer's records in order, none twice, none left out without a word.
 */
import { once } from "node:events";
import { type ClientRequest, get, type IncomingMessage } from "node:http";
import type { LiveEvent } from "../../src/live/query.js";

export interface LiveClientOptions {
  readonly port: number;
  /** Parameters of /api/records; default all records, from now on. */
  readonly query?: string;
}

export class LiveClient {
  /** Promises that were not kept, at most a few. */
  readonly faults: string[] = [];
  records = 0;
  /** What it was told to have matched and to have passed unseen. */
  matched = 0;
  missed = 0;
  readonly #options: LiveClientOptions;
  readonly #lastSeqs = new Map<string, number>();
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #lastEventId: string | undefined;

  constructor(options: LiveClientOptions) {
    this.#options = options;
  }

  /** Resolves when the answer has begun. What it saw before counts on. */
  async connect(): Promise<void> {
    const { port, query = "" } = this.#options;
    const headers = {
      Accept: "text/event-stream",
      ...(this.#lastEventId === undefined ? {} : { "Last-Event-ID": this.#lastEventId }),
    };
    const request = get({ host: "127.0.0.1", port, path: `/api/records?${query}`, headers, agent: false });
    this.#request = request;
    const [response] = (await once(request, "response")) as [IncomingMessage];
    this.#response = response;
    if (response.statusCode !== 200) throw new Error(`the page answered with ${response.statusCode}`);
    // A connection that is cut from this side is no fault of the other's.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    let rest = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      if (this.#request !== request) return;
      const events = (rest + chunk).split("\n\n");
      rest = events.pop()!;
      for (const event of events) this.#take(event);
    });
  }

  /** Reads nothing more, until `resume`. */
  stall(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  /** What it saw and was told, for the message of a test that fails. */
  get account(): string {
    const { records, matched, missed } = this;
    return JSON.stringify({ records, matched, missed, last: Object.fromEntries(this.#lastSeqs) });
  }

  disconnect(): void {
    this.#request?.destroy();
    this.#request = undefined;
    this.#response = undefined;
  }

  #take(event: string): void {
    let data = "";
    for (const line of event.split("\n")) {
      if (line.startsWith("id:")) this.#lastEventId = line.slice("id:".length).trim();
      if (line.startsWith("data:")) data += line.slice("data:".length);
    }
    if (data === "") return;
    const { records, matched, missed } = JSON.parse(data) as LiveEvent;
    this.records += records.length;
    this.matched += matched;
    this.missed += missed;
    for (const { id } of records as { id: string }[]) this.#see(id);
  }

  #see(id: string): void {
    const dash = id.lastIndexOf("-");
    const [writer, seq] = [id.slice(0, dash), Number(id.slice(dash + 1))];
    const last = this.#lastSeqs.get(writer) ?? -1;
    if (seq <= last) this.#fault(`record ${id} came after ${last}`);
    this.#lastSeqs.set(writer, seq);
  }

  #fault(text: string): void {
    if (this.faults.length < 5) this.faults.push(text);
  }
}
