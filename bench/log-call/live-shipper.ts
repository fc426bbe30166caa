import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** Runs `use` while a `dragonlog ship` process empties the journals in `dir` and throws the records away. */
export async function withShipper<T>(dir: string, use: () => Promise<T>): Promise<T> {
  const flags = ["--to", "stdout", "--interval", "10ms", "--listen", "none", "--journal-dir", dir];
  const shipper = spawn(process.execPath, [CLI, "ship", ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(shipper, "exit");
  try {
    // It says on standard error where it ships to.
    await Promise.race([once(shipper.stderr, "data"), ended]);
    if (shipper.exitCode !== null) {
      throw new Error(`dragonlog ship ended with ${shipper.exitCode}`);
    }
    shipper.stderr.resume();
    return await use();
  } finally {
    shipper.kill();
    await ended;
  }
}
