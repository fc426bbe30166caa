/** The places outside of code where options are set: flags over variables over dragonlog.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DragonlogError, messageOf } from "../system/errors.js";
import { withoutComments } from "./json-comments.js";
import { jsonFaultAt } from "./json-fault.js";
import { flagOf, nearest, VARIABLE_PREFIX, variableOf } from "./names.js";
import { OPTIONS, type OptionKey, type ParsedOptions, type Scope } from "./options.js";
import { codeLayer, type Layer, resolveOptions } from "./parse.js";

const FILE_NAME = "dragonlog.json";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where dragonlog.json is looked for. */
  readonly cwd: string;
}

/**
 * The options of a command. `flags` are by key, as text; a switch is `true` as text.
 *
 * Throws what `parseOptions` throws, and DRAGONLOG_OPTION_INVALID for a file that cannot be read or is not JSON.
 */
export function loadOptions<S extends Scope>(
  scope: S,
  flags: Readonly<Record<string, string>>,
  { env, cwd }: Surroundings,
): ParsedOptions<S> {
  const flagLayer: Layer = { values: flags, form: "text", nameOf: flagOf, shared: false };
  const variables = variableLayer(env);
  const named = flags.config ?? variables.values.config;
  const file =
    typeof named === "string" ? fileLayer(named) : fileLayer(join(cwd, FILE_NAME), "may be missing");
  return resolveOptions(scope, file ? [flagLayer, variables, file] : [flagLayer, variables]);
}

/**
 * The options of a call in code, over variables; `source` names the call in messages, and `alsoNamed` what it takes
 * besides, for the suggestion that follows a slip. An application that logs has no
 * use for a file in its working directory, which is a service's own business.
 *
 * Throws what `parseOptions` throws.
 */
export function loadCodeOptions<S extends Scope>(
  scope: S,
  input: unknown,
  source: string,
  env: NodeJS.ProcessEnv,
  alsoNamed: readonly string[] = [],
): ParsedOptions<S> {
  return resolveOptions(scope, [codeLayer(input, source, alsoNamed), variableLayer(env)]);
}

/** A variable that is empty counts as not set: `DRAGONLOG_REGION=` is how many tools write "none". */
function variableLayer(env: NodeJS.ProcessEnv): Layer {
  const keys = new Map(Object.keys(OPTIONS).map((key) => [variableOf(key), key as OptionKey]));
  const values: Partial<Record<OptionKey, string>> = {};
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || !value) continue;
    const key = keys.get(variable);
    if (!key) throw unknownVariable(variable, [...keys.keys()]);
    values[key] = value;
  }
  return { values, form: "text", nameOf: variableOf, shared: true };
}

function fileLayer(path: string, missing?: "may be missing"): Layer | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    if (missing && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const hint = "Name a file that exists and may be read, or leave --config out.";
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      `${path} cannot be read: ${messageOf(error)}`,
      hint,
      error,
    );
  }
  const values = parseFile(text, path);
  if ("config" in values) {
    const message = `config cannot stand in ${path}: a file does not name another one`;
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      message,
      `Use ${flagOf("config")} or ${variableOf("config")}.`,
    );
  }
  return { values, form: "typed", nameOf: (key) => `${key} in ${path}`, shared: true };
}

function parseFile(text: string, path: string): Record<string, unknown> {
  const faultAt = jsonFaultAt(text);
  if (faultAt !== undefined) {
    const before = text.slice(0, faultAt).split("\n");
    const place = `${path}, line ${before.length}, column ${before.at(-1)!.length + 1}`;
    const hint = "Mend the JSON there: names and texts in double quotes, a comma between entries.";
    throw new DragonlogError("DRAGONLOG_OPTION_INVALID", `${place}: this is not JSON`, hint);
  }
  const values: unknown = JSON.parse(withoutComments(text));
  if (typeof values === "object" && values !== null && !Array.isArray(values)) {
    return values as Record<string, unknown>;
  }
  const hint = 'Write an object of options, such as { "interval": "30s" }.';
  throw new DragonlogError("DRAGONLOG_OPTION_INVALID", `${path} does not hold an object`, hint);
}

function unknownVariable(variable: string, known: readonly string[]): DragonlogError {
  // Without the prefix: what all variables share says nothing about which one was meant.
  const bare = (name: string) => name.slice(VARIABLE_PREFIX.length);
  const suggestion = nearest(bare(variable), known.map(bare));
  return new DragonlogError(
    "DRAGONLOG_OPTION_UNKNOWN",
    `${variable} is no option of dragonlog`,
    suggestion ? `Did you mean ${VARIABLE_PREFIX}${suggestion}?` : `There are: ${known.join(", ")}.`,
  );
}
