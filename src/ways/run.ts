/**
 * Runs a command and records what it prints, while it looks from outside as if the command ran alone: its output
 * is passed on, signals reach it, and its exit code is ours.
 *
 *     starting ──spawned──► running ──exited──► emptying ──output closed──► done
 *        └─► DRAGONLOG_COMMAND_NOT_STARTED
 *
 * Children of the command may hold its output open after it has exited; their lines are recorded too. A signal
 * in that state ends the waiting.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { isatty } from "node:tty";
import type { ParsedOptions } from "../config/options.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import type { Io } from "../system/io.js";
import type { LineRecorder } from "./line-recorder.js";
import { flushAndAccount, openLogger, openRecorder, type RecordLogger } from "./recording.js";

type Child = ChildProcessByStdio<null, Readable, Readable>;

const STDIN_FD = 0;
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Shells report death by signal n as 128 + n: POSIX, Shell Command Language, 2.8.2. */
const SIGNAL_EXIT_BASE = 128;

export function run(options: ParsedOptions<"run">, command: readonly string[], io: Io): Promise<number> {
  return runInto(openLogger(options), options, command, io);
}

/**
 * Resolves with the command's exit code, whatever became of its lines: these are told on stderr. Throws
 * DRAGONLOG_COMMAND_NOT_STARTED and DRAGONLOG_OPTION_INVALID.
 */
export async function runInto(
  logger: RecordLogger,
  options: ParsedOptions<"run">,
  command: readonly string[],
  io: Pick<Io, "stdout" | "stderr">,
): Promise<number> {
  let stopForwarding: (() => void) | undefined;
  try {
    const out = openRecorder(logger, options, { type: "INFO", records: false, stream: "stdout" });
    const err = openRecorder(logger, options, { type: "ERROR", records: false, stream: "stderr" });
    const child = await start(command);
    stopForwarding = forwardSignals(child);
    // Listened for from the start: the command may be gone before its output has been read.
    const closed = once(child, "close") as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
    await Promise.all([
      follow(child.stdout, out, options.quiet ? undefined : io.stdout),
      follow(child.stderr, err, options.quiet ? undefined : io.stderr),
    ]);
    const [code, signal] = await closed;
    const { sentences } = await flushAndAccount(logger, [out, err]);
    for (const sentence of sentences) io.stderr.write(`dragonlog run: ${sentence}\n`);
    return signal ? SIGNAL_EXIT_BASE + constants.signals[signal] : code!;
  } finally {
    await logger.close();
    // Last: an impatient signal must not end this process before the command's exit code is passed on.
    stopForwarding?.();
  }
}

async function start([file, ...args]: readonly string[]): Promise<Child> {
  try {
    const child = spawn(file!, args, { stdio: ["inherit", "pipe", "pipe"] });
    await once(child, "spawn");
    return child;
  } catch (error) {
    throw new DragonlogError(
      "DRAGONLOG_COMMAND_NOT_STARTED",
      `${file} cannot be started: ${messageOf(error)}`,
      "Check the name, the PATH, and that the file may be executed.",
      error,
    );
  }
}

/** Records first: what is passed on and read by people is then safe already. */
async function follow(output: Readable, recorder: LineRecorder, target: Writable | undefined): Promise<void> {
  let open = target !== undefined;
  // A reader of ours that goes away, such as `head`, ends the passing on and not the command.
  const onError = () => {
    open = false;
  };
  target?.on("error", onError);
  try {
    for await (const chunk of output) {
      recorder.push(chunk as Buffer);
      if (target && open && !target.write(chunk)) await once(target, "drain").catch(onError);
    }
  } catch (error) {
    // Destroyed by a signal while it was being emptied: the wait is over, see `forwardSignals`.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  } finally {
    recorder.end();
    target?.off("error", onError);
  }
}

/** A terminal sends SIGINT to the command itself, as to every process in its foreground; it must not come twice. */
function forwardSignals(child: Child): () => void {
  // Asked of the descriptor: touching process.stdin would make the file that the command inherits non-blocking.
  const fromTerminal = isatty(STDIN_FD);
  const forward = (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      child.stdout.destroy();
      child.stderr.destroy();
    } else if (signal !== "SIGINT" || !fromTerminal) {
      child.kill(signal);
    }
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}
