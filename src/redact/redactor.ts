/**
 * What is redacted, compiled once from the options of a logger: where values stand (`places.ts`), and what secrets look like
 * (`detectors.ts`). Knows texts and places; how a value of any kind is gone through stands in `encode/redacting.ts`.
 */
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";
import { CARD_NUMBER_MIN } from "./detectors/card.js";
import type { Detector } from "./detectors/detector.js";
import { DETECTOR_NAMES, detectorsOf } from "./detectors.js";
import { findSecrets, type Mark, replaceSpans } from "./find.js";
import { parsePath, type Step } from "./path.js";
import { type Place, placeOfRecord } from "./places.js";

export interface RedactOptions {
  /** Paths, and names of detectors. */
  readonly redact: readonly string[];
  readonly redactBy: "censor" | "remove" | "hash";
  /** What a hash is made with: whoever has it can try out what a hashed value was. */
  readonly redactSalt?: string;
}

/** No secret that a detector finds is shorter. */
const SECRET_CHARS_MIN = 8;
const PATHS_MAX = 200;
/** The bounds keep hostile names from growing the memory of them. */
const NAMES_MAX = 1000;
const NAME_CHARS_MAX = 64;
const CENSORED = "[redacted]";
/** Letters only: a hash must not look like a number of a card. 16 of them are 64 bits. */
const HASH_CHARS = 16;

const CENSOR: Mark = () => CENSORED;
const REMOVE: Mark = () => "";

/** In place of a value that is left out. */
export const REMOVED = Symbol("removed");

export class Redactor {
  readonly data: Place | undefined;
  readonly metadata: Place | undefined;
  readonly requestId: Place | undefined;
  /** Whether any detector is named, so that every text has to be looked through. */
  readonly detects: boolean;
  readonly #detectors: readonly Detector[];
  /** What stands in place of a secret. */
  readonly mark: Mark;
  readonly #removes: boolean;
  readonly #names = new Map<string, string>();

  /** Throws DRAGONLOG_OPTION_INVALID for what is no path and no detector, and for hashes without a salt. */
  constructor({ redact, redactBy, redactSalt }: RedactOptions) {
    const paths = redact.filter((name) => !DETECTOR_NAMES.includes(name)).map(stepsOf);
    if (paths.length > PATHS_MAX) throw refuseValue("redact", paths.length, `at most ${PATHS_MAX} paths`);
    const record = placeOfRecord(paths);
    this.data = record?.of("data");
    this.metadata = record?.of("metadata");
    this.requestId = record?.of("request_id");
    this.#detectors = detectorsOf(redact);
    this.detects = this.#detectors.length > 0;
    this.#removes = redactBy === "remove";
    this.mark = redactBy === "hash" ? hashing(redactSalt) : this.#removes ? REMOVE : CENSOR;
  }

  /** The text with the secrets in it marked; the same one where there are none. */
  text(text: string): string {
    if (text.length < SECRET_CHARS_MIN || !this.detects) return text;
    const found = findSecrets(text, this.#detectors);
    return found.length === 0 ? text : replaceSpans(text, found, this.mark);
  }

  /** The same for the name of a member: there are few, and they come again and again. */
  name(name: string): string {
    if (name.length < SECRET_CHARS_MIN || !this.detects) return name;
    let redacted = this.#names.get(name);
    if (redacted === undefined) {
      redacted = this.text(name);
      if (this.#names.size < NAMES_MAX && name.length <= NAME_CHARS_MAX) this.#names.set(name, redacted);
    }
    return redacted;
  }

  /** Bytes in base64, marked as a whole where a text stands in them that holds a secret. */
  base64(base64: string): string {
    const shown = this.text(base64);
    if (!this.detects || shown !== base64) return shown;
    const text = Buffer.from(base64, "base64").toString("latin1");
    return this.text(text) === text ? base64 : this.mark(base64);
  }

  /** A number, or a text in its place where its digits are a secret. */
  number(value: number): number | string {
    if (value < CARD_NUMBER_MIN && value > -CARD_NUMBER_MIN) return value;
    const text = `${value}`;
    const redacted = this.text(text);
    return redacted === text ? value : redacted;
  }

  /** What stands where a path leads, in place of a value; `text` is asked for only where it makes a difference. */
  replacement(text: () => string): string | typeof REMOVED {
    return this.#removes ? REMOVED : this.mark === CENSOR ? CENSORED : this.mark(text());
  }
}

function stepsOf(path: string): readonly Step[] {
  const steps = parsePath(path);
  if (steps !== undefined) return steps;
  throw refuseValue(
    "redact",
    path,
    `paths that begin with data, metadata, request_id, * or **, such as metadata.password or **.token, and the detectors ${DETECTOR_NAMES.join(", ")}`,
  );
}

/** An HMAC (RFC 2104): without the salt, nobody can try out which of the few card numbers there are was hashed. */
function hashing(salt: string | undefined): Mark {
  if (salt === undefined) {
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      "redactBy cannot be hash without redactSalt: what was hashed could be found by trying",
      "Set redactSalt, better as DRAGONLOG_REDACT_SALT, to a long random text that is kept secret.",
    );
  }
  // Not imported: see random.ts.
  const { createHmac } = process.getBuiltinModule("node:crypto");
  return (secret) => {
    const digest = createHmac("sha256", salt).update(secret).digest();
    let hash = "";
    for (let i = 0; i < HASH_CHARS; i++) {
      const byte = digest[i >> 1]!;
      hash += String.fromCharCode(0x61 + (i % 2 === 0 ? byte >> 4 : byte & 15));
    }
    return `[hash:${hash}]`;
  };
}
