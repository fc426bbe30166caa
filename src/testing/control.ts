/**
 * The controls over HTTP, so that another process can command the stand-in:
 *
 *     GET    /_fake/stats     what it has seen
 *     GET    /_fake/tally     which records are stored; POST {"expected": {"<writer>": count}} to have all missing ones told
 *     GET    /_fake/faults    what is armed
 *     POST   /_fake/faults    arms one fault, or a list of them: {"kind": "throttle", "calls": 3}
 *     DELETE /_fake/faults    clears all
 *     POST   /_fake/reset     forgets groups, counters and faults
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";
import { faultFromJson } from "./fault-options.js";
import type { ArmedFault, FaultPlan } from "./faults.js";
import { refuseUnknown } from "./options.js";
import type { Stats } from "./stats.js";
import type { ExpectedCounts, TallyReport } from "./tally.js";

export interface Controlled {
  readonly faults: FaultPlan;
  stats(): Stats;
  tally(expected?: ExpectedCounts): TallyReport;
  reset(): void;
}

/** Commands are short; an expected map of many writers is the longest. */
const commandBytesMax = 1024 * 1024;

export async function control(
  cloud: Controlled,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = message.url!.split("?", 1)[0]!;
  try {
    const result = carryOut(cloud, `${message.method} ${path}`, await readCommand(message));
    if (result === undefined) reply(response, 404, { message: `There is no ${message.method} ${path}` });
    else reply(response, 200, result);
  } catch (error) {
    if (!(error instanceof DragonlogError)) throw error;
    reply(response, 400, { code: error.code, message: error.message, hint: error.hint });
  }
}

function carryOut(cloud: Controlled, command: string, body: unknown): object | undefined {
  switch (command) {
    case "GET /_fake/stats":
      return cloud.stats();
    case "GET /_fake/tally":
      return cloud.tally();
    case "POST /_fake/tally":
      return cloud.tally(expectedFrom(body));
    case "GET /_fake/faults":
      return cloud.faults.list().map(describe);
    case "POST /_fake/faults": {
      const faults = (Array.isArray(body) ? body : [body]).map(faultFromJson);
      return faults.map((fault) => describe(cloud.faults.add(fault)));
    }
    case "DELETE /_fake/faults":
      cloud.faults.clear();
      return {};
    case "POST /_fake/reset":
      cloud.reset();
      return {};
    default:
      return undefined;
  }
}

function expectedFrom(body: unknown): ExpectedCounts {
  if (typeof body !== "object" || body === null) throw refuseValue("The body", body, "an object");
  refuseUnknown("The tally", body, ["expected"]);
  const { expected = {} } = body as { expected?: unknown };
  if (typeof expected !== "object" || expected === null || Array.isArray(expected)) {
    throw refuseValue("expected", expected, "an object of counts by writer");
  }
  return expected as ExpectedCounts;
}

/** JSON has no Infinity: `left` is null until the fault is cleared. */
function describe({ fault, fired, left }: ArmedFault): object {
  const message = fault.kind === "poison" ? { message: String(fault.message) } : {};
  return { fault: { ...fault, ...message }, fired, left: Number.isFinite(left) ? left : null };
}

async function readCommand(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > commandBytesMax)
      throw refuseValue("The body", `${length} bytes`, `at most ${commandBytesMax} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw refuseValue("The body", text.slice(0, 100), "JSON");
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}
