/**
 * What is done with dead letters for the page: the same as by the commands, see dead-letters/. A folder of them may be large, so
 * it is done in a thread of its own (thread.ts), in which nothing waits for it.
 */
import { type Brief, briefOf } from "../../dead-letters/brief.js";
import { changeLetters, type Hold } from "../../dead-letters/change.js";
import { runOn } from "../../dead-letters/command.js";
import { dropDamaged, dropLetters } from "../../dead-letters/drop.js";
import { deadFolderOf, deadLetterBytes, namesIn } from "../../dead-letters/folder.js";
import { Newest } from "../../dead-letters/newest.js";
import { replayLetters } from "../../dead-letters/replay.js";
import { filtersText, requireAll, type Selection, select } from "../../dead-letters/selection.js";
import { Summary } from "../../dead-letters/summary.js";
import { systemClock } from "../../system/clock.js";
import type { DeadLetterList, DeadLetterOrder, Dropped, Replayed } from "../api.js";

const NEWEST_MAX = 200;
const BRIEF_LIMITS = { dataCharactersMax: 200, detailCharactersMax: 500 };

export type Filters = Pick<DeadLetterOrder, "reason" | "service">;

export type Task =
  | { readonly kind: "list"; readonly filters: Filters }
  | { readonly kind: "replay" | "drop"; readonly order: DeadLetterOrder };

/** Of a list: all but what only the shipper knows. */
export type Listed = Omit<DeadLetterList, "bytesMax">;

export interface TaskResults {
  readonly list: Listed;
  readonly replay: Replayed;
  readonly drop: Dropped;
}

/** `signal` ends it after the step that runs. */
export function perform(
  journalDir: string,
  task: Task,
  signal: AbortSignal,
): Promise<TaskResults[Task["kind"]]> {
  const dir = deadFolderOf(journalDir);
  return runOn({ dir }, async () => {
    if (task.kind === "list") return list(dir, task.filters);
    const selection = selectionOf(task.order);
    await requireAll(dir, selection);
    if (task.order.dryRun || namesIn(dir).length === 0) {
      return count(dir, selection, task);
    }
    return changeLetters(journalDir, systemClock, async (hold) => {
      await requireAll(dir, selection);
      return task.kind === "replay"
        ? replay(journalDir, selection, hold, signal)
        : drop(dir, selection, hold, signal);
    });
  });
}

async function list(dir: string, filters: Filters): Promise<Listed> {
  const summary = new Summary(systemClock.now());
  const newest = new Newest<Brief>(NEWEST_MAX);
  for await (const found of select(dir, selectionOf(filters), { damaged: 0, torn: 0 })) {
    summary.add(found);
    newest.add(briefOf(found, BRIEF_LIMITS));
  }
  return {
    letters: summary.letters,
    bytes: deadLetterBytes(dir),
    dir,
    kinds: summary.kinds.map(({ names: [reason, destination, service], letters, first, last }) => ({
      reason,
      destination,
      service,
      letters,
      first,
      last,
    })),
    newest: newest.take(),
  };
}

async function count(dir: string, selection: Selection, { kind }: Task): Promise<Replayed | Dropped> {
  const summary = new Summary(systemClock.now());
  for await (const found of select(dir, selection, { damaged: 0, torn: 0 })) summary.add(found);
  const { letters, unfit, outOfTime } = summary;
  return kind === "replay" ? { dryRun: true, letters, unfit, outOfTime } : { dryRun: true, letters };
}

async function replay(
  journalDir: string,
  selection: Selection,
  hold: Hold,
  signal: AbortSignal,
): Promise<Replayed> {
  const { letters, unfit } = await replayLetters({
    journalDir,
    selection,
    hold,
    signal,
    onStep: () => {},
    onProgress: () => {},
  });
  return { dryRun: false, letters, unfit };
}

async function drop(dir: string, selection: Selection, hold: Hold, signal: AbortSignal): Promise<Dropped> {
  const summary = new Summary(systemClock.now());
  await dropLetters(dir, selection, summary, hold, signal);
  const all = selection.keys.length === 0 && filtersText(selection) === "";
  if (all) await dropDamaged(dir, hold, signal);
  return { dryRun: false, letters: summary.letters };
}

function selectionOf({ keys = [], reason, service }: DeadLetterOrder): Selection {
  return { keys, reason, service, sinceMs: undefined };
}
