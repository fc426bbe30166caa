/**
 * From what was given to options that can be trusted: known, of the right type and within range. Layers are read in
 * full, so that a mistake is refused even where a stronger layer would have hidden it.
 */
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";
import { formatSize } from "../system/units.js";
import { nearest } from "./names.js";
import {
  OPTIONS,
  type Option,
  type OptionKey,
  optionsIn,
  type ParsedOptions,
  type Scope,
} from "./options.js";
import { type BufferPlace, withJournals } from "./places.js";
import { type Form, readValue } from "./read-value.js";

export type { ParsedOptions };

/** One place where options were set. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>>;
  readonly form: Form;
  /** What a key is called there, such as `--journal-dir`. */
  readonly nameOf: (key: string) => string;
  /** True where all commands read the same place, so that an option of another one stands there rightly. */
  readonly shared: boolean;
  /** Further names that are right in this place and are read elsewhere; a slip may have meant one of them. */
  readonly alsoNamed?: readonly string[];
}

/**
 * Options given in code. `source` says where, for messages: `new DragonLogger()`.
 *
 * Throws DRAGONLOG_OPTION_UNKNOWN for a key that does not exist or does not apply, DRAGONLOG_OPTION_INVALID for a value of
 * the wrong type or out of range and for a missing option. An option that is undefined counts as not given.
 */
export function parseOptions<S extends Scope>(scope: S, input: unknown, source: string): ParsedOptions<S> {
  return resolveOptions(scope, [codeLayer(input, source)]);
}

/** The options of a call in code. Throws DRAGONLOG_OPTION_INVALID for an argument that is no object. */
export function codeLayer(input: unknown, source: string, alsoNamed: readonly string[] = []): Layer {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw refuseValue(`the argument of ${source}`, input, "an object of options");
  }
  const nameOf = (key: string) => `${key} of ${source}`;
  return { values: { ...input }, form: "typed", nameOf, shared: false, alsoNamed };
}

/** The options of a scope out of several layers, the strongest first; what no layer sets has its default. */
export function resolveOptions<S extends Scope>(scope: S, layers: readonly Layer[]): ParsedOptions<S> {
  const read = layers.map((layer) => readLayer(scope, layer));
  const resolved: Partial<Record<OptionKey, unknown>> = {};
  for (const [key, option] of optionsIn(scope)) {
    // Given as nothing at all, such as a place that is `none`, is given.
    const layer = read.find((values) => key in values);
    const value = layer ? layer[key] : defaultOf(option, key, resolved);
    if (value !== undefined) resolved[key] = value;
    else if (option.requiredIn?.includes(scope)) throw missing(key, layers);
  }
  // A logger may ship what it keeps in RAM by itself, which only it can tell.
  if (scope !== "logger") checkPlace(resolved, layers);
  checkSizes(resolved, layers);
  if (resolved.buffer !== undefined) {
    resolved.buffer = withJournals(resolved.buffer as BufferPlace, String(resolved.journalDir));
  }
  return resolved as ParsedOptions<S>;
}

function readLayer(scope: Scope, layer: Layer): Partial<Record<OptionKey, unknown>> {
  const known = layer.shared ? (Object.entries(OPTIONS) as [OptionKey, Option][]) : optionsIn(scope);
  const read: Partial<Record<OptionKey, unknown>> = {};
  for (const [given, raw] of Object.entries(layer.values)) {
    const [key, option] = known.find(([candidate]) => candidate === given) ?? [];
    if (!key || !option) {
      const names = known.map(([candidate]) => candidate);
      throw unknownOption(given, layer, [...names, ...(layer.alsoNamed ?? [])]);
    }
    if (raw !== undefined) read[key] = readValue(option, raw, layer.form, layer.nameOf(key));
  }
  return read;
}

function defaultOf(option: Option, key: OptionKey, resolved: Partial<Record<OptionKey, unknown>>): unknown {
  const inRam = resolved.journal === false && "defaultInRam" in option ? option.defaultInRam : undefined;
  const given = inRam ?? option.default;
  if (given === undefined || typeof given === "boolean") return given;
  const raw = typeof given === "function" ? given(String(resolved.journalDir)) : given;
  return readValue(option, raw, "typed", key);
}

function checkPlace(resolved: Partial<Record<OptionKey, unknown>>, layers: readonly Layer[]): void {
  if (resolved.journal === false && (resolved.buffer as BufferPlace).kind !== "redis") {
    const named = layers.find(({ values }) => values.journal !== undefined) ?? layers[0]!;
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      `${named.nameOf("journal")} can be false with a buffer in a store only: without either, records would have no place`,
      'Name a store, such as buffer "redis://host", or keep the journal.',
    );
  }
}

function checkSizes(resolved: Partial<Record<OptionKey, unknown>>, layers: readonly Layer[]): void {
  const { segmentBytes, journalBytesMax } = resolved as { segmentBytes?: number; journalBytesMax?: number };
  if (segmentBytes === undefined || journalBytesMax === undefined) return;
  if (journalBytesMax >= 2 * segmentBytes) return;
  throw refuseValue(
    layers[0]!.nameOf("journalBytesMax"),
    formatSize(journalBytesMax),
    `at least two segments, that is ${formatSize(2 * segmentBytes)} with segments of ${formatSize(segmentBytes)}`,
  );
}

function unknownOption(given: string, layer: Layer, known: readonly string[]): DragonlogError {
  const suggestion = nearest(given, known);
  const elsewhere = Object.hasOwn(OPTIONS, given) ? "is no option here" : "is no option of dragonlog";
  return new DragonlogError(
    "DRAGONLOG_OPTION_UNKNOWN",
    `${layer.nameOf(given)} ${elsewhere}`,
    suggestion
      ? `Did you mean ${layer.form === "text" ? layer.nameOf(suggestion) : suggestion}?`
      : `There are: ${known.join(", ")}.`,
  );
}

function missing(key: OptionKey, layers: readonly Layer[]): DragonlogError {
  const names = layers.map((layer) => layer.nameOf(key));
  return new DragonlogError(
    "DRAGONLOG_OPTION_INVALID",
    `${names[0]} is missing`,
    `Set ${names.join(" or ")}. ${OPTIONS[key].doc}`,
  );
}
