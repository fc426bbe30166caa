/** Secrets that a program plants in its logs, and what of them could be found where they should not be. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { SECRETS } from "../../src/redact/secrets.cases.js";

export interface PlantedSecret {
  /** Which kind it is of, and into what it was put. */
  readonly kind: string;
  readonly place: string;
  readonly secret: string;
  /** What was logged, with the secret in it. */
  readonly text: string;
}

/** One secret of each kind, other ones for each place. */
export function secretsFor(place: string, seed: number): PlantedSecret[] {
  return Object.entries(SECRETS).map(([kind, secrets], at) => {
    const [planted] = fc.sample(secrets, { seed: seed * 100 + at, numRuns: 1 });
    return { kind, place, ...planted! };
  });
}

/** A part of this length is no accident, and enough to know a secret by. */
const PART_CHARS = 12;

/** How a secret may be written where it leaks: as it is, by escapes, in base64 as bytes are, or its two ends. */
function tracesOf({ secret, text }: PlantedSecret): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const escaped = [...secret]
    .map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
  const parts = secret.length <= PART_CHARS ? [] : [secret.slice(0, PART_CHARS), secret.slice(-PART_CHARS)];
  return [
    secret,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(text).toString("base64"),
    ...(/^[\d .%-]+$/.test(secret) ? [secret.replace(/%20|\D/g, "")] : []),
    ...parts,
  ];
}

/** Those of which a trace is in the bytes. */
export function foundIn(bytes: Buffer | string, planted: readonly PlantedSecret[]): PlantedSecret[] {
  const all = typeof bytes === "string" ? bytes : bytes.toString("latin1");
  return planted.filter((each) => tracesOf(each).some((trace) => all.includes(trace)));
}

/** All bytes of all files, but for the zeros at their ends, and the names of the files. */
export function bytesIn(dir: string): Buffer {
  const entries = readdirSync(dir, { recursive: true, encoding: "utf8", withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(
    files.flatMap(({ parentPath, name }) => [
      Buffer.from(`${name}\n`),
      written(readFileSync(join(parentPath, name))),
    ]),
  );
}

/** Most of a journal is not written to. */
function written(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}
