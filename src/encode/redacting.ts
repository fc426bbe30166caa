/**
 * Values of a record, redacted before they are encoded: what goes on from here is a copy that holds nothing but texts, numbers,
 * booleans, lists and object literals, and no secret. A copy always: a getter or a proxy that is asked twice may answer
 * differently. What is not plain is put into JSON text first, as it would stand in the line, and read from there, so that errors
 * with their stacks and causes, Maps, and whatever a toJSON says are gone through as everything else.
 *
 * Names of members are looked through by the detectors, too; where two would become the same, the later one is numbered.
 */
import { types } from "node:util";
import type { Place } from "../redact/places.js";
import { REMOVED, type Redactor } from "../redact/redactor.js";
import { isLiteral } from "./plain.js";
import { type EncodeCounts, membersText, valueText } from "./text.js";

/** What is deeper or larger goes by way of its text, which is made with care for circles. */
const PLAIN_DEPTH_MAX = 12;
const PLAIN_VALUES_MAX = 10_000;

/** Where bytes stand: of a buffer (`any.ts`), and of a line that is no UTF-8 (`ways/entry.ts`). */
const BYTES: ReadonlySet<string> = new Set(["base64", "raw_base64"]);
/** See `wire-record.ts`. */
const IN_METADATA = "metadata";
const GIVEN = "_given";
const GIVENS = /(?:_given)+$/;

/** The copy cannot be made in this way. */
const GIVES_UP = Symbol("gives up");

export class Redacting {
  readonly #redactor: Redactor;
  readonly #counts: EncodeCounts;
  #depthMax = PLAIN_DEPTH_MAX;
  #valuesLeft = 0;

  constructor(redactor: Redactor, counts: EncodeCounts) {
    this.#redactor = redactor;
    this.#counts = counts;
  }

  /** A text of a record that is no value: its service, its type, why it could not be encoded. */
  text(text: string): string {
    return this.#redactor.text(text);
  }

  data(data: unknown): unknown {
    return this.#orNull(this.#value(data, this.#redactor.data));
  }

  /** Undefined where it is left out. */
  requestId(requestId: unknown): unknown {
    const redacted = this.#value(requestId, this.#redactor.requestId);
    return redacted === REMOVED ? undefined : redacted;
  }

  /** An Error becomes a member of its own, and what has no members one by the name of `value`, as in a line. */
  metadata(metadata: object | null | undefined): object | null | undefined {
    if (metadata === undefined || metadata === null) return metadata;
    const place = this.#redactor.metadata;
    if (place?.isEnd) {
      const value = this.#replaced(metadata);
      return value === REMOVED ? undefined : { value };
    }
    if (this.#isUntouched(place)) return metadata;
    const copy = this.#tryPlain(metadata, place, PLAIN_DEPTH_MAX, PLAIN_VALUES_MAX, true);
    const members = (
      copy === GIVES_UP ? this.#parsed(`{${membersText(metadata, this.#counts)}}`, place) : copy
    ) as Record<string, unknown>;
    if (place !== undefined && Object.hasOwn(members, IN_METADATA)) {
      // Metadata that was no object literal stands there, beside other names of the record: see `wire-record.ts`.
      members[IN_METADATA] = this.#bounded(members[IN_METADATA], place);
    }
    return members;
  }

  /** What a child binds; undefined stays, as it takes a binding away. Throws what a getter throws. */
  bindings(bindings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const copy: Record<string, unknown> = {};
    let names: Names | undefined;
    const place = this.#redactor.metadata;
    for (const name of Object.keys(bindings)) {
      const value = bindings[name];
      const of = place?.isEnd ? place : place && placeOfMember(place, name);
      const redacted = this.#value(value, of);
      if (redacted === REMOVED) continue;
      const shown = this.#redactor.name(name);
      if (shown !== name) names ??= new Names(copy);
      put(copy, names === undefined ? name : names.free(shown), redacted);
    }
    return copy;
  }

  #orNull(value: unknown): unknown {
    return value === REMOVED ? null : value;
  }

  #value(value: unknown, place: Place | undefined): unknown {
    if (value === undefined) return undefined;
    if (place?.isEnd) return this.#replaced(value);
    if (typeof value === "string") return this.#redactor.text(value);
    if (this.#isUntouched(place)) return value;
    const copy = this.#tryPlain(value, place, PLAIN_DEPTH_MAX, PLAIN_VALUES_MAX, false);
    return copy === GIVES_UP ? this.#parsed(valueText(value, this.#counts), place) : copy;
  }

