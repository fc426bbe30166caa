/** Records go to standard output, no faster than it takes them. */
import { once } from "node:events";
import type { Writable } from "node:stream";
import type { ParsedOptions } from "../../config/options.js";
import { inkFor, isTerminal } from "./ink.js";
import { OneLine } from "./one-line.js";
import { prettyText } from "./pretty.js";
import { seenRecord } from "./seen-record.js";

/** Of one part of a line on a terminal, which takes its time over more. */
const TERMINAL_PART_CHARACTERS_MAX = 4096;
const WRITE_CHARACTERS_MAX = 64 << 10;

export class Printer {
  /** Aborted when nobody reads any more, or nothing can be written. */
  readonly ended: AbortSignal;
  readonly #stdout: Writable;
  readonly #textsOf: (records: readonly string[]) => string[];
  #error: NodeJS.ErrnoException | undefined;

  constructor(
    { json, pretty }: Pick<ParsedOptions<"tail">, "json" | "pretty">,
    stdout: Writable,
    env: NodeJS.ProcessEnv,
    nowMs: number,
  ) {
    const ended = new AbortController();
    this.ended = ended.signal;
    this.#stdout = stdout;
    stdout.on("error", (error) => {
      this.#error ??= error;
      ended.abort();
    });
    const ink = inkFor(stdout, env);
    const cutAt = isTerminal(stdout) ? TERMINAL_PART_CHARACTERS_MAX : Number.POSITIVE_INFINITY;
    const oneLine = new OneLine(ink, cutAt, nowMs);
    this.#textsOf = json
      ? (records) => records.map((record) => `${isTerminal(stdout) ? escaped(record) : record}\n`)
      : pretty
        ? (records) => records.map((record) => prettyText(seenRecord(record), ink))
        : (records) => oneLine.texts(records.map(seenRecord));
  }

  /** Resolves when the output can take more, or takes nothing any more. */
  async print(records: readonly string[]): Promise<void> {
    let text = "";
    for (const each of this.#textsOf(records)) {
      text += each;
      if (text.length < WRITE_CHARACTERS_MAX) continue;
      await this.#write(text);
      text = "";
    }
    if (text !== "") await this.#write(text);
  }

  /** Throws what an output failed with; a reader that has gone away wants no more, which is no failure. */
  assertWritten(): void {
    if (this.#error !== undefined && this.#error.code !== "EPIPE") throw this.#error;
  }

  async #write(text: string): Promise<void> {
    if (this.ended.aborted || this.#stdout.write(text)) return;
    await once(this.#stdout, "drain", { signal: this.ended }).catch(() => {});
  }
}

/** The same JSON, in which nothing steers a terminal: outside of ASCII such characters stand in strings only. */
function escaped(json: string): string {
  return json.replace(/[\u007f-\u009f]|\p{Cf}/gu, (char) =>
    [...Array(char.length).keys()]
      .map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
