/** From the text of `--to` to a sink. */
import { refuseValue } from "../system/refusal.js";
import { openCloudWatch } from "./cloudwatch/cloudwatch.js";
import type { CloudWatchOptions } from "./cloudwatch/options.js";
import { type DirectoryOptions, openDirectory } from "./directory.js";
import type { Sink } from "./sink.js";
import { openStdout } from "./stdout.js";

/** Options of every kind of sink; only those of the one that is opened are looked at. */
export interface SinkOptions {
  readonly cloudwatch?: CloudWatchOptions;
  readonly directory?: DirectoryOptions;
}

const DIRECTORY = "directory:";

/** `to` is `cloudwatch`, `directory:<dir>` or `stdout`. Throws DragonlogError, with the option at fault by name. */
export async function openSink(to: string, options: SinkOptions = {}): Promise<Sink> {
  if (to === "cloudwatch") return openCloudWatch(options.cloudwatch);
  if (to === "stdout") return openStdout();
  if (typeof to === "string" && to.startsWith(DIRECTORY)) {
    return openDirectory(to.slice(DIRECTORY.length), options.directory);
  }
  throw refuseValue("to", to, "cloudwatch, directory:<dir> or stdout");
}
