/** What `dragonlog ship` would do here: the options that `init` writes down and `doctor` checks. */
import { DestinationTemplate } from "../batch/template.js";
import { parseStoreUrl } from "../buffer/redis/store-url.js";
import type { ParsedOptions } from "../config/options.js";
import { loadOptions, type Surroundings } from "../config/sources.js";
import { parseCloudWatchOptions } from "../sink/cloudwatch/options.js";
import { refuseValue } from "../system/refusal.js";

/** Those of `init` are among them. */
export type ShipOptions = Omit<ParsedOptions<"ship">, "once" | "json">;

/** `given` stands over what the file and the variables say. */
export function shipOptions(given: ParsedOptions<"init">, surroundings: Surroundings): ShipOptions {
  const { config } = given;
  return { ...loadOptions("ship", config === undefined ? {} : { config }, surroundings), ...given };
}

/** Throws what `ship` would refuse these for, as far as that can be seen without a network. */
export function checkShipping({
  group,
  stream,
  to,
  region,
  endpoint,
  exactlyOnce,
  buffer,
}: ShipOptions): void {
  new DestinationTemplate(group, stream);
  if (buffer.kind === "redis") {
    parseStoreUrl(buffer.url, "buffer");
  }
  if (to.kind === "cloudwatch") {
    parseCloudWatchOptions({
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
    });
  } else if (to.kind === "stdout" && exactlyOnce === "verify") {
    throw refuseValue("exactlyOnce", "verify", "off, for stdout cannot be looked at afterwards");
  }
}
