/** What a context adds to each record that is logged in it: put into text once for each writer, when it first logs there. */
import { Bindings } from "../encode/bindings.js";
import { type EncodeCounts, valueText } from "../encode/text.js";

/** The request id becomes the record's own. */
const OF_THE_RECORD = ["request_id"];
/** Loggers made within a context, for one call each, must not grow what it remembers. */
const REMEMBERED_MAX = 16;

/** How a writer puts members into text. */
export interface ContextEncoder {
  readonly counts: EncodeCounts;
  /** Takes secrets out first, where it is to. */
  readonly redacting?:
    | {
        bindings(bindings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
        requestId(requestId: unknown): unknown;
      }
    | undefined;
}

/** What is made once for each of a few keys, and anew each time beyond these. */
function remembered<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = values.get(key);
  if (value === undefined) {
    value = make();
    if (values.size < REMEMBERED_MAX) {
      values.set(key, value);
    }
  }
  return value;
}

export class Context {
  static readonly NONE = new Context({});

  /** As they were given, with those of the contexts around it. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Of the writer that logged last here; where there are several, all that are remembered. */
  #encoder: ContextEncoder | undefined;
  #text: ContextText | undefined;
  #texts: Map<ContextEncoder, ContextText> | undefined;
  /** A value that logs when it is asked for its JSON would be asked again, without end. */
  #isBeingRead = false;

  private constructor(members: Readonly<Record<string, unknown>>) {
    this.members = members;
  }

  /**
   * A context in this one: `members` count where both have a name, and undefined takes one away; a request id stays unless another
   * is given. Throws what a getter throws.
   */
  with(members: object): Context {
    const own: Record<string, unknown> = { ...members };
    if (own.request_id === undefined || own.request_id === null) {
      delete own.request_id;
    }
    const merged: Record<string, unknown> = this === Context.NONE ? own : { ...this.members, ...own };
    for (const name of Object.keys(own)) {
      if (own[name] === undefined) {
        delete merged[name];
      }
    }
    return new Context(merged);
  }

  textFor(encoder: ContextEncoder): ContextText {
    if (encoder !== this.#encoder || this.#text === undefined) {
      if (this.#isBeingRead) {
        return ContextText.NONE;
      }
      this.#isBeingRead = true;
      if (this.#text !== undefined) {
        this.#texts ??= new Map([[this.#encoder!, this.#text]]);
      }
      const make = (): ContextText => new ContextText(this.members, encoder);
      try {
        this.#text = this.#texts === undefined ? make() : remembered(this.#texts, encoder, make);
        this.#encoder = encoder;
      } finally {
        this.#isBeingRead = false;
      }
    }
    return this.#text;
  }
}

export class ContextText {
  static readonly NONE = new ContextText({}, { counts: { shortened: 0 } });

  /** JSON text of the request id; empty for none. */
  readonly requestText: string;
  readonly #bindings: Bindings;
  /** The bindings of the logger that logged last here, and both together. */
  #own = Bindings.NONE;
  #both: Bindings;
  #joined: Map<Bindings, Bindings> | undefined;

  constructor(members: Readonly<Record<string, unknown>>, { counts, redacting }: ContextEncoder) {
    const { request_id } = members;
    const id =
      redacting === undefined || request_id === undefined ? request_id : redacting.requestId(request_id);
    this.requestText = id === undefined || id === null ? "" : valueText(id, counts);
    this.#bindings = Bindings.NONE.with(redacting?.bindings(members) ?? members, OF_THE_RECORD, counts);
    this.#both = this.#bindings;
  }

  /** With the bindings that a logger has of its own, which count where both have a name. */
  bindingsFor(own: Bindings): Bindings {
    if (own !== this.#own) {
      this.#joined ??= new Map();
      this.#both = remembered(this.#joined, own, () => this.#bindings.join(own));
      this.#own = own;
    }
    return this.#both;
  }
}
