/** A shipper with its page, and loggers and a cloud around it. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { DeadLetterList } from "../../src/serve/api.js";
import { delay } from "../harness/program.js";
import { GROUP, type Running, Shipping } from "../integration/shipping.js";

const DEADLINE_MS = 30_000;

export interface Served {
  readonly shipping: Shipping;
  /** Of the page, without a path. */
  readonly url: string;
  /** The shipper that serves it now. */
  running: Running;
  /** Starts another shipper on the same port. */
  restart(): Promise<void>;
}

export interface ServeOptions {
  readonly flags?: readonly string[];
  readonly group?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** When its process is ended if it still runs. */
  readonly lifeMs?: number;
}

/** `dragonlog ship` with its page, on a port of its own; it sends only when a test makes it. */
export async function serve(
  context: TestContext,
  { flags = [], group = GROUP, env = {}, lifeMs }: ServeOptions = {},
): Promise<Served> {
  const shipping = await Shipping.open(context);
  Object.assign(shipping.cli.env, env);
  const start = async (listen: string): Promise<{ running: Running; url: string }> => {
    const own = ["--group", group, "--endpoint", shipping.cloud.url, "--listen", listen];
    const args = flags.includes("--interval") ? flags : ["--interval", "1h", ...flags];
    const running = shipping.start(shipping.cli.start("ship", ...own, ...args), lifeMs);
    return { running, url: await pageOf(running) };
  };
  const { running, url } = await start("127.0.0.1:0");
  const served: Served = {
    shipping,
    url,
    running,
    async restart() {
      served.running = (await start(new URL(url).host)).running;
    },
  };
  return served;
}

/** The address that a shipper says it serves. */
function pageOf({ child, end }: Running): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`no page was served: ${said}`)), DEADLINE_MS);
    const hear = (chunk: Buffer): void => {
      said += chunk;
      const [, url] = /page at (http:\S+)/.exec(said) ?? [];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void end.then(() => reject(new Error(`the shipper has ended: ${said}`)));
  });
}

/** Makes dead letters: the cloud refuses what holds the text, and takes the rest. */
export async function refuseInCloud(served: Served, text: string, letters: number): Promise<void> {
  served.shipping.cloud.faults.add({ kind: "poison", message: text });
  const deadline = Date.now() + DEADLINE_MS;
  for (let left = 0; left < letters; left = await lettersOf(served)) {
    assert.ok(Date.now() < deadline, `${left} of ${letters} dead letters`);
    await delay(20);
  }
}

/** Dead letters that are there, as the shipper counts them. */
export async function lettersOf({ url }: Served): Promise<number> {
  const { letters } = (await (await fetch(`${url}/api/dead-letters`)).json()) as DeadLetterList;
  return letters;
}
