#!/usr/bin/env node
/** The bin: one process, one command, one exit code. */
import type { Io } from "../system/io.js";
import { asksForJson, type Perform } from "./command.js";
import { failureOf } from "./failure.js";
import { createProgram } from "./program.js";
import { stopSignal } from "./signals.js";

const perform: Perform = async (signals, json, run) => {
  inJson = json;
  // A reader that has gone away, such as `head`, wants no more and no complaint.
  if (signals === "stop" || signals === "finish-input") process.stdout.on("error", endOnBrokenPipe);
  const io: Io = {
    // Not touched before it is needed: a command that is run inherits it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signal: stopSignal(signals, process.stderr),
  };
  process.exitCode = await run(io);
};

function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(1);
}

process.stderr.on("error", () => {
  // Nobody reads the complaints; there is nowhere left to complain.
});
process.stdout.on("error", () => {
  // Commands that outlive their reader see to it themselves; the others have `endOnBrokenPipe`.
});

const program = createProgram(perform);
/** Whoever reads a report in JSON gets a failure in it too. */
let inJson = asksForJson(program, process.argv.slice(2), process.env);
try {
  await program.parseAsync();
} catch (thrown) {
  const { exitCode, text, error } = failureOf(thrown);
  process.exitCode = exitCode;
  process.stderr.write(text);
  if (inJson && error !== undefined) process.stdout.write(`${JSON.stringify({ error })}\n`);
}

// Whatever a command may have left open, such as a connection kept alive, does not keep the process.
await new Promise((resolve) => process.stdout.write("", resolve));
process.exit();
