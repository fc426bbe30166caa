/** The options that name a place: where journals live, what buffers, where records go. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { DragonlogError } from "../system/errors.js";
import { refuseSecret, refuseValue } from "../system/refusal.js";
import { parseDuration } from "../system/units.js";

/** A buffer, understood. `dir` is the folder that holds one journal for each writer. */
export type BufferPlace =
  | { readonly kind: "journal"; readonly dir: string }
  /** A store behind the journals, which keep what it takes until that is delivered. `url` may hold a password. */
  | { readonly kind: "redis"; readonly dir: string; readonly url: string };

const BUFFER_FORMS =
  "journal:<dir>, redis://host[:port], redis+sentinel://host,…/master or redis+cluster://host,…; rediss for TLS";

/** Where records are delivered, understood. */
export type SinkPlace =
  | { readonly kind: "cloudwatch" }
  | { readonly kind: "directory"; readonly dir: string }
  | { readonly kind: "stdout" };

/** An address to listen on; port 0 takes any free one. Undefined for not at all. */
export type ListenPlace = { readonly host: string; readonly port: number } | undefined;

const TOKEN_CHARACTERS_MIN = 16;
/** A salt that could be guessed would be none. */
const SALT_CHARACTERS_MIN = 16;

/**
 * The folder for state that is worth keeping over restarts but is no document of the user's:
 * $XDG_STATE_HOME, see https://specifications.freedesktop.org/basedir-spec/latest/, which also says that a relative
 * path in the variable is to be ignored. macOS has a folder of its own for it.
 */
export function defaultJournalDir(): string {
  if (process.platform === "darwin") {
    return join(home(), "Library", "Application Support", "dragonlog", "journal");
  }
  const named = process.env.XDG_STATE_HOME ?? "";
  const state = isAbsolute(named) ? named : join(home(), ".local", "state");
  return join(state, "dragonlog", "journal");
}

/** A user that no one has told the system of, as in many containers, has none. */
function home(): string {
  try {
    return homedir();
  } catch (error) {
    throw new DragonlogError(
      "DRAGONLOG_OPTION_INVALID",
      "journalDir is missing: this user has no home folder that it could be in",
      "Set journalDir, or DRAGONLOG_JOURNAL_DIR, to a folder that outlives the process.",
      error,
    );
  }
}

/**
 * A store's URL is taken apart where it is used, see buffer/redis/store-url.ts, and the folder of its journals is for
 * `withJournals` to say. Errors do not show what may hold a password.
 */
export function bufferAt(text: string, name: string): BufferPlace {
  const dir = after("journal:", text);
  if (dir) return { kind: "journal", dir };
  if (/^rediss?(\+(sentinel|cluster))?:\/\/./.test(text)) return { kind: "redis", dir: "", url: text };
  if (/^memory:/.test(text)) {
    throw refuseValue(
      name,
      text,
      `${BUFFER_FORMS}; memory: exists only inside an application, not in this version`,
    );
  }
  throw text.includes("@") ? refuseSecret(name, BUFFER_FORMS) : refuseValue(name, text, BUFFER_FORMS);
}

/** The journals of a store lie in `journalDir`. */
export function withJournals(buffer: BufferPlace, journalDir: string): BufferPlace {
  return buffer.kind === "redis" ? { ...buffer, dir: journalDir } : buffer;
}

export function sinkAt(text: string, name: string): SinkPlace {
  if (text === "cloudwatch" || text === "stdout") return { kind: text };
  const dir = after("directory:", text);
  if (dir) return { kind: "directory", dir };
  throw refuseValue(name, text, "cloudwatch, directory:<dir> or stdout");
}

/** The port alone stands for the loopback address. */
export function listenAt(text: string, name: string): ListenPlace {
  if (text === "none") return undefined;
  const [, host = "127.0.0.1", port] = /^(?:([\d.]+|localhost|\[[\da-f:.]+\]):)?(\d{1,5})$/i.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw refuseValue(
      name,
      text,
      "an address and a port, such as 127.0.0.1:8001 or [::]:8001, a port, or none",
    );
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

/** What would be accepted as a salt, where the text is none. */
export function checkSalt(text: string): string | undefined {
  return text.length >= SALT_CHARACTERS_MIN
    ? undefined
    : `a random text of at least ${SALT_CHARACTERS_MIN} characters, such as \`openssl rand -hex 24\` prints`;
}

/** What would be accepted as a token, where the text is none. Says nothing of the text. */
export function checkToken(text: string): string | undefined {
  return text.length >= TOKEN_CHARACTERS_MIN && /^[\x21-\x7e]+$/.test(text)
    ? undefined
    : `at least ${TOKEN_CHARACTERS_MIN} letters, digits and signs of ASCII without spaces, such as \`openssl rand -hex 24\` prints`;
}

/** What would be accepted as an endpoint, where the text is none. */
export function checkEndpoint(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? undefined : "a URL that begins with http:// or https://";
}

/** What would be accepted as a mail server, where the text is none. Says nothing of the text, which holds a password. */
export function checkSmtp(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^smtps?:$/.test(url.protocol) && url.hostname
    ? undefined
    : "smtp://host:587, smtps://host:465 or smtp://user:password@host, user and password percent-encoded (/ as %2F, # as %23)";
}

/** What would be accepted as a rule for lines that belong together, where the text is none. */
export function checkMultiline(text: string): string | undefined {
  return /^(auto|off|\/.+\/[a-z]*)$/s.test(text)
    ? undefined
    : "auto, off, or a regular expression such as /^\\d{4}-/ that matches the first line of a record";
}

/** What would be accepted as a time to begin at, where the text is none. */
export function checkSince(text: string): string | undefined {
  return sinceMs(text, 0) === undefined
    ? "a duration such as 1h, or a time such as 2026-11-24T08:00:00Z"
    : undefined;
}

/** A duration before `nowMs`, or a point in time, in ms since 1970-01-01 UTC; undefined for other texts. */
export function sinceMs(text: string, nowMs: number): number | undefined {
  if (/^\d+(ms|s|m|h|d)$/.test(text)) return nowMs - parseDuration(text, "since");
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function after(prefix: string, text: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : "";
}
