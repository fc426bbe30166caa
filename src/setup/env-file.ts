/**
 * The variables that hold secrets, in a file of its own that only its owner can read: what systemd reads by EnvironmentFile=
 * (systemd.exec(5)), and a shell by `.`.
 */

import { parseStoreUrl } from "../buffer/redis/store-url.js";
import { variableOf } from "../config/names.js";
import type { ShipOptions } from "./ship-options.js";
import type { NewFile } from "./write-files.js";

export const ENV_FILE = "dragonlog-ship.env";

/** The URL of the store where it holds a password, which must not stand where others can read it. */
export function secretUrl({ buffer }: Pick<ShipOptions, "buffer">): string | undefined {
  return buffer.kind === "redis" && parseStoreUrl(buffer.url, "buffer").password !== undefined
    ? buffer.url
    : undefined;
}

/** Undefined where there is nothing to hide. */
export function envFile(options: ShipOptions): NewFile | undefined {
  const url = secretUrl(options);
  if (url === undefined) {
    return undefined;
  }
  const text =
    "# Holds a password. For systemd, and for a shell: set -a; . ./dragonlog-ship.env; set +a\n" +
    `${variableOf("buffer")}='${encoded(url)}'\n`;
  return { name: ENV_FILE, text, secret: true };
}

/** Whatever could mean something to a shell, to systemd or to a line is percent-encoded, which the URL's reader undoes. */
function encoded(url: string): string {
  return url.replace(/[^\w.~%:@/?#,+\-[\]!*()&=;$]/gu, (char) =>
    encodeURIComponent(char).replace(/'/g, "%27"),
  );
}
