/** A process that replays all letters of a folder, and is killed at its n-th step. */
import { systemClock } from "../system/clock.js";
import { changeLetters } from "./change.js";
import { replayLetters } from "./replay.js";

const [journalDir, killedAt] = process.argv.slice(2);
let step = 0;

function onStep(): void {
  step++;
  if (step === Number(killedAt)) process.kill(process.pid, "SIGKILL");
}

const everything = { keys: [], sinceMs: undefined, reason: undefined, service: undefined };
await changeLetters(
  journalDir!,
  systemClock,
  (hold) =>
    replayLetters({
      journalDir: journalDir!,
      selection: everything,
      hold,
      signal: new AbortController().signal,
      onStep,
      onProgress: () => {},
      stepLettersMax: 5,
    }),
  onStep,
);
