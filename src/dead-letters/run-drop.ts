/** `dragonlog dead drop`: letters that nobody needs any more are forgotten. */
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError } from "../system/errors.js";
import type { Io } from "../system/io.js";
import { changeLetters } from "./change.js";
import {
  type Command,
  commandOf,
  print,
  requireChoice,
  runOn,
  say,
  sayCompleted,
  sayUnreadable,
} from "./command.js";
import { dropDamaged, dropLetters } from "./drop.js";
import { namesIn } from "./folder.js";
import { filtersText, requireAll, type Selection, select } from "./selection.js";
import { lettersText, Summary } from "./summary.js";

const NAME = "dead drop";
/** The operand that means every letter there is. */
const ALL = "all";

/** Exit code 0 when all that are selected are gone; 1 when it was interrupted. */
export async function deadDrop(
  options: ParsedOptions<"dead drop">,
  io: Io,
  operands: readonly string[],
): Promise<number> {
  const all = operands.includes(ALL);
  if (all && operands.length > 1) {
    throw new DragonlogError("DRAGONLOG_USAGE", "all and keys exclude each other", "Name keys, or all.");
  }
  const command = commandOf<"dead drop">(options, all ? [] : operands);
  if (!all) {
    requireChoice(command, NAME, "Name keys, --reason or --since, or `all`, which the filters narrow.");
  }
  const { dir, selection, nowMs, journalDir } = command;
  return runOn(command, async () => {
    const summary = new Summary(nowMs);
    let damaged = 0;
    if (options.dryRun || namesIn(dir).length === 0) {
      damaged = await count(command, summary, io);
    } else {
      await changeLetters(journalDir, systemClock, async (hold, completed) => {
        sayCompleted(io, NAME, completed);
        await requireAll(dir, selection);
        await dropLetters(dir, selection, summary, hold, io.signal);
        if (all && filtersText(selection) === "") damaged = await dropDamaged(dir, hold, io.signal);
      });
    }
    await report(options, selection, summary, damaged, io);
    return io.signal.aborted ? 1 : 0;
  });
}

async function count({ dir, selection }: Command, summary: Summary, io: Io): Promise<number> {
  const unreadable = { damaged: 0, torn: 0 };
  await requireAll(dir, selection);
  for await (const found of select(dir, selection, unreadable)) {
    if (io.signal.aborted) break;
    summary.add(found);
  }
  sayUnreadable(io, NAME, unreadable);
  return 0;
}

async function report(
  { json, dryRun }: ParsedOptions<"dead drop">,
  selection: Selection,
  summary: Summary,
  damaged: number,
  io: Io,
): Promise<void> {
  const { letters } = summary;
  if (json) {
    await print(io.stdout, `${JSON.stringify({ dryRun, letters, damaged })}\n`);
    return;
  }
  await print(
    io.stdout,
    `${lettersText(letters, filtersText(selection))} ${dryRun ? "would be dropped" : "dropped"}\n`,
  );
  if (letters > 0) await print(io.stdout, `\n${summary.table()}`);
  if (damaged > 0) say(io, NAME, `${damaged} lines that were no letters dropped with them`);
}
