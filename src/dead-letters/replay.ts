/**
 * Sends dead letters again: they become records of new journals, which any shipper takes like all others. The lines keep
 * their bytes, and with them their ids.
 *
 * Under the lease, step after step, each with the earliest letters that are left, so that memory stays bounded:
 *
 *     choose ─► build replay/ ─► write replay.json ─► replay/ becomes a journal ─► letters gone ─► remove replay.json
 *      (nothing has happened)  │  (decided: carried through, by whoever takes the lease next, before anything else)
 *
 * `replay.json` names the journal and the letters, and is written in one step. Without it, what lies in replay/ is of no
 * account. With it, the letters count as gone for every reader, and each of the steps that follow can be done again:
 * where replay/ is not there any more, it is a journal already, or even delivered.
 *
 * So each letter is sent once, whenever the process dies. One that became a letter while the replay runs is not touched,
 * or what is refused again would be sent again without end.
 */
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { WholeJournal } from "../journal/whole-journal.js";
import { lineIdOf } from "../record/line-id.js";
import { typeCodeOf } from "../record/types.js";
import { randomId } from "../system/random.js";
import { type ByteRanges, rangesFrom, rangesOf } from "./byte-ranges.js";
import type { Hold, OnStep } from "./change.js";
import { type Candidate, EarliestLetters, isSameRecord } from "./earliest.js";
import { deadFolderOf, type LettersFile, listLetters, syncNames } from "./folder.js";
import { markGone } from "./gone.js";
import { headOf } from "./line-head.js";
import { type FoundLetter, LetterFetcher } from "./read-letters.js";
import { readIntent, removeIntent, writeIntent } from "./replay-intent.js";
import { type Selection, select } from "./selection.js";

/** What one step holds in memory, about 200 bytes a letter, and what it takes on the disk until its letters are gone. */
const STEP_LETTERS_MAX = 100_000;
const STEP_BYTES_MAX = 256 << 20;
/** Letters between two signs of life. */
const RENEW_EVERY = 1000;
/** What status shows in the place of a service. */
const SERVICE = "dead letters";

export interface ReplayOptions {
  readonly journalDir: string;
  readonly selection: Selection;
  readonly hold: Hold;
  /** Ends the replay after the step that runs. */
  readonly signal: AbortSignal;
  readonly onStep: OnStep;
  /** Told before each further step, with what is done so far. */
  readonly onProgress: (done: Replayed) => void;
  readonly stepLettersMax?: number;
}

export interface Replayed {
  /** Letters that are gone now. */
  letters: number;
  /** Records that they became: fewer, where one had become a letter twice. */
  records: number;
  journals: number;
  /** Letters that stay because no logger of ours wrote their lines, which therefore fit into no journal. */
  unfit: number;
}

interface Step {
  readonly candidates: readonly Candidate[];
  readonly unfit: number;
}

export async function replayLetters(options: ReplayOptions): Promise<Replayed> {
  const { journalDir, signal, hold, onStep, onProgress } = options;
  const done: Replayed = { letters: 0, records: 0, journals: 0, unfit: 0 };
  const files = listLetters(deadFolderOf(journalDir));
  while (!signal.aborted) {
    const { candidates, unfit } = await choose(options, files);
    done.unfit = unfit;
    if (candidates.length === 0 || signal.aborted) break;
    if (done.letters > 0) onProgress(done);
    done.records += await decide(options, candidates);
    await carryThrough(journalDir, hold, onStep);
    done.letters += candidates.length;
    done.journals++;
  }
  return done;
}

/** Does what `replay.json` says is still to be done; returns the records that it speaks of. For the holder of the lease. */
export async function carryThrough(journalDir: string, hold: Hold, onStep: OnStep): Promise<number> {
  const dir = deadFolderOf(journalDir);
  const built = join(dir, "replay");
  const intent = readIntent(dir);
  hold.assertHeld();
  if (intent === undefined) {
    await rm(built, { recursive: true, force: true });
    return 0;
  }
  if (existsSync(built)) {
    await rename(built, join(journalDir, intent.writer));
    onStep("journal in its place");
    await syncNames(journalDir);
    await syncNames(dir);
  }
  for (const [file, ranges] of Object.entries(intent.letters)) {
    await markGone(dir, file, ranges);
    onStep(`letters of a file gone`);
  }
  await removeIntent(dir);
  onStep("intent removed");
  return intent.records;
}

async function choose(options: ReplayOptions, files: readonly LettersFile[]): Promise<Step> {
  const { journalDir, selection, hold, signal, stepLettersMax = STEP_LETTERS_MAX } = options;
  const earliest = new EarliestLetters(stepLettersMax, STEP_BYTES_MAX);
  let read = 0;
  let unfit = 0;
  for await (const found of select(deadFolderOf(journalDir), selection, { damaged: 0, torn: 0 }, files)) {
    if (++read % RENEW_EVERY === 0) {
      hold.renew();
      if (signal.aborted) break;
    }
    const candidate = candidateOf(found, read);
    if (candidate === undefined) unfit++;
    else earliest.offer(candidate);
  }
  return { candidates: earliest.take(), unfit };
}

function candidateOf({ file, at, bytes, letter }: FoundLetter, place: number): Candidate | undefined {
  const head = headOf(letter.line);
  if (head === undefined) return undefined;
  const { writer, seq } = lineIdOf(letter.line.toString()) ?? { writer: "", seq: place };
  return { file, at, bytes, timestamp: head.timestamp, writer, seq };
}

/** Builds the journal and writes down that it is to be one; returns its records. */
async function decide(options: ReplayOptions, candidates: readonly Candidate[]): Promise<number> {
  const { journalDir, hold, onStep } = options;
  const dir = deadFolderOf(journalDir);
  const writer = randomId(12);
  const folder = join(dir, "replay");
  const journal = new WholeJournal({ folder, writer, service: SERVICE, nowMs: hold.clock.now() });
  const letters = new LetterFetcher(dir);
  try {
    for (const [index, candidate] of candidates.entries()) {
      if (index % RENEW_EVERY === 0) {
        hold.renew();
        onStep("journal being built");
      }
      if (isSameRecord(candidate, candidates[index - 1])) continue;
      const { line } = letters.read(candidate);
      const { timestamp, serviceBytes } = headOf(line)!;
      journal.append(line, timestamp, typeCodeOf(typeOf(line)), serviceBytes);
    }
  } finally {
    letters.close();
  }
  await journal.finish();
  await syncNames(dir);
  onStep("journal built");
  hold.assertHeld();
  await writeIntent(dir, { writer, records: journal.records, letters: rangesByFile(candidates) });
  onStep("decided");
  return journal.records;
}

/** What is no JSON has no type, and is stored as one that is no level. */
function typeOf(line: Buffer): string {
  try {
    return String((JSON.parse(line.toString()) as { type?: unknown }).type);
  } catch {
    return "";
  }
}

function rangesByFile(candidates: readonly Candidate[]): ByteRanges {
  const byFile = new Map<string, ReturnType<typeof rangesFrom>>();
  for (const { file, at, bytes } of candidates) {
    const ranges = byFile.get(file) ?? rangesFrom([]);
    ranges.add({ from: at, to: at + bytes - 1 });
    byFile.set(file, ranges);
  }
  return Object.fromEntries([...byFile].map(([file, ranges]) => [file, rangesOf(ranges)]));
}
