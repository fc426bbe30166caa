/** Letters summed up, for people: how many of which kind, and what may be said of them before they are sent again. */
import { CLOUDWATCH_WINDOW } from "../batch/limits.js";
import { judgeTime } from "../batch/time-window.js";
import { printable } from "../system/printable.js";
import { table } from "../system/table.js";
import { headOf } from "./line-head.js";
import type { FoundLetter } from "./read-letters.js";

/** Kinds that are told apart; services and streams are text of the application, so there may be any number. */
const KINDS_MAX = 1000;
const OTHERS: Kind["names"] = ["(others)", "", ""];

/** Letters that have their reason, destination and service in common. */
export interface Kind {
  readonly names: readonly [reason: string, destination: string, service: string];
  letters: number;
  /** ISO 8601, of the first and the last one. */
  first: string;
  last: string;
}

export class Summary {
  letters = 0;
  /** Letters that CloudWatch Logs would not take for their age, or because they lie in the future. */
  outOfTime = 0;
  /** Letters that fit into no journal. */
  unfit = 0;
  readonly #kinds = new Map<string, Kind>();

  constructor(readonly nowMs: number) {}

  add({ letter }: FoundLetter): void {
    const { at, reason, destination, line } = letter;
    const head = headOf(line);
    this.letters++;
    if (head === undefined) this.unfit++;
    else if (judgeTime(head.timestamp, this.nowMs, CLOUDWATCH_WINDOW, 0) !== "ok") this.outOfTime++;
    const kind = this.#kindOf([reason, destinationText(destination), head?.service ?? "?"], at);
    kind.letters++;
    if (at < kind.first) kind.first = at;
    if (at > kind.last) kind.last = at;
  }

  /** The most frequent first; beyond so many, the rest is one. */
  get kinds(): readonly Readonly<Kind>[] {
    return [...this.#kinds.values()].sort((a, b) => b.letters - a.letters);
  }

  /** A line for each kind; empty when there is none. */
  table(): string {
    if (this.letters === 0) return "";
    return table(
      ["reason", "destination", "service", "letters", "first", "last"],
      this.kinds.map(({ names, letters, first, last }) => [
        ...names,
        String(letters),
        timeText(first),
        timeText(last),
      ]),
    );
  }

  #kindOf(names: Kind["names"], at: string): Kind {
    const key = JSON.stringify(names);
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    if (this.#kinds.size >= KINDS_MAX && names !== OTHERS) return this.#kindOf(OTHERS, at);
    const kind = { names, letters: 0, first: at, last: at };
    this.#kinds.set(key, kind);
    return kind;
  }
}

export function destinationText(destination: FoundLetter["letter"]["destination"]): string {
  return destination === undefined ? "?" : `${destination.group}/${destination.stream}`;
}

/** To the second, which is what people compare. */
export function timeText(iso: string): string {
  return iso.replace(/\.\d+Z$/, "Z");
}

/** `1 letter`, `2 letters with service api`. */
export function lettersText(letters: number, filters = ""): string {
  return `${letters === 1 ? "1 letter" : `${letters} letters`}${printable(filters)}`;
}
