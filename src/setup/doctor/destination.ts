/** Where records go: whether they would arrive there. */
import { resolve } from "node:path";
import type { ParsedOptions } from "../../config/options.js";
import type { Check } from "./check.js";
import { ok } from "./check.js";
import { checkCloud } from "./cloud.js";
import { checkWritable } from "./folder.js";

export async function checkDestination(
  options: ParsedOptions<"doctor">,
  signal: AbortSignal,
): Promise<Check[]> {
  switch (options.to.kind) {
    case "cloudwatch":
      return checkCloud(options, signal);
    case "directory":
      return [checkWritable("destination", resolve(options.to.dir))];
    case "stdout":
      return [ok("destination", "standard output")];
  }
}
