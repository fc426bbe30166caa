/** What can stand where a value is expected, as far as it can be known without looking at records. */
import { OPTIONS } from "../../config/options.js";
import { COMMAND_GROUPS, type CommandDescription, type FlagDescription } from "../describe.js";

export interface Values {
  /** One that ends in a colon goes on with a folder, or with a host. */
  readonly words: readonly string[];
  readonly paths: "files" | "folders" | "none";
}

export function valuesOf({ value, choices }: FlagDescription): Values {
  if (choices !== undefined) return { words: choices, paths: "none" };
  switch (value) {
    case "file":
      return { words: [], paths: "files" };
    case "dir":
      return { words: [], paths: "folders" };
    case "level":
      return { words: OPTIONS.level.choices, paths: "none" };
    default:
      return { words: alternatives(value ?? ""), paths: "none" };
  }
}

/** Of `cloudwatch | directory:<dir> | stdout`: cloudwatch, directory: and stdout. */
function alternatives(form: string): string[] {
  const parts = form.split(" | ");
  if (parts.length === 1) return [];
  return parts.flatMap((part) => /^(\w+:<dir>|\w+:\/\/|\w+$)/.exec(part)?.[0].replace("<dir>", "") ?? []);
}

/** The flags of all commands that have a value, each once: it takes the same wherever it stands. */
export function valuedFlags(commands: readonly CommandDescription[]): FlagDescription[] {
  const flags = commands.flatMap((command) => command.flags).filter(({ value }) => value !== undefined);
  return [...new Map(flags.map((flag) => [flag.flag, flag])).values()];
}

/** What may follow `dragonlog`, with a line on each; the first words of commands of two words once. */
export function firstWords(commands: readonly CommandDescription[]): [word: string, summary: string][] {
  const words = commands.map(({ name, summary }): [string, string] => {
    const [first, second] = name.split(" ") as [string, string?];
    return second === undefined ? [first, summary] : [first, COMMAND_GROUPS[first]!];
  });
  return [...new Map([...words, ["help", "print the help of a command"]]).entries()];
}

/** The second words of the commands of two words, by their first. */
export function secondWords(
  commands: readonly CommandDescription[],
): Map<string, [word: string, summary: string][]> {
  const found = new Map<string, [string, string][]>();
  for (const { name, summary } of commands) {
    const [first, second] = name.split(" ") as [string, string?];
    if (second !== undefined) found.set(first, [...(found.get(first) ?? []), [second, summary]]);
  }
  return found;
}

/** The first sentence, which is what there is room for in a list of candidates. */
export function shortText(text: string): string {
  return /^.*?(?=[.;](\s|$)|$)/.exec(text)![0];
}

/** In single quotes, as bash and zsh read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
