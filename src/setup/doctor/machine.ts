/** What the program runs on, and with which options. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStoreUrl } from "../../buffer/redis/store-url.js";
import type { ParsedOptions } from "../../config/options.js";
import { MAPPER_PACKAGE, openMapper } from "../../system/mapping.js";
import { lastingOptions, writtenValue } from "../written-value.js";
import { type Check, errorText, failed, ok, warning } from "./check.js";

const PACKAGE = new URL("../../../../package.json", import.meta.url);

/** Which file was read, and what it and the variables and flags change. That all of it is valid is known by then. */
export function checkConfig(options: ParsedOptions<"doctor">, cwd: string): Check {
  const file = options.config ?? join(cwd, "dragonlog.json");
  const changed = lastingOptions().flatMap(([key, option]) => {
    if (key === "buffer" && options.buffer.kind === "redis") {
      return [`${key} ${parseStoreUrl(options.buffer.url, key).name}`];
    }
    const value = writtenValue(key, option, options);
    if (value === undefined) return [];
    return option.secret ? [`${key} (not shown)`] : [`${key} ${value}`];
  });
  return ok(
    "config",
    `${existsSync(file) ? file : "no dragonlog.json here"}; ` +
      (changed.length === 0 ? "all options have their defaults" : `not the default: ${changed.join(", ")}`),
  );
}

export function checkNode(version = process.versions.node): Check {
  const { engines } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { engines: { node: string } };
  const needed = engines.node.replace(/^>=/, "");
  return version.localeCompare(needed, "en", { numeric: true }) >= 0
    ? ok("node", `Node ${version} on ${process.platform} ${process.arch}`)
    : failed("node", `Node ${version} is older than ${needed}`, `Install Node ${needed} or later.`);
}

export function checkMapping(): Check {
  try {
    openMapper();
    return ok("memory mapping", "journals are written through memory maps");
  } catch (error) {
    return warning(
      "memory mapping",
      `files cannot be mapped here, so journals are written with write(2), as safe and slower: ${errorText(error)}`,
      `Install dragonlog anew, without omitting what is optional: it brings ${MAPPER_PACKAGE} where there is one.`,
    );
  }
}
