/** `dragonlog dead list`: which kinds of letters there are, and the newest of them. */
import type { ParsedOptions } from "../config/options.js";
import { formatBytes } from "../system/figures.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { table } from "../system/table.js";
import { type Brief, briefOf } from "./brief.js";
import { type Command, commandOf, print, runOn, sayUnreadable } from "./command.js";
import { deadLetterBytes } from "./folder.js";
import { encodeLetter } from "./letter.js";
import { Newest } from "./newest.js";
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
    const newest = new Newest<Brief>(NEWEST_SHOWN);
    for await (const found of select(dir, selection, unreadable)) {
      if (io.signal.aborted) return 1;
      if (options.json) {
        await print(io.stdout, `${encodeLetter(found.letter, { key: found.key })}\n`);
      } else {
        summary.add(found);
        newest.add(briefOf(found, { dataCharactersMax: DATA_CHARACTERS_SHOWN }));
      }
    }
    sayUnreadable(io, "dead list", unreadable);
    if (!options.json) await print(io.stdout, report(command, summary, newest.take()));
    return 0;
  });
}

function report({ dir, selection }: Command, summary: Summary, newest: readonly Brief[]): string {
  const filters = filtersText(selection);
  if (summary.letters === 0) return `no dead letters${printable(filters)} in ${printable(dir)}\n`;
  const heading = `${lettersText(summary.letters, filters)} (${formatBytes(deadLetterBytes(dir))} in ${printable(dir)})`;
  const rows = newest.map(({ key, at, reason, service, data }) => [key, timeText(at), reason, service, data]);
  return [
    `${heading}\n\n${summary.table()}\n`,
    `${newest.length < summary.letters ? `the newest ${newest.length}` : "all of them"}:\n`,
    table(["key", "at", "reason", "service", "data"], rows),
    "\ndragonlog dead show <key>        everything about one\n",
    "dragonlog dead replay --dry-run  what would be sent again; the filters are the same\n",
  ].join("");
}
