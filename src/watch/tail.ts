/** `dragonlog tail`: records as they are logged, on standard output. What else is to be said goes to stderr. */
import { flagOf } from "../config/names.js";
import type { ParsedOptions } from "../config/options.js";
import { sinceMs } from "../config/places.js";
import { compileFilter } from "../live/filter.js";
import type { LiveStep } from "../live/live-step.js";
import type { LiveRequest } from "../live/query.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { isTerminal } from "./tail/ink.js";
import { filtersText, Notes } from "./tail/notes.js";
import { Printer } from "./tail/printer.js";
import { Progress } from "./tail/progress.js";
import { readHere, readOnlyPage, type Sources } from "./tail/sources.js";

type TailOptions = ParsedOptions<"tail">;

/** Exit code 0: it was asked to end, or nobody reads what it prints, or all that was asked for is shown. */
export async function tail(options: TailOptions, io: Io): Promise<number> {
  const clock = systemClock;
  const request = requestOf(options, clock.now());
  compileFilter(request, flagOf);
  const notes = new Notes(io, clock);
  const printer = new Printer(options, io.stdout, process.env, clock.now());
  const progress = new Progress(request, clock.now());
  const take = async (step: LiveStep): Promise<void> => {
    notes.hear(step);
    await printer.print(progress.unseen(step));
  };
  const { buffer, url, token } = options;
  const lists = options.list;
  const sources: Sources = { buffer, lists, progress, notes, clock, take };
  const signal = AbortSignal.any([io.signal, printer.ended]);
  begin(request, url ?? buffer.dir, notes, io);
  try {
    await (url === undefined ? readHere(sources, signal) : readOnlyPage({ url, token }, sources, signal));
  } finally {
    notes.tell();
  }
  printer.assertWritten();
  return 0;
}

function requestOf(
  { service, type, requestId, grep, where, last, since, follow }: TailOptions,
  nowMs: number,
): LiveRequest {
  return {
    ...{ service, type, requestId, grep, where, last, follow },
    sinceMs: since === undefined ? undefined : sinceMs(since, nowMs),
  };
}

function begin(request: LiveRequest, from: string, notes: Notes, io: Io): void {
  const filters = filtersText(request);
  if (filters !== "") notes.say(`only records with ${filters}`);
  if (request.follow && isTerminal(io.stderr)) notes.say(`follows ${from}; Ctrl-C ends it`);
}
