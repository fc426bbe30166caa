/** Options as they would be written in a file, out of options that were understood. */
import { type Option, type OptionKey, optionsIn } from "../config/options.js";
import type { SinkPlace } from "../config/places.js";
import { NO_NAMES } from "../config/read-value.js";
import { formatDuration, formatSize } from "../system/units.js";
import { secretUrl } from "./env-file.js";
import type { ShipOptions } from "./ship-options.js";

/** `ship` alone takes them, and from the command line: they say what one call is to do. */
const OF_ONE_CALL: readonly OptionKey[] = ["once", "json", "config"];

/** What the options of `ship` say of every call, in the order of the table. */
export function lastingOptions(): [key: OptionKey, option: Option][] {
  return optionsIn("ship").filter(([key]) => !OF_ONE_CALL.includes(key));
}

/** The value as it stands in a file; undefined when it is the default, there is none, or it holds a password. */
export function writtenValue(key: OptionKey, option: Option, options: ShipOptions): unknown {
  if (key === "buffer") {
    return writtenBuffer(options);
  }
  const value = asWritten(option, options[key as keyof ShipOptions]);
  const byDefault = typeof option.default === "function" ? option.default("") : option.default;
  const isDefault =
    value === byDefault || (Array.isArray(value) && value.length === 1 && value[0] === byDefault);
  return isDefault ? undefined : value;
}

function writtenBuffer(options: ShipOptions): string | undefined {
  const { buffer, journalDir } = options;
  if (buffer.kind === "redis") {
    return secretUrl(options) === undefined ? buffer.url : undefined;
  }
  return buffer.dir === journalDir ? undefined : `journal:${buffer.dir}`;
}

export function placeText(place: SinkPlace): string {
  return place.kind === "directory" ? `directory:${place.dir}` : place.kind;
}

function asWritten(option: Option, value: unknown): unknown {
  if (value === undefined) return undefined;
  switch (option.kind) {
    case "duration":
      return formatDuration(value as number);
    case "size":
      return formatSize(value as number);
    case "place":
      return placeText(value as SinkPlace);
    case "names":
      return (value as readonly string[]).length === 0 ? NO_NAMES : value;
    default:
      return value;
  }
}
