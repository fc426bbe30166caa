/** How a command is defined, and how a definition becomes a command of commander with the flags of its options. */

import { flagOf, variableOf } from "../config/names.js";
import type { ParsedOptions, Scope } from "../config/options.js";
import { loadOptions } from "../config/sources.js";
import type { Io } from "../system/io.js";
import { COMMAND_GROUPS, type FlagDescription, flagsOf } from "./describe.js";
import { type Command, Option as Flag } from "./vendored/commander.js";

export type CommandName = Exclude<Scope, "logger" | "in-app" | "forward">;

/**
 * What SIGINT, SIGTERM and SIGHUP do. `stop`: the first asks the command to end, the second ends it.
 * `finish-input`: the first says that the input is read to its end, the second asks the command to end, the third ends it.
 * `watch`: as `stop`; an output that nobody reads any more ends it in good order, too, and the command sees to that itself.
 * `own`: the command sees to them itself, and to an output that nobody reads any more.
 */
export type SignalPolicy = "stop" | "finish-input" | "watch" | "own";

/** A list of so many flags is read without headings. */
const PLAIN_FLAGS_MAX = 12;

/** What is said of a command, and how it is called: all of it but its flags, which the table of options has. */
export interface CommandText {
  /** One word or two: `dead list` stands below `dead`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** The arguments that are no options, in commander's notation, with spaces between them: `<command...>`. */
  readonly operands?: string;
  /** What may stand for each of the operands in turn, where that is known. */
  readonly operandWords?: readonly (readonly string[])[];
  /** What follows the first operand belongs to it, flags included: `run node --version`. */
  readonly operandsTakeRest?: true;
}

export interface CommandDefinition<N extends CommandName> extends CommandText {
  readonly name: N;
  readonly signals: SignalPolicy;
  /** Resolves with the exit code. */
  readonly run: (options: ParsedOptions<N>, io: Io, operands: readonly string[]) => Promise<number>;
}

/** Gives a command its process: how signals reach it, what it talks through, and whether it reports in JSON. */
export type Perform = (
  signals: SignalPolicy,
  inJson: boolean,
  run: (io: Io) => Promise<number>,
) => Promise<void>;

/** A command without the type of its options, so that all of them stand in one list. */
export interface DefinedCommand {
  readonly text: CommandText;
  readonly register: (program: Command, perform: Perform) => void;
}

export function defineCommand<N extends CommandName>(definition: CommandDefinition<N>): DefinedCommand {
  const register = (program: Command, perform: Perform) => {
    const command = addCommand(program, definition);
    command.action(async () => {
      const flags = Object.entries(command.opts())
        // Commander has a default of its own for a switch that is on, which a variable or the file may yet turn off.
        .filter(([key]) => command.getOptionValueSource(key) !== "default")
        .map(([key, value]) => [key, String(value)]);
      const options = loadOptions(definition.name, Object.fromEntries(flags), {
        env: process.env,
        cwd: process.cwd(),
      });
      const inJson = "json" in options && options.json === true;
      await perform(definition.signals, inJson, (io) => definition.run(options, io, command.args));
    });
  };
  return { text: definition, register };
}

/** A command of commander that says what the text says and takes the flags of its options; without an action yet. */
export function addCommand(program: Command, text: CommandText): Command {
  const command = placeOf(text.name, program)
    .summary(text.summary)
    .description(text.description)
    .addHelpText("after", examplesText(text.examples));
  addFlags(command, flagsOf(text.name));
  for (const operand of text.operands?.split(" ") ?? []) command.argument(operand);
  return text.operandsTakeRest ? command.passThroughOptions() : command;
}

/** Whether a command line asks for a report in JSON, as far as that can be seen before its options are read. */
export function asksForJson(program: Command, words: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const command = words.reduce(
    (parent, word) => parent.commands.find((each) => each.name() === word) ?? parent,
    program,
  );
  const flag = flagOf("json");
  return (
    command.options.some(({ long }) => long === flag) &&
    (words.includes(flag) || env[variableOf("json")] === "true")
  );
}

/** The command of this name; `dead list` stands below `dead`, which lists what stands below it. */
function placeOf(name: string, program: Command): Command {
  const [first, second] = name.split(" ") as [string, string?];
  if (second === undefined) return program.command(first);
  const parent = program.commands.find((command) => command.name() === first);
  const summary = COMMAND_GROUPS[first]!;
  return (parent ?? program.command(first).summary(summary).description(summary)).command(second);
}

/** The flags, under headings where there are so many that nobody would find one. */
function addFlags(command: Command, flags: readonly FlagDescription[]): void {
  for (const { flag, value, text, facts, group, repeatable } of flags) {
    // Commander takes what stands in the first brackets for the value's name.
    const name = value === undefined ? flag : `${flag} <${value.replace(/[<>]/g, "")}>`;
    const option = new Flag(name, `${text} (${facts.join("; ")})`);
    if (repeatable) option.argParser(joined);
    command.addOption(flags.length > PLAIN_FLAGS_MAX ? option.helpGroup(`${group}:`) : option);
  }
}

/** A flag that is repeated, as its variable is written. */
function joined(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}

function examplesText(examples: readonly (readonly [command: string, what: string])[]): string {
  const lines = examples.map(([command, what]) => `  ${command}\n      ${what}`);
  return `\nExamples:\n${lines.join("\n")}`;
}
