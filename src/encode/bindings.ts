import { keyText } from "./escape.js";
import type { Pen } from "./pen.js";
import { isLiteral } from "./plain.js";
import { type EncodeCounts, membersText, valueText, writePlainMembers } from "./text.js";

const COMMA = 0x2c;

/** What a child adds to the metadata of every record, encoded once. */
export class Bindings {
  static readonly NONE = new Bindings([], []);

  readonly #names: readonly string[];
  /** Beside each name: `"name":value`. */
  readonly #members: readonly string[];
  readonly #text: string;

  private constructor(names: readonly string[], members: readonly string[]) {
    this.#names = names;
    this.#members = members;
    let text = "";
    for (const member of members) {
      text = text === "" ? member : `${text},${member}`;
    }
    this.#text = text;
  }

  /**
   * These and those in `added`, which count where both have a name, but for those named in `others`; undefined takes a binding
   * away. Throws what a getter throws.
   */
  with(added: object, others: readonly string[], counts: EncodeCounts): Bindings {
    const names = this.#names.slice();
    const members = this.#members.slice();
    for (const name of Object.keys(added)) {
      if (others.includes(name)) {
        continue;
      }
      const value = (added as Record<string, unknown>)[name];
      const found = names.indexOf(name);
      const at = found < 0 ? names.length : found;
      if (value !== undefined) {
        names[at] = name;
        members[at] = `${keyText(name)}${valueText(value, counts)}`;
      } else if (found >= 0) {
        names.splice(found, 1);
        members.splice(found, 1);
      }
    }
    return new Bindings(names, members);
  }

  /** These, and those of `others` after them, which count where both have a name. */
  join(others: Bindings): Bindings {
    if (others.#text === "") {
      return this;
    }
    const isKept = (_: string, at: number): boolean => !others.#names.includes(this.#names[at]!);
    return new Bindings(
      [...this.#names.filter(isKept), ...others.#names],
      [...this.#members.filter(isKept), ...others.#members],
    );
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  /** Writes the members of a call's metadata with these before them, without braces; nothing where there are none. */
  write(pen: Pen, metadata: object | null | undefined, counts: EncodeCounts): void {
    if (metadata === undefined || metadata === null) {
      pen.text(this.#text);
      return;
    }
    const { at: start, full } = pen;
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
    pen.rewind(start, full);
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
    const kept = this.#members.filter((_, at) => !Object.hasOwn(said, this.#names[at]!));
    return [...kept, members].join(",");
  }
}
