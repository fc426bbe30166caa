/** The stand-in as `dragonlog fake-cloud`, a process of its own, commanded over HTTP as any program can. */
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  type OutputLogEvent,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Fault, Stats, TallyReport } from "../../../src/testing/index.js";
import { delay, Program } from "../../harness/program.js";

export const REGION = "us-east-1";
export const ANY_CREDENTIALS = { accessKeyId: "faults", secretAccessKey: "faults" };
const POLL_MS = 50;

export class StandIn {
  readonly #program: Program;
  readonly #latencyMs: number;
  readonly #client: CloudWatchLogsClient;
  readonly url: string;

  /** Every call is served after `latencyMs`. */
  static async start(latencyMs: number): Promise<StandIn> {
    const program = Program.command(["fake-cloud", "--port", "0", "--json"], {});
    await program.said((stdout) => stdout.includes("\n"));
    const { url } = JSON.parse(program.stdout) as { url: string };
    const standIn = new StandIn(program, url, latencyMs);
    await standIn.clear();
    return standIn;
  }

  private constructor(program: Program, url: string, latencyMs: number) {
    this.#program = program;
    this.#latencyMs = latencyMs;
    this.url = url;
    this.#client = new CloudWatchLogsClient({ endpoint: url, region: REGION, credentials: ANY_CREDENTIALS });
  }

  async arm(...faults: readonly Fault[]): Promise<void> {
    await this.#call("POST", "faults", faults);
  }

  /** Ends all faults; the latency, which is one of them to the stand-in, stays. */
  async clear(): Promise<void> {
    await this.#call("DELETE", "faults");
    await this.arm({ kind: "latency", ms: this.#latencyMs });
  }

  stats(): Promise<Stats> {
    return this.#call("GET", "stats");
  }

  /** What is stored, held against how many records each writer is known to have written. */
  tally(expected: Readonly<Record<string, number>>): Promise<TallyReport> {
    return this.#call("POST", "tally", { expected });
  }

  /** Resolves when the condition holds; throws at the deadline with what has been seen. */
  async until(what: string, condition: (stats: Stats) => boolean, deadlineMs: number): Promise<Stats> {
    for (const deadline = Date.now() + deadlineMs; ; ) {
      const stats = await this.stats();
      if (condition(stats)) {
        return stats;
      }
      if (Date.now() > deadline) {
        throw new Error(
          `${what}: not after ${deadlineMs} ms; the stand-in has seen ${JSON.stringify(stats)}`,
        );
      }
      await delay(POLL_MS);
    }
  }

  /** Resolves when every call that came before is carried out: all wait equally long, so this one's turn is after them. */
  async untilServed(): Promise<void> {
    await this.#client.send(new DescribeLogGroupsCommand({}));
  }

  /** Everything in a stream in reading order, and when it came. */
  async read(logGroupName: string, logStreamName: string): Promise<OutputLogEvent[]> {
    const all: OutputLogEvent[] = [];
    for (let nextToken: string | undefined; ; ) {
      const page = await this.#client.send(
        new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, nextToken }),
      );
      if (page.nextForwardToken === nextToken) {
        return all;
      }
      all.push(...page.events!);
      nextToken = page.nextForwardToken;
    }
  }

  end(): Promise<void> {
    this.#client.destroy();
    return this.#program.end();
  }

  async #call<T>(method: string, what: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/_fake/${what}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(`${method} ${what}: ${JSON.stringify(answer)}`);
    }
    return answer as T;
  }
}
