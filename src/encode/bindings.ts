import { keyText } from "./escape.js";
import type { Pen } from "./pen.js";
import { isLiteral } from "./plain.js";
import { type EncodeCounts, membersText, valueText, writePlainMembers } from "./text.js";

const COMMA = 0x2c;

/** What a child adds to the metadata of every record, encoded once. */
export class Bindings {
  static readonly NONE = new Bindings(new Map());

  /** By name: `"name":value`. */
  readonly #members: ReadonlyMap<string, string>;
  readonly #names: readonly string[];
  readonly #text: string;

  private constructor(members: ReadonlyMap<string, string>) {
    this.#members = members;
    this.#names = [...members.keys()];
    this.#text = [...members.values()].join(",");
  }

  /** These and those in `added`, which count where both have a name; undefined takes a binding away. */
  with(added: object, counts: EncodeCounts): Bindings {
    const members = new Map(this.#members);
    for (const [name, value] of Object.entries(added)) {
      if (value === undefined) {
        members.delete(name);
      } else {
        members.set(name, `${keyText(name)}${valueText(value, counts)}`);
      }
    }
    return new Bindings(members);
  }

  /** Writes the members of a call's metadata with these before them, without braces; nothing where there are none. */
  write(pen: Pen, metadata: object | null | undefined, counts: EncodeCounts): void {
    if (metadata === undefined || metadata === null) {
      pen.text(this.#text);
      return;
    }
    const start = pen.at;
    if (this.#text !== "" && !this.#saysAny(metadata)) {
      pen.text(this.#text);
      pen.byte(COMMA);
    }
    const from = pen.at;
    if ((from > start || this.#text === "") && writePlainMembers(pen, metadata)) {
      if (pen.at === from && from > start) {
        // The metadata has no members, so there is nothing for the comma to part.
        pen.at--;
      }
      return;
    }
    pen.rewind(start);
    pen.text(this.#before(membersText(metadata, counts)));
  }

  /** True where the metadata may say a name of these itself, or cannot be asked. */
  #saysAny(metadata: object): boolean {
    try {
      return !isLiteral(metadata) || this.#names.some((name) => Object.hasOwn(metadata, name));
    } catch {
      return true;
    }
  }

  /** The bindings' members and those of a call, without braces. */
  #before(members: string): string {
    if (this.#text === "" || members === "") {
      return this.#text + members;
    }
    // What is said at the call counts; JSON with a name twice would be read differently by different readers.
    const said = JSON.parse(`{${members}}`) as object;
    const texts = [...this.#members].flatMap(([name, text]) => (Object.hasOwn(said, name) ? [] : text));
    return [...texts, members].join(",");
  }
}
