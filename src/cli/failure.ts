/** What a command that failed says, and with which code it ends. */

import { DragonlogError, messageOf } from "../system/errors.js";
import { CommanderError } from "./vendored/commander.js";

const NOT_DONE = 1;
const WRONG_USAGE = 2;
/** POSIX, Shell Command Language, 2.8.2: found but not executable, and not found. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
/** In the package: what each code means, and what to do. */
const TROUBLESHOOTING = "docs/troubleshooting.md";

export interface Failure {
  readonly exitCode: number;
  /** Lines for stderr; empty where all is said already. */
  readonly text: string;
  /** The same for programs; undefined where nothing is to be said. */
  readonly error?: { readonly code?: string; readonly message: string; readonly hint?: string };
}

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof CommanderError) return usageFailure(thrown);
  if (thrown instanceof DragonlogError) return told(thrown, exitCodeOf(thrown));
  if (isRefusedPath(thrown)) return told(unavailable(thrown), NOT_DONE);
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  const text = `dragonlog: ${stack.split("\n").map(printable).join("\n")}\n`;
  return { exitCode: NOT_DONE, text, error: { message: messageOf(thrown) } };
}

function told(error: DragonlogError, exitCode: number): Failure {
  const { code, message, hint } = error;
  return { exitCode, text: textOf(error), error: { code, message, hint } };
}

type RefusedPath = NodeJS.ErrnoException & { readonly path: string };

/** What the system says of a file or a folder is no defect of ours, and its stack helps nobody. */
function isRefusedPath(thrown: unknown): thrown is RefusedPath {
  const { errno, path } = thrown instanceof Error ? (thrown as NodeJS.ErrnoException) : {};
  return typeof errno === "number" && typeof path === "string";
}

function unavailable(error: RefusedPath): DragonlogError {
  return new DragonlogError(
    "DRAGONLOG_JOURNAL_UNAVAILABLE",
    error.message,
    "Run it as the user that the applications log as, make room, or name another folder with --journal-dir.",
    error,
  );
}

/** Commander throws for --help and --version too, with exit code 0, and after it has printed the help. */
function usageFailure(error: CommanderError): Failure {
  if (error.exitCode === 0) return { exitCode: 0, text: "" };
  if (error.code === "commander.help") return { exitCode: WRONG_USAGE, text: "" };
  // What follows the name of an unknown flag is not repeated: `--smptp=smtp://user:password@host`.
  const [message, suggestion] = error.message
    .replace(/^error: /, "")
    .replace(/^(unknown option '-[^=\n]*)=[\s\S]*?'(?=\n|$)/, "$1'")
    .split("\n");
  const hint = suggestion?.replace(/^\((.*)\)$/, "$1") ?? "See dragonlog --help, or --help of the command.";
  return told(new DragonlogError("DRAGONLOG_USAGE", message!, hint), WRONG_USAGE);
}

function exitCodeOf({ code, cause }: DragonlogError): number {
  switch (code) {
    case "DRAGONLOG_OPTION_INVALID":
    case "DRAGONLOG_OPTION_UNKNOWN":
    case "DRAGONLOG_USAGE":
    case "DRAGONLOG_TOKEN_MISSING":
      return WRONG_USAGE;
    case "DRAGONLOG_COMMAND_NOT_STARTED":
      return (cause as NodeJS.ErrnoException | undefined)?.code === "EACCES" ? NOT_EXECUTABLE : NOT_FOUND;
    default:
      return NOT_DONE;
  }
}

function textOf({ message, hint, code }: DragonlogError): string {
  return `dragonlog: ${printable(message)}\n  ${printable(hint)}\n  ${code} (${TROUBLESHOOTING})\n`;
}

/** Messages repeat what they complain about, and that may be hostile to a terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\uFFFD");
}
