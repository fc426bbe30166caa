/** The lines of Node that the package is for. */
import type { TestContext } from "node:test";
import { Application } from "../integration/application.js";

/** The oldest that is supported, to the digit, and the newest of each line after it. */
export const NODES = ["20.19.0", "22", "24"] as const;

/** Where npm keeps a program of this version; undefined, with the reason said, where it cannot be had. */
export async function nodeOf(context: TestContext, version: string): Promise<string | undefined> {
  const app = new Application(context);
  const args = ["--yes", "--prefer-offline", "--package", `node@${version}`, "node", "--print"];
  const { code, signal, stdout, stderr } = await app.run("npx", ...args, "process.execPath");
  if (code === 0) return `${stdout}`.trim();
  context.skip(`Node ${version} cannot be had here: ${signal ?? stderr.split("\n")[0]}`);
  return undefined;
}
