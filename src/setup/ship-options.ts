/** What `dragonlog ship` would do here: the options that `init` writes down and `doctor` checks. */
import type { ParsedOptions } from "../config/options.js";
import { loadOptions, type Surroundings } from "../config/sources.js";

/** Those of `init` are among them. */
export type ShipOptions = Omit<ParsedOptions<"ship">, "once" | "json">;

/** `given` stands over what the file and the variables say. */
export function shipOptions(given: ParsedOptions<"init">, surroundings: Surroundings): ShipOptions {
  const { config } = given;
  return { ...loadOptions("ship", config === undefined ? {} : { config }, surroundings), ...given };
}
