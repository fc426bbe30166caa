/** What the tests of this folder share: a served page without a shipper, and requests that say exactly what they are told to. */

import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parseOptions } from "../config/parse.js";
import { DragonLogger } from "../logger/logger.js";
import { newCounts } from "../ship/counts.js";
import type { Page, ShipperReport } from "../ship/report.js";
import type { ShipperVitals } from "../ship/reporting.js";
import { LATENCY_BUCKETS_MS } from "../ship/vitals.js";
import { ownIdentity } from "../system/process.js";
import { openPage } from "./open-page.js";

export const TOKEN = "a-token-of-24-characters";

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string | readonly string[]>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body, where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect.
  readonly json: any;
}

/** A request with its path and headers as they stand here: nothing is normalised or added but Host and Connection. */
export function ask(port: number, path: string, { method = "GET", headers, body }: Asked = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path, method, headers: { connection: "close", ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          const isJson = response.headers["content-type"]?.startsWith("application/json");
          const json = isJson && text !== "" ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode!, headers: response.headers, bytes, text, json });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

export interface Served {
  readonly port: number;
  readonly key: string;
  readonly url: string;
  /** Why there is none; then there is no port and no key. */
  readonly trouble: string | undefined;
  /** The folder of journals. */
  readonly dir: string;
  readonly said: string[];
  /** What of it can be changed. */
  readonly state: { draining: boolean; circuit: ShipperReport["circuit"]; failing: boolean };
  ask(path: string, asked?: Asked): Promise<Answer>;
  close(): Promise<void>;
  /** One that writes there, closed in the end. */
  logger(service: string): DragonLogger;
}

/** With options as `dragonlog ship` takes them. */
export async function serve(context: TestContext, options: Record<string, unknown> = {}): Promise<Served> {
  const root = mkdtempSync(join(tmpdir(), "dragonlog-serve-"));
  const closing: (() => Promise<void>)[] = [];
  context.after(async () => {
    for (const close of closing) await close();
    rmSync(root, { recursive: true, force: true });
  });
  const dir = join(root, "journal");
  const parsed = parseOptions(
    "ship",
    { buffer: `journal:${dir}`, listen: "127.0.0.1:0", ...options },
    "serve()",
  );
  const { listen } = parsed;
  if (listen === undefined) throw new Error("nothing is to be served");
  const said: string[] = [];
  const state: Served["state"] = { draining: false, circuit: "closed", failing: false };
  let page: Page | undefined;
  let trouble: string | undefined;
  const fail = (): undefined => {
    if (state.failing) throw new Error("a secret of the machine");
  };
  const vitals: ShipperVitals = {
    history: () => fail() ?? [],
    recent: undefined,
    report: () => fail() ?? reportOf(state.circuit, page),
    setPage(given, why) {
      page = given;
      trouble = why;
    },
  };
  const served = await openPage({
    options: { ...parsed, listen },
    listen,
    open: { vitals },
    isDraining: () => state.draining,
    say: (text) => said.push(text),
  });
  closing.push(() => served.close());
  // Undefined in a closure, as TypeScript sees it.
  const { url = "", key = "" } = (page ?? {}) as Partial<Page>;
  const port = Number(/\d+$/.exec(url)?.[0]);
  return {
    port,
    key,
    url,
    trouble,
    dir,
    said,
    state,
    ask: (path, asked) => ask(port, path, asked),
    close: () => served.close(),
    logger(service) {
      const logger = new DragonLogger({ service, journalDir: dir });
      closing.push(() => logger.close());
      return logger;
    },
  };
}

function reportOf(circuit: ShipperReport["circuit"], page: Page | undefined): ShipperReport {
  const now = new Date().toISOString();
  return {
    process: ownIdentity(),
    startedAt: now,
    updatedAt: now,
    sink: "stdout",
    intervalMs: 1000,
    circuit,
    batchesInFlight: 0,
    refused: [],
    counts: newCounts(),
    putLatency: { buckets: [...LATENCY_BUCKETS_MS, 0].map(() => 0), count: 0, sumMs: 0 },
    destinations: [],
    deadBytesMax: 1 << 30,
    alerts: { gathered: 0, channels: {} },
    page,
  };
}
