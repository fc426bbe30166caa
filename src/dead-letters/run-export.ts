/** `dragonlog dead export`: the lines of the records, as they would stand in the cloud. */
import type { ParsedOptions } from "../config/options.js";
import type { Io } from "../system/io.js";
import { commandOf, print, runOn, sayUnreadable } from "./command.js";
import { requireAll, select } from "./selection.js";

const LINE_BREAK = Buffer.from("\n");

/** Byte for byte, each with a line break behind it. Exit code 0 when all of them are printed. */
export async function deadExport(
  options: ParsedOptions<"dead export">,
  io: Io,
  keys: readonly string[],
): Promise<number> {
  const command = commandOf<"dead export">(options, keys);
  const { dir, selection } = command;
  return runOn(command, async () => {
    const unreadable = { damaged: 0, torn: 0 };
    await requireAll(dir, selection);
    for await (const { letter } of select(dir, selection, unreadable)) {
      if (io.signal.aborted) return 1;
      await print(io.stdout, Buffer.concat([letter.line, LINE_BREAK]));
    }
    sayUnreadable(io, "dead export", unreadable);
    return 0;
  });
}
