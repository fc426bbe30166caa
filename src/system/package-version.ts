import { readFileSync } from "node:fs";

let version: string | undefined;

/** The version of this package. Read once. */
export function packageVersion(): string {
  const path = new URL("../../../package.json", import.meta.url);
  version ??= (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  return version;
}
