/**
 * What is logged: records whose lines are about 940 bytes long and as hard to pack as those of a service: ids that no two
 * records share take a sixth of each, and words, numbers and addresses come in a new order every time.
 */
import { createHash } from "node:crypto";
import { SERVICE } from "../lib/records.js";

const WORDS =
  "order payment accepted declined for customer by the gateway after retry and stored in region with receipt timeout connection refused upstream cart checkout inventory reserved shipped refund card bank token session user profile email password reset".split(
    " ",
  );
const TEXT_WORDS = 62;
const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
export const STARTED_MS = Date.UTC(2026, 10, 24);
export const RECORDS_PER_MS = 20;
/** Stands in the lines of those who put them into the store by hand; as long as any writer's. */
const WRITER = "k3x9q2m7p1az";

export interface BenchRecord {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly data: string;
  readonly request_id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The same at every run. */
export function recordOf(i: number): BenchRecord {
  const random = createHash("sha512").update(String(i)).digest();
  const hex = random.toString("hex");
  const number = (at: number, below: number): number => random.readUInt32LE(at) % below;
  return {
    timestamp: STARTED_MS + Math.floor(i / RECORDS_PER_MS),
    data: Array.from({ length: TEXT_WORDS }, (_, n) => WORDS[(random[n % 64]! + n) % WORDS.length]).join(" "),
    request_id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
    metadata: {
      user_id: number(32, 1_000_000),
      trace_id: hex.slice(32, 64),
      span_id: hex.slice(64, 80),
      method: "POST",
      path: `/api/v1/customers/${number(36, 100_000)}/orders`,
      status: 201,
      duration_ms: number(40, 1_000_000) / 1000,
      ip: `203.0.${random[44]}.${random[45]}`,
      user_agent: USER_AGENT,
      region: "eu-central-1",
    },
  };
}

/** The line that a logger makes of the record. */
export function lineOf(i: number): string {
  const { timestamp, data, ...rest } = recordOf(i);
  const head = { timestamp: new Date(timestamp).toISOString(), service: SERVICE, data, type: "INFO" };
  return JSON.stringify({ ...head, ...rest, id: `${WRITER}-${i}` });
}
