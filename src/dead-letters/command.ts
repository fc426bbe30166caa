/** What the commands have in common: how they print, and what they say of files that are not as they should be. */
import { once } from "node:events";
import type { Writable } from "node:stream";
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { deadFolderOf } from "./folder.js";
import type { Unreadable } from "./read-letters.js";
import { type Selection, selectionOf } from "./selection.js";

type Name = "dead list" | "dead show" | "dead replay" | "dead export" | "dead drop";

export interface Command {
  readonly journalDir: string;
  readonly dir: string;
  readonly selection: Selection;
  readonly nowMs: number;
}

export function commandOf<N extends Name>(options: ParsedOptions<N>, keys: readonly string[]): Command {
  const { buffer, since, reason, service } = options as ParsedOptions<Name>;
  const nowMs = systemClock.now();
  const filters = {
    ...(since === undefined ? {} : { since }),
    ...(reason === undefined ? {} : { reason }),
    ...(service === undefined ? {} : { service }),
  };
  return {
    journalDir: buffer.dir,
    dir: deadFolderOf(buffer.dir),
    selection: selectionOf(filters, keys, nowMs),
    nowMs,
  };
}

/**
 * Throws DRAGONLOG_USAGE when neither keys nor filters say which letters are meant. A service alone says too little: it
 * may stand in a dragonlog.json that was written for those who log.
 */
export function requireChoice({ selection }: Command, name: Name, otherwise: string): void {
  const { keys, reason, sinceMs } = selection;
  if (keys.length > 0 || reason !== undefined || sinceMs !== undefined) return;
  throw new DragonlogError("DRAGONLOG_USAGE", `dragonlog ${name} needs to know which letters`, otherwise);
}

/** Runs what works on them; what the file system refuses is told as an error with a name. */
export async function runOn<Result>(
  { dir }: Pick<Command, "dir">,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DragonlogError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new DragonlogError(
      "DRAGONLOG_DEAD_LETTERS_UNAVAILABLE",
      `the dead letters in ${dir} cannot be used: ${messageOf(error)}`,
      "Only the user who ships may read and change them; the disk must have room for what is sent again.",
      error,
    );
  }
}

/** Waits for a slow reader, so that what is printed does not pile up in memory. */
export async function print(stream: Writable, text: string | Buffer): Promise<void> {
  if (!stream.write(text)) await once(stream, "drain");
}

export function say(io: Io, name: Name, text: string): void {
  io.stderr.write(`dragonlog ${name}: ${printable(text)}\n`);
}

export function sayUnreadable(io: Io, name: Name, { damaged, torn }: Unreadable): void {
  if (damaged > 0) say(io, name, `${damaged} lines are no dead letters and were passed over`);
  if (torn > 0) {
    say(
      io,
      name,
      `${torn} files end in a line without end: a write was cut short, and its records were kept in the buffer`,
    );
  }
}

export function sayCompleted(io: Io, name: Name, completed: number): void {
  if (completed > 0) {
    say(io, name, `${completed} records of a replay that was interrupted wait for the shipper now`);
  }
}
