import { keyText } from "../encode/plain.js";
import { type EncodeCounts, valueText } from "../encode/text.js";

/** What a child adds to the metadata of every record, encoded once. */
export class Bindings {
  static readonly NONE = new Bindings(new Map());

  /** By name: `"name":value,`. */
  readonly #members: ReadonlyMap<string, string>;
  /** As they would stand in a call's members: `"name":`. */
  readonly #names: readonly string[];
  readonly #text: string;

  private constructor(members: ReadonlyMap<string, string>) {
    this.#members = members;
    this.#names = [...members.keys()].map(keyText);
    this.#text = [...members.values()].join("");
  }

  /** These and those in `added`, which count where both have a name; undefined takes a binding away. */
  with(added: object, counts: EncodeCounts): Bindings {
    const members = new Map(this.#members);
    for (const [name, value] of Object.entries(added)) {
      if (value === undefined) {
        members.delete(name);
      } else {
        members.set(name, `${keyText(name)}${valueText(value, counts)},`);
      }
    }
    return new Bindings(members);
  }

  /** The bindings' members and those of a call, without braces. */
  before(members: string): string {
    if (this.#text === "") {
      return members;
    }
    if (members === "") {
      return this.#text.slice(0, -1);
    }
    const names = this.#names;
    for (let i = 0; i < names.length; i++) {
      if (members.includes(names[i]!)) {
        return this.#without(members);
      }
    }
    return this.#text + members;
  }

  /** What is said at the call counts; JSON with a name twice would be read differently by different readers. */
  #without(members: string): string {
    const said = JSON.parse(`{${members}}`) as object;
    let text = "";
    for (const [name, member] of this.#members) {
      if (!Object.hasOwn(said, name)) {
        text += member;
      }
    }
    return text + members;
  }
}
