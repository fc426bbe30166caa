/** `dragonlog dead list`: which kinds of letters there are, and the newest of them. */
import type { ParsedOptions } from "../config/options.js";
import { formatBytes } from "../system/figures.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { table } from "../system/table.js";
import { type Command, commandOf, print, runOn, sayUnreadable } from "./command.js";
import { deadLetterBytes } from "./folder.js";
import { encodeLetter } from "./letter.js";
import { headOf } from "./line-head.js";
import type { FoundLetter } from "./read-letters.js";
import { filtersText, select } from "./selection.js";
import { lettersText, Summary, timeText } from "./summary.js";

const NEWEST_SHOWN = 20;
const DATA_CHARACTERS_SHOWN = 60;

/** Exit code 0, also where there are none. */
export async function deadList(options: ParsedOptions<"dead list">, io: Io): Promise<number> {
  const command = commandOf<"dead list">(options, []);
  const { dir, selection, nowMs } = command;
  return runOn(command, async () => {
    const unreadable = { damaged: 0, torn: 0 };
    const summary = new Summary(nowMs);
    const newest = new Newest();
    for await (const found of select(dir, selection, unreadable)) {
      if (io.signal.aborted) return 1;
      if (options.json) {
        await print(io.stdout, `${encodeLetter(found.letter, { key: found.key })}\n`);
      } else {
        summary.add(found);
        newest.add(found);
      }
    }
    sayUnreadable(io, "dead list", unreadable);
    if (!options.json) await print(io.stdout, report(command, summary, newest.take()));
    return 0;
  });
}

function report({ dir, selection }: Command, summary: Summary, newest: readonly FoundLetter[]): string {
  const filters = filtersText(selection);
  if (summary.letters === 0) return `no dead letters${printable(filters)} in ${printable(dir)}\n`;
  const heading = `${lettersText(summary.letters, filters)} (${formatBytes(deadLetterBytes(dir))} in ${printable(dir)})`;
  const rows = newest.map(({ key, letter }) => [
    key,
    timeText(letter.at),
    letter.reason,
    headOf(letter.line)?.service ?? "?",
    dataText(letter.line),
  ]);
  return [
    `${heading}\n\n${summary.table()}\n`,
    `${newest.length < summary.letters ? `the newest ${newest.length}` : "all of them"}:\n`,
    table(["key", "at", "reason", "service", "data"], rows),
    "\ndragonlog dead show <key>        everything about one\n",
    "dragonlog dead replay --dry-run  what would be sent again; the filters are the same\n",
  ].join("");
}

/** How the record begins that stands in the line. */
function dataText(line: Buffer): string {
  let data: unknown;
  try {
    ({ data } = JSON.parse(line.toString()) as { data?: unknown });
  } catch {
    data = line.toString();
  }
  const text = typeof data === "string" ? data : (JSON.stringify(data) ?? "");
  return text.length > DATA_CHARACTERS_SHOWN ? `${text.slice(0, DATA_CHARACTERS_SHOWN)}…` : text;
}

class Newest {
  #letters: FoundLetter[] = [];

  add(found: FoundLetter): void {
    this.#letters.push(found);
    if (this.#letters.length >= 10 * NEWEST_SHOWN) this.#letters = this.take();
  }

  /** The newest first; of one moment, those that were written last. */
  take(): FoundLetter[] {
    const newestFirst = [...this.#letters].reverse();
    return newestFirst
      .sort((a, b) => (a.letter.at === b.letter.at ? 0 : a.letter.at < b.letter.at ? 1 : -1))
      .slice(0, NEWEST_SHOWN);
  }
}
