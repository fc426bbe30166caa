/** `dragonlog dead show`: everything about single letters. */
import { isUtf8 } from "node:buffer";
import type { ParsedOptions } from "../config/options.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { commandOf, print, requireChoice, runOn, say, sayUnreadable } from "./command.js";
import { encodeLetter } from "./letter.js";
import { headOf } from "./line-head.js";
import type { FoundLetter } from "./read-letters.js";
import { filtersText, requireAll, select } from "./selection.js";
import { destinationText } from "./summary.js";

/** Exit code 0; 1 when a filter leaves nothing to show. */
export async function deadShow(
  options: ParsedOptions<"dead show">,
  io: Io,
  keys: readonly string[],
): Promise<number> {
  const command = commandOf<"dead show">(options, keys);
  requireChoice(
    command,
    "dead show",
    "Name keys, which `dragonlog dead list` prints, or --reason or --since.",
  );
  const { dir, selection } = command;
  return runOn(command, async () => {
    const unreadable = { damaged: 0, torn: 0 };
    let shown = 0;
    await requireAll(dir, selection);
    for await (const found of select(dir, selection, unreadable)) {
      if (io.signal.aborted) return 1;
      const { letter, key } = found;
      const text = options.json ? encodeLetter(letter, { key }) : `${shown > 0 ? "\n" : ""}${pageOf(found)}`;
      await print(io.stdout, `${text}\n`);
      shown++;
    }
    sayUnreadable(io, "dead show", unreadable);
    if (shown === 0) say(io, "dead show", `there is no such letter${filtersText(selection)}`);
    return shown > 0 ? 0 : 1;
  });
}

function pageOf({ key, letter }: FoundLetter): string {
  const { at, reason, detail, cause, attempts, firstTriedAt, lastTriedAt, destination, requestId, id, line } =
    letter;
  const facts: [string, string | undefined][] = [
    ["key", key],
    ["at", at],
    ["reason", reason],
    ["detail", detail],
    ["cause", cause],
    ["tries", attempts === undefined ? undefined : String(attempts)],
    ["first try", firstTriedAt],
    ["last try", lastTriedAt],
    ["destination", destination && destinationText(destination)],
    ["request id", requestId],
    ["id", id],
    ["service", headOf(line)?.service],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  const rows = known.map(([name, value]) => `${name.padEnd(12)} ${printable(value)}`);
  const form = isUtf8(line) ? "" : ", not UTF-8: `--json` shows them in base64";
  return [...rows, `record       ${line.length} bytes${form}`, ...recordLines(line)].join("\n");
}

/** The record on lines of its own; only the line breaks that are ours reach the terminal. */
function recordLines(line: Buffer): string[] {
  const text = line.toString();
  try {
    return JSON.stringify(JSON.parse(text), null, 2).split("\n").map(printable);
  } catch {
    return [printable(text)];
  }
}
