/**
 * The commands and their flags as data: what `--help`, the man page, the pages of the documentation and the completion of
 * shells are made of, so that all of them say the same.
 */
import { OPTION_GROUPS } from "../config/groups.js";
import { flagOf, variableOf } from "../config/names.js";
import { type Option, type OptionKey, optionsIn, type Scope } from "../config/options.js";
import { accepted } from "../config/read-value.js";
import type { CommandText } from "./command.js";

/** What commands of two words have in common. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  dead: "look into dead letters, send them again or drop them",
  alert: "what people are told of, and whether it reaches them",
};

export interface FlagDescription {
  readonly key: OptionKey;
  /** As it is written: `--journal-dir`, and `--no-journal` for a switch that is on by default. */
  readonly flag: string;
  /** What its value is called, such as `dir` or `journal:<dir> | redis://host`; undefined for a switch. */
  readonly value?: string;
  /** The only values that there are, where they can be listed. */
  readonly choices?: readonly string[];
  /** May be given more than once. */
  readonly repeatable: boolean;
  /** What it does, in a sentence or two. */
  readonly text: string;
  /** What it takes, its default and its variable, each in a few words. */
  readonly facts: readonly string[];
  /** The title of the group that it stands in, see config/groups.ts. */
  readonly group: string;
}

export interface CommandDescription extends CommandText {
  /** How it is called: `dragonlog dead show [options] [key...]`. */
  readonly usage: string;
  readonly flags: readonly FlagDescription[];
}

export function describeCommand(text: CommandText): CommandDescription {
  const flags = flagsOf(text.name);
  const usage = [
    "dragonlog",
    text.name,
    ...(flags.length > 0 ? ["[options]"] : []),
    text.operands ?? [],
  ].flat();
  return { ...text, usage: usage.join(" "), flags };
}

/** The flags of a command by its name, group after group; none for a command that takes no options. */
export function flagsOf(name: string): readonly FlagDescription[] {
  const options = optionsIn(name as Scope);
  return OPTION_GROUPS.flatMap(({ title, keys }) =>
    options.filter(([key]) => keys.includes(key)).map(([key, option]) => describeFlag(key, option, title)),
  );
}

function describeFlag(key: OptionKey, option: Option, group: string): FlagDescription {
  const isOn = option.kind === "boolean" && option.default;
  const choices = choicesOf(option);
  return {
    key,
    flag: isOn ? flagOf(key).replace(/^--/, "--no-") : flagOf(key),
    ...(option.kind === "boolean" ? {} : { value: "form" in option ? option.form : option.kind }),
    ...(choices === undefined ? {} : { choices }),
    repeatable: option.kind === "names" || option.kind === "rates",
    text: option.doc,
    facts: factsOf(key, option),
    group,
  };
}

function choicesOf(option: Option): readonly string[] | undefined {
  if (option.kind === "choice") return option.choices;
  return option.kind === "integer" ? option.only?.map(String) : undefined;
}

function factsOf(key: OptionKey, option: Option): string[] {
  const { kind, default: given } = option;
  return [
    ...(kind === "boolean" || kind === "text" ? [] : [accepted(option)]),
    ...(typeof given === "string" || typeof given === "number" ? [`default ${given}`] : []),
    variableOf(key),
  ];
}
