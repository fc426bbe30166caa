/** What a context adds to each record that is logged in it: put into text once, when it is made. */
import { Bindings } from "../encode/bindings.js";
import { type EncodeCounts, valueText } from "../encode/text.js";

/** The request id becomes the record's own. */
const OF_THE_RECORD = ["request_id"];
/** Loggers made within a context, for one call each, must not grow what it remembers. */
const JOINED_MAX = 16;

export class Context {
  static readonly NONE = new Context({}, Bindings.NONE, "", 0);

  /** As they were given, with those of the contexts around it. */
  readonly members: Readonly<Record<string, unknown>>;
  /** JSON text of the request id; empty for none. */
  readonly requestText: string;
  readonly #bindings: Bindings;
  /** Values that were cut off, until a logger has counted them. */
  #shortened: number;
  /** The bindings of the logger that logged last here, and both together. */
  #own = Bindings.NONE;
  #both: Bindings;
  #joined: Map<Bindings, Bindings> | undefined;

  private constructor(members: object, bindings: Bindings, requestText: string, shortened: number) {
    this.members = members as Readonly<Record<string, unknown>>;
    this.requestText = requestText;
    this.#bindings = bindings;
    this.#both = bindings;
    this.#shortened = shortened;
  }

  /** A context in this one: `members` count where both have a name, and undefined takes one away. Throws what a getter throws. */
  with(members: object): Context {
    const own: Record<string, unknown> = { ...members };
    const { request_id } = own;
    if (request_id === undefined || request_id === null) {
      delete own.request_id;
    }
    const counts: EncodeCounts = { shortened: 0 };
    const bindings = this.#bindings.with(own, OF_THE_RECORD, counts);
    const requestText = "request_id" in own ? valueText(request_id, counts) : this.requestText;
    const merged: Record<string, unknown> = { ...this.members, ...own };
    for (const name of Object.keys(own)) {
      if (own[name] === undefined) {
        delete merged[name];
      }
    }
    return new Context(merged, bindings, requestText, this.#shortened + counts.shortened);
  }

  /** What a logger with bindings of its own, which count where both have a name, writes here. */
  bindingsFor(own: Bindings, counts: EncodeCounts): Bindings {
    if (this.#shortened > 0) {
      counts.shortened += this.#shortened;
      this.#shortened = 0;
    }
    if (own !== this.#own) {
      this.#both = this.#join(own);
      this.#own = own;
    }
    return this.#both;
  }

  #join(own: Bindings): Bindings {
    this.#joined ??= new Map();
    let both = this.#joined.get(own);
    if (both === undefined) {
      both = this.#bindings.join(own);
      if (this.#joined.size < JOINED_MAX) {
        this.#joined.set(own, both);
      }
    }
    return both;
  }
}
