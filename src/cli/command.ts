/** How a command is defined, and how a definition becomes a command of commander with the flags of its options. */
import { type Command, Option as Flag } from "commander";
import { OPTION_GROUPS } from "../config/groups.js";
import { flagOf, variableOf } from "../config/names.js";
import { type Option, type OptionKey, optionsIn, type ParsedOptions, type Scope } from "../config/options.js";
import { accepted } from "../config/read-value.js";
import { loadOptions } from "../config/sources.js";
import type { Io } from "../system/io.js";

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

/** What commands of two words have in common. */
const GROUPS: Readonly<Record<string, string>> = {
  dead: "look into dead letters, send them again or drop them",
  alert: "what people are told of, and whether it reaches them",
};

export interface CommandDefinition<N extends CommandName> {
  readonly name: N;
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** The arguments that are no options, in commander's notation, with spaces between them: `<command...>`. */
  readonly operands?: string;
  /** What follows the first operand belongs to it, flags included: `run node --version`. */
  readonly operandsTakeRest?: true;
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

/** A command without its type, so that commands of different options stand in one list. */
export type Register = (program: Command, perform: Perform) => void;

export function defineCommand<N extends CommandName>(definition: CommandDefinition<N>): Register {
  return (program, perform) => {
    const command = placeOf(definition.name, program)
      .summary(definition.summary)
      .description(definition.description)
      .addHelpText("after", examplesText(definition.examples));
    addFlags(command, optionsIn(definition.name));
    for (const operand of definition.operands?.split(" ") ?? []) command.argument(operand);
    if (definition.operandsTakeRest) command.passThroughOptions();
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
function placeOf(name: CommandName, program: Command): Command {
  const [first, second] = name.split(" ") as [string, string?];
  if (second === undefined) return program.command(first);
  const parent = program.commands.find((command) => command.name() === first);
  return (parent ?? program.command(first).summary(GROUPS[first]!).description(GROUPS[first]!)).command(
    second,
  );
}

/** The flags, under headings where there are so many that nobody would find one. */
function addFlags(command: Command, options: readonly [OptionKey, Option][]): void {
  for (const { title, keys } of OPTION_GROUPS) {
    for (const [key, option] of options.filter(([candidate]) => keys.includes(candidate))) {
      const flag = new Flag(flagText(key, option), helpText(key, option));
      if (option.kind === "names" || option.kind === "rates") flag.argParser(joined);
      command.addOption(options.length > PLAIN_FLAGS_MAX ? flag.helpGroup(`${title}:`) : flag);
    }
  }
}

function flagText(key: OptionKey, option: Option): string {
  const form = "form" in option ? option.form : option.kind === "choice" ? "choice" : option.kind;
  if (option.kind !== "boolean") return `${flagOf(key)} <${form.replace(/[<>]/g, "")}>`;
  return option.default ? flagOf(key).replace(/^--/, "--no-") : flagOf(key);
}

/** A flag that is repeated, as its variable is written. */
function joined(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}

function helpText(key: OptionKey, option: Option): string {
  const facts = [
    ...(option.kind === "boolean" || option.kind === "text" ? [] : [accepted(option)]),
    ...(typeof option.default === "string" || typeof option.default === "number"
      ? [`default ${option.default}`]
      : []),
    variableOf(key),
  ];
  return `${option.doc} (${facts.join("; ")})`;
}

function examplesText(examples: readonly (readonly [command: string, what: string])[]): string {
  const lines = examples.map(([command, what]) => `  ${command}\n      ${what}`);
  return `\nExamples:\n${lines.join("\n")}`;
}
