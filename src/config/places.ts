/** The options that name a place: where journals live, what buffers, where records go. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { refuseValue } from "../system/refusal.js";

/** A buffer, understood. More kinds come with the buffers that serve them. */
export interface BufferPlace {
  readonly kind: "journal";
  /** The folder that holds one journal for each writer. */
  readonly dir: string;
}

/** Where records are delivered, understood. */
export type SinkPlace =
  | { readonly kind: "cloudwatch" }
  | { readonly kind: "directory"; readonly dir: string }
  | { readonly kind: "stdout" };

/**
 * The folder for state that is worth keeping over restarts but is no document of the user's:
 * $XDG_STATE_HOME, see https://specifications.freedesktop.org/basedir-spec/latest/, which also says that a relative
 * path in the variable is to be ignored. macOS has a folder of its own for it.
 */
export function defaultJournalDir(): string {
  if (process.platform === "darwin") {
    return join(homedir(), "Library", "Application Support", "dragonlog", "journal");
  }
  const named = process.env.XDG_STATE_HOME ?? "";
  const state = isAbsolute(named) ? named : join(homedir(), ".local", "state");
  return join(state, "dragonlog", "journal");
}

export function bufferAt(text: string, name: string): BufferPlace {
  const dir = after("journal:", text);
  if (dir) return { kind: "journal", dir };
  if (/^memory:/.test(text)) {
    throw refuseValue(
      name,
      text,
      "journal:<dir>; memory: exists only inside an application, not in this version",
    );
  }
  if (/^rediss?:/.test(text)) {
    throw refuseValue(name, text, "journal:<dir>; redis:// and rediss:// come with a later version");
  }
  throw refuseValue(name, text, "journal:<dir>");
}

export function sinkAt(text: string, name: string): SinkPlace {
  if (text === "cloudwatch" || text === "stdout") return { kind: text };
  const dir = after("directory:", text);
  if (dir) return { kind: "directory", dir };
  throw refuseValue(name, text, "cloudwatch, directory:<dir> or stdout");
}

/** What would be accepted as an endpoint, where the text is none. */
export function checkEndpoint(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? undefined : "a URL that begins with http:// or https://";
}

function after(prefix: string, text: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : "";
}
