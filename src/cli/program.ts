import { packageVersion } from "../system/package-version.js";
import { alertTest } from "./alert-test.js";
import { audit } from "./audit.js";
import type { DefinedCommand, Perform } from "./command.js";
import { completion } from "./completion.js";
import { deadDrop } from "./dead-drop.js";
import { deadExport } from "./dead-export.js";
import { deadList } from "./dead-list.js";
import { deadReplay } from "./dead-replay.js";
import { deadShow } from "./dead-show.js";
import { demo } from "./demo.js";
import { doctor } from "./doctor.js";
import { fakeCloud } from "./fake-cloud.js";
import { flush } from "./flush.js";
import { init } from "./init.js";
import { level } from "./level.js";
import { pipe } from "./pipe.js";
import { run } from "./run.js";
import { ship } from "./ship.js";
import { status } from "./status.js";
import { tail } from "./tail.js";
import { Command } from "./vendored/commander.js";

/** All commands, in the order of `--help`. */
export const COMMANDS: readonly DefinedCommand[] = [
  demo,
  ship,
  run,
  pipe,
  tail,
  status,
  level,
  flush,
  audit,
  init,
  doctor,
  deadList,
  deadShow,
  deadReplay,
  deadExport,
  deadDrop,
  fakeCloud,
  alertTest,
  completion,
];

/** Parsing throws commander's CommanderError instead of ending the process, for --help too. */
export function createProgram(perform: Perform): Command {
  const program = new Command("dragonlog")
    .description("The log pipeline for services that may not wait for their logs and may not lose them.")
    .version(packageVersion(), "--version", "print the version")
    .helpOption("--help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .exitOverride()
    // Errors are printed in one place and one form, see failure.ts.
    .configureOutput({ outputError: () => undefined });
  for (const { register } of COMMANDS) register(program, perform);
  return program;
}
