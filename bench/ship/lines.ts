/**
 * What waits to be shipped: records as services write them, some of plain text, most with quotes, some with lines or with
 * letters beyond ASCII, of many lengths. Their lines are 657 bytes long on average, exactly, and the same at every run.
 */
import { SERVICE } from "../lib/records.js";

/** Of the lines, on average; so many bytes as a line of an access log in JSON has. */
export const LINE_BYTES = 657;
/** By how much lines differ from that, in turns; the sum is 0. */
const SPREADS = [-96, 40, -88, 0, 131, -64, 12, 140, -100, 68, -43];
export const LINE_BYTES_MIN = LINE_BYTES + Math.min(...SPREADS);
/** As long as any writer's. */
const WRITER_CHARS = 12;

const LEVELS = ["INFO", "INFO", "INFO", "INFO", "WARN", "INFO", "INFO", "ERROR"];
const PATHS = ["orders", "carts", "payments", "refunds", "sessions", "receipts", "addresses"];
const AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
  "okhttp/4.12.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
];
const NAMES = ["Smith", "Müller", "García", "Okafor", "Łukasz", "田中"];
const WORDS =
  "order payment accepted declined for customer by the gateway after retry and stored in region with receipt timeout connection refused upstream cart checkout inventory reserved shipped refund card bank token session".split(
    " ",
  );

export interface ShippedRecord {
  readonly type: string;
  readonly data: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Record number `i` of a writer. */
export function recordOf(i: number): ShippedRecord {
  const type = LEVELS[i % LEVELS.length]!;
  const random = new Random(i);
  const metadata = {
    user_id: random.below(1_000_000),
    trace_id: random.hex(32),
    method: "POST",
    path: `/api/v1/customers/${random.below(100_000)}/${PATHS[i % PATHS.length]}`,
    status: 200 + random.below(5),
    duration_ms: random.below(1_000_000) / 1000,
    ip: `203.0.113.${random.below(256)}`,
    user_agent: AGENTS[i % AGENTS.length],
    cached: random.below(2) === 0,
  };
  const start = textOf(i, random);
  const bytes =
    lineBytes(i) -
    Buffer.byteLength(lineText(i, 0, "x".repeat(WRITER_CHARS), { type, data: start, metadata }));
  return { type, data: start + words(random, bytes), metadata };
}

/** Bytes of the line of record number `i`. */
function lineBytes(i: number): number {
  return LINE_BYTES + SPREADS[i % SPREADS.length]!;
}

/** The line that a logger makes of record number `i`. */
export function lineOf(i: number, timestamp: number, writer: string): string {
  return lineText(i, timestamp, writer, recordOf(i));
}

function lineText(
  i: number,
  timestamp: number,
  writer: string,
  { type, data, metadata }: ShippedRecord,
): string {
  const head = { timestamp: new Date(timestamp).toISOString(), service: SERVICE };
  return JSON.stringify({ ...head, data, type, metadata, id: `${writer}-${i}` });
}

function textOf(i: number, random: Random): string {
  switch (i % 5) {
    case 0:
      return `payment "${random.hex(8)}" of ${NAMES[i % NAMES.length]} was accepted by the gateway `;
    case 1:
      return `{"event":"cart.updated","items":${random.below(20)},"total":"${random.below(10_000) / 100}","currency":"EUR"} `;
    case 2:
      return `Error: upstream "inventory" timed out\n    at Socket.onTimeout (/srv/app/lib/http.js:${random.below(900)}:17)\n `;
    default:
      return `served request ${random.hex(12)} in ${random.below(900)} ms `;
  }
}

/** So many bytes of words. */
function words(random: Random, bytes: number): string {
  let text = "";
  while (text.length < bytes) text += `${WORDS[random.below(WORDS.length)]} `;
  return text.slice(0, bytes);
}

/** Numbers that look random and are the same at every run: an LCG, begun anew for each record. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }

  below(end: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * end);
  }

  hex(digits: number): string {
    let text = "";
    while (text.length < digits)
      text += this.below(2 ** 32)
        .toString(16)
        .padStart(8, "0");
    return text.slice(0, digits);
  }
}