  #replaced(value: unknown): unknown {
    return this.#redactor.replacement(() =>
      typeof value === "string" ? value : valueText(value, this.#counts),
    );
  }

  /** Nothing in a value can be redacted that stands there. */
  #isUntouched(place: Place | undefined): boolean {
    return place === undefined && !this.#redactor.detects;
  }

  /** The bounds of before hold again afterwards: a getter may log. */
  #tryPlain(
    value: unknown,
    place: Place | undefined,
    depthMax: number,
    valuesMax: number,
    onlyMembers: boolean,
  ): unknown {
    const depthMaxBefore = this.#depthMax;
    const valuesLeftBefore = this.#valuesLeft;
    this.#depthMax = depthMax;
    this.#valuesLeft = valuesMax;
    try {
      return onlyMembers && !isLiteral(value as object) ? GIVES_UP : this.#plain(value, place, 0);
    } catch {
      // A getter or a proxy threw: by way of the text, what threw is marked and the rest is kept.
      return GIVES_UP;
    } finally {
      this.#depthMax = depthMaxBefore;
      this.#valuesLeft = valuesLeftBefore;
    }
  }

  /** What a JSON text says that was made of a value. */
  #parsed(json: string, place: Place | undefined): unknown {
    return this.#bounded(JSON.parse(json), place);
  }

  /** Of a value that is plain and bounded already. */
  #bounded(value: unknown, place: Place | undefined): unknown {
    return this.#tryPlain(value, place, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, false);
  }

  #plain(value: unknown, place: Place | undefined, depth: number): unknown {
    if (this.#valuesLeft-- <= 0) return GIVES_UP;
    switch (typeof value) {
      case "string":
        return this.#redactor.text(value);
      case "number":
        return Number.isFinite(value) ? this.#redactor.number(value) : GIVES_UP;
      case "boolean":
        return value;
      case "object":
        if (value === null) return null;
        if (depth > this.#depthMax) return GIVES_UP;
        if (Array.isArray(value)) return this.#list(value, place, depth);
        if (isLiteral(value)) return this.#members(value, place, depth);
        return types.isDate(value) && Object.getPrototypeOf(value) === Date.prototype
          ? dateText(value)
          : GIVES_UP;
      default:
        return GIVES_UP;
    }
  }

  #list(list: readonly unknown[], place: Place | undefined, depth: number): unknown {
    const copy: unknown[] = [];
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      const at = place?.at(i);
      const redacted = at?.isEnd ? this.#replaced(value) : this.#plain(value, at, depth + 1);
      if (redacted === GIVES_UP) return GIVES_UP;
      copy.push(this.#orNull(redacted));
    }
    return copy;
  }

  #members(object: object, place: Place | undefined, depth: number): unknown {
    const copy: Record<string, unknown> = {};
    let names: Names | undefined;
    for (const name in object) {
      const of = place && placeOfMember(place, name);
      const value = (object as Record<string, unknown>)[name];
      if (value === undefined) continue;
      const redacted = of?.isEnd
        ? this.#replaced(value)
        : typeof value === "string" && BYTES.has(name)
          ? this.#redactor.base64(value)
          : this.#plain(value, of, depth + 1);
      if (redacted === GIVES_UP) return GIVES_UP;
      if (redacted === REMOVED) continue;
      const shown = this.#redactor.name(name);
      if (shown !== name) names ??= new Names(copy);
      put(copy, names === undefined ? name : names.free(shown), redacted);
    }
    return copy;
  }
}

/** By the method that every Date has: one of its own might say anything. */
function dateText(date: Date): string | typeof GIVES_UP {
  return Number.isNaN(Date.prototype.getTime.call(date)) || Reflect.ownKeys(date).length > 0
    ? GIVES_UP
    : Date.prototype.toISOString.call(date);
}

/** A name that a record and its metadata both have is written with a suffix, and leads where it would without. */
function placeOfMember(place: Place, name: string): Place | undefined {
  const as = place.of(name);
  if (as?.isEnd || !name.endsWith(GIVEN)) return as;
  const before = place.of(name.replace(GIVENS, ""));
  return before?.isEnd ? before : (as ?? before);
}

/** The names in an object, once one of them was changed: different ones may have become the same. */
class Names {
  readonly #object: object;
  #number = 1;

  constructor(object: object) {
    this.#object = object;
  }

  /** Numbered on, so that many that became the same are not counted through again and again. */
  free(name: string): string {
    let free = name;
    while (Object.hasOwn(this.#object, free)) free = `${name} (${++this.#number})`;
    return free;
  }
}

/** As a member like all others, whatever its name. */
function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[name] = value;
  }
}
