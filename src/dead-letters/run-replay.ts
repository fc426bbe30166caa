/** `dragonlog dead replay`: letters become records again, and are shipped like all others. */
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { changeLetters } from "./change.js";
import { type Command, commandOf, print, runOn, say, sayCompleted, sayUnreadable } from "./command.js";
import { namesIn } from "./folder.js";
import { type Replayed, replayLetters } from "./replay.js";
import { filtersText, requireAll, select } from "./selection.js";
import { lettersText, Summary } from "./summary.js";

const NAME = "dead replay";

/** Exit code 0 when all that are selected are records again, or nothing is selected; 1 when some stay letters. */
export async function deadReplay(
  options: ParsedOptions<"dead replay">,
  io: Io,
  keys: readonly string[],
): Promise<number> {
  const command = commandOf<"dead replay">(options, keys);
  return runOn(command, async () => {
    if (namesIn(command.dir).length > 0) {
      return options.dryRun ? dryRun(command, options.json, io) : replay(command, options.json, io);
    }
    await requireAll(command.dir, command.selection);
    await report({ letters: 0, records: 0, journals: 0, unfit: 0 }, command, options.json, io);
    return 0;
  });
}

async function dryRun({ dir, selection, nowMs }: Command, json: boolean, io: Io): Promise<number> {
  const unreadable = { damaged: 0, torn: 0 };
  const summary = new Summary(nowMs);
  await requireAll(dir, selection);
  for await (const found of select(dir, selection, unreadable)) {
    if (io.signal.aborted) return 1;
    summary.add(found);
  }
  sayUnreadable(io, NAME, unreadable);
  const { letters, outOfTime, unfit } = summary;
  if (json) {
    await print(io.stdout, `${JSON.stringify({ dryRun: true, letters, outOfTime, unfit })}\n`);
    return 0;
  }
  await print(io.stdout, `${lettersText(letters, filtersText(selection))} would be sent again\n`);
  if (letters > 0) await print(io.stdout, `\n${summary.table()}`);
  if (outOfTime > 0) {
    await print(
      io.stdout,
      `\n${outOfTime} of them are older than 14 days or more than 2 hours ahead: CloudWatch Logs would refuse them ` +
        "again. A shipper with --to directory:<dir> takes them, and `dragonlog dead export` prints them.\n",
    );
  }
  if (unfit > 0) await print(io.stdout, `\n${unfitText(unfit)}\n`);
  return 0;
}

async function replay(command: Command, json: boolean, io: Io): Promise<number> {
  const { journalDir, dir, selection } = command;
  const replayed = await changeLetters(journalDir, systemClock, async (hold, completed) => {
    sayCompleted(io, NAME, completed);
    await requireAll(dir, selection);
    return replayLetters({
      journalDir,
      selection,
      hold,
      signal: io.signal,
      onStep: () => {},
      onProgress: ({ letters }) => say(io, NAME, `${lettersText(letters)} so far`),
    });
  });
  await report(replayed, command, json, io);
  if (io.signal.aborted) say(io, NAME, "interrupted; what is left are letters as before");
  return io.signal.aborted || replayed.unfit > 0 ? 1 : 0;
}

async function report(replayed: Replayed, { dir, selection }: Command, json: boolean, io: Io): Promise<void> {
  const { letters, records, unfit } = replayed;
  if (json) {
    await print(io.stdout, `${JSON.stringify({ dryRun: false, ...replayed })}\n`);
    return;
  }
  if (letters === 0) {
    say(io, NAME, `no letters${filtersText(selection)} to send again in ${dir}`);
  } else {
    const doubled = letters - records;
    say(
      io,
      NAME,
      `${lettersText(letters, filtersText(selection))} ${letters === 1 ? "waits" : "wait"} for the shipper as ` +
        `${letters === 1 ? "a record" : "records"} again` +
        `${doubled > 0 ? ` (${doubled} of them lay there twice, and are sent once)` : ""}; ` +
        "`dragonlog flush` sends them at once",
    );
  }
  if (unfit > 0) say(io, NAME, unfitText(unfit));
}

function unfitText(unfit: number): string {
  return `${lettersText(unfit)} not written by a logger of dragonlog cannot be sent again from here; export and drop them`;
}
