/**
 * Names of log groups and log streams from templates such as `{service}/{date}`.
 *
 * Placeholders: `{service}` and `{type}` of the record, `{host}` of the machine its writer ran on, and `{date}`, the
 * UTC day of the record's timestamp as YYYY-MM-DD. What stands around them must be legal in the name as it is, or the
 * template is refused; what the placeholders bring is made legal, character by character:
 *
 * - stream: `:`, `*`, control characters and lone surrogates become `_`
 * - group: everything but letters, digits and `. - _ / #` becomes `_`, and so does the slash of a leading `aws/`,
 *   which AWS keeps for itself
 * - both: an empty name becomes `_`, a longer one than AWS allows is cut
 *
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
 */
import type { StoredRecord } from "../buffer/buffer.js";
import { refuseValue } from "../system/refusal.js";
import type { Destination } from "./batch.js";
import { NAME_CHARACTERS_MAX } from "./limits.js";

const FIELDS = ["service", "host", "type", "date"] as const;

type Field = (typeof FIELDS)[number];

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days around 1970 beyond which a Date holds no moment, by ECMA-262. */
const DAY_MAX = 100_000_000;

/** Names kept for quick look-up. Services and types are text of the application, so there may be any number. */
const CACHED_DESTINATIONS_MAX = 10_000;

/** A template taken apart: legal text as it stands, and fields to fill in. */
type Piece = { readonly text: string } | { readonly field: Field };

interface NameRule {
  /** What must not stand in a name. */
  readonly illegal: RegExp;
  /** What may, for people. */
  readonly accepted: string;
}

const STREAM: NameRule = {
  illegal: /[:*\p{Cc}\p{Cs}]/gu,
  accepted: `1 to ${NAME_CHARACTERS_MAX} characters without : and * and control characters`,
};

const GROUP: NameRule = {
  illegal: /[^.\-_/#A-Za-z0-9]|(?<=^aws)\//gu,
  accepted: `1 to ${NAME_CHARACTERS_MAX} letters, digits and . - _ / #, not starting with aws/`,
};

/** One level of the cache: the destinations that agree in the fields so far, by the value of the next field. */
interface CacheNode {
  destination?: Destination;
  readonly next: Map<string | number, CacheNode>;
}

/** The templates of a group and a stream. A record costs one map look-up for every field that they name. */
export class DestinationTemplate {
  readonly #group: readonly Piece[];
  readonly #stream: readonly Piece[];
  readonly #fields: readonly Field[];
  #cache: CacheNode = { next: new Map() };
  #cached = 0;

  /** Throws DRAGONLOG_OPTION_INVALID, naming `group` or `stream`, for a template that can give no legal name. */
  constructor(group: string, stream: string) {
    this.#group = parse("group", group, GROUP);
    this.#stream = parse("stream", stream, STREAM);
    const pieces = [...this.#group, ...this.#stream];
    this.#fields = FIELDS.filter((field) =>
      pieces.some((piece) => "field" in piece && piece.field === field),
    );
  }

  /** Where a record of a writer on `host` goes. The same object for the same names, as long as it is cached. */
  of(record: StoredRecord, host: string): Destination {
    let node = this.#cache;
    for (const field of this.#fields) {
      const value = cacheKey(field, record, host);
      let next = node.next.get(value);
      if (next === undefined) {
        next = { next: new Map() };
        node.next.set(value, next);
      }
      node = next;
    }
    return node.destination ?? this.#render(node, record, host);
  }

  #render(node: CacheNode, record: StoredRecord, host: string): Destination {
    const destination = {
      group: nameOf(this.#group, GROUP, record, host),
      stream: nameOf(this.#stream, STREAM, record, host),
    };
    if (this.#cached >= CACHED_DESTINATIONS_MAX) {
      this.#cache = { next: new Map() };
      this.#cached = 0;
    } else {
      node.destination = destination;
      this.#cached += 1;
    }
    return destination;
  }
}

function cacheKey(field: Field, record: StoredRecord, host: string): string | number {
  switch (field) {
    case "service":
      return record.service;
    case "host":
      return host;
    case "type":
      return record.type;
    case "date":
      return Math.floor(record.timestamp / DAY_MS);
  }
}

/** Throws DRAGONLOG_OPTION_INVALID with `option` as what is at fault. */
function parse(option: string, template: string, rule: NameRule): Piece[] {
  const known = FIELDS.map((field) => `{${field}}`).join(" ");
  const pieces: Piece[] = [];
  // The split leaves plain text at even places and what stood in braces at odd ones.
  for (const [index, text] of template.split(/\{([^{}]*)\}/).entries()) {
    if (index % 2 === 0) {
      if (/[{}]/.test(text)) throw refuseValue(option, template, `braces only around one of ${known}`);
      if (text !== "") pieces.push({ text });
      continue;
    }
    const field = FIELDS.find((candidate) => candidate === text);
    if (field === undefined) throw refuseValue(option, `{${text}}`, `of placeholders only ${known}`);
    pieces.push({ field });
  }
  const shortest = pieces.map((piece) => ("text" in piece ? piece.text : "_")).join("");
  const legal =
    shortest !== "" && shortest.length <= NAME_CHARACTERS_MAX && shortest.search(rule.illegal) < 0;
  if (!legal) throw refuseValue(option, template, rule.accepted);
  return pieces;
}

function nameOf(pieces: readonly Piece[], rule: NameRule, record: StoredRecord, host: string): string {
  const texts = pieces.map((piece) => ("text" in piece ? piece.text : fieldText(piece.field, record, host)));
  // The cut comes first, since it may leave half of a surrogate pair.
  const name = texts.join("").slice(0, NAME_CHARACTERS_MAX).replace(rule.illegal, "_");
  return name === "" ? "_" : name;
}

function fieldText(field: Field, record: StoredRecord, host: string): string {
  const value = cacheKey(field, record, host);
  return typeof value === "number" ? dayText(value) : value;
}

/** YYYY-MM-DD of a day since 1970, with more digits and a sign for a year that needs them; empty for no day at all. */
function dayText(day: number): string {
  if (!(Math.abs(day) <= DAY_MAX)) return "";
  return new Date(day * DAY_MS).toISOString().replace(/T.*/, "");
}
