/**
 * Loaded into every Node.js process that a page starts, beside its own code:
 * - What listens on a port that is named does so on the page's own loopback address, so that pages with the same ports do not meet.
 * - What runs until it is stopped says when it has begun to work, and in the foreground is then stopped as by Ctrl-C.
 */
import { fstatSync, writeFileSync } from "node:fs";
import { type ListenOptions, Server } from "node:net";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";

const { PAGE_ADDRESS, PAGE_LIFE, PAGE_KEEPS_RUNNING } = process.env;

const LOCAL = [undefined, "", "0.0.0.0", "::", "127.0.0.1", "::1", "localhost"];
const here = (host: unknown): unknown => (LOCAL.includes(host as string) ? PAGE_ADDRESS : host);

const [, main = "", ...words] = process.argv;
const isDragonlog = main.endsWith("/src/cli/main.js");

const listen = Server.prototype.listen as (this: Server, ...args: unknown[]) => Server;
Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
  const [first, second] = args;
  if (typeof first === "object" && first !== null && Number((first as ListenOptions).port) > 0) {
    args[0] = { ...first, host: here((first as ListenOptions).host) };
  } else if (Number(first) > 0) {
    args.splice(1, typeof second === "string" ? 1 : 0, here(typeof second === "string" ? second : undefined));
  }
  if (!isDragonlog) this.once("listening", () => live("SIGTERM"));
  return listen.apply(this, args);
};

/** What a command that runs until it is stopped prints when it works; the first that it prints, mostly. */
const LONG: Readonly<Record<string, (words: readonly string[]) => RegExp | undefined>> = {
  ship: (given) =>
    given.includes("--once")
      ? undefined
      : given.includes("none")
        ? /\n/
        : /: page at |: no page for now|as a standby/,
  tail: (given) => (given.includes("--no-follow") ? undefined : /follows /),
  status: (given) => (given.includes("--watch") ? /\n/ : undefined),
  "fake-cloud": () => /\n/,
  demo: (given) => (given.includes("--stay") ? /Ctrl-C/ : undefined),
};

/** Background jobs of a shell have nothing as their input; what the reader types at has a file here. */
function isForeground(): boolean {
  try {
    return fstatSync(0).isFile();
  } catch {
    return false;
  }
}

let lives = false;

export function live(stopBy: NodeJS.Signals): void {
  if (lives || !isMainThread) return;
  lives = true;
  writeFileSync(join(PAGE_LIFE!, String(process.pid)), "");
  if (!PAGE_KEEPS_RUNNING && isForeground()) setImmediate(() => process.kill(process.pid, stopBy));
}

const life = isDragonlog && isMainThread && !words.includes("--help") ? LONG[words[0]!]?.(words) : undefined;
if (life) {
  // It says that it follows to a terminal only.
  if (words[0] === "tail") Object.defineProperty(process.stderr, "isTTY", { value: true });
  let said = "";
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write;
    stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
      if (!lives) said += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      if (life.test(said)) live("SIGINT");
      return write.call(stream, chunk, ...rest);
    }) as typeof write;
  }
}
