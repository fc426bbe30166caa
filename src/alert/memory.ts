/**
 * What has to be remembered between processes, so that `ship --once` from cron is no storm either: one file for all
 * shippers of a folder, 0600, replaced atomically.
 *
 *     {"version":1,
 *      "sentAtMs":{topic: ms},                     when a topic was last told of
 *      "open":{topic: {"sinceMs","told","places"}},  outages that people were told of, so many times, without their end
 *      "gathered":{topic: notice},                 what was gathered when the process ended
 *      "unsent":{channel: {topic: notice}}}        what a channel had not taken by then
 *
 * A file that is missing or makes no sense counts as: nothing was told yet. Two shippers that write at the same moment cost
 * one mail more or less; there is no lock to wait for. Where the file cannot be written, this process remembers by itself.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { threadId } from "node:worker_threads";
import { messageOf as textOf } from "../system/errors.js";
import type { ChannelName } from "./channel.js";
import type { Notice, Topic } from "./notice.js";

const VERSION = 1;
const FILE_MODE = 0o600;

export interface OpenOutage {
  readonly sinceMs: number;
  readonly told: number;
  /** Where it was met, as in a notice. */
  readonly places: readonly string[];
}

export interface Remembered {
  readonly sentAtMs: Record<Topic, number>;
  readonly open: Record<Topic, OpenOutage>;
  readonly gathered: Record<Topic, Notice>;
  readonly unsent: Partial<Record<ChannelName, Record<Topic, Notice>>>;
}

export class AlertMemory {
  readonly #path: string | undefined;
  readonly #onFailure: (message: string) => void;
  #own = nothing();
  /** Whether `#own` is newer than the file. */
  #alone: boolean;

  /** Without a path it lasts as long as the process. */
  constructor(path: string | undefined, onFailure: (message: string) => void) {
    this.#path = path;
    this.#onFailure = onFailure;
    this.#alone = path === undefined;
  }

  read(): Remembered {
    return this.#alone || this.#path === undefined ? this.#own : readFile(this.#path);
  }

  /** Returns whether a later process will know. */
  change(edit: (remembered: Remembered) => void): boolean {
    this.#own = structuredClone(this.read());
    edit(this.#own);
    if (this.#path === undefined) return false;
    try {
      replaceFile(this.#path, JSON.stringify({ version: VERSION, ...this.#own }));
      this.#alone = false;
    } catch (error) {
      if (!this.#alone) this.#onFailure(`what was told cannot be written down: ${textOf(error)}`);
      this.#alone = true;
    }
    return !this.#alone;
  }
}

function nothing(): Remembered {
  return { sentAtMs: {}, open: {}, gathered: {}, unsent: {} };
}

function readFile(path: string): Remembered {
  try {
    const { version, ...remembered } = JSON.parse(readFileSync(path, "utf8"));
    return version === VERSION && isRemembered(remembered) ? remembered : nothing();
  } catch {
    return nothing();
  }
}

function replaceFile(path: string, text: string): void {
  // Shippers in threads of one process share the file.
  const temporary = `${path}.${process.pid}-${threadId}.tmp`;
  try {
    writeFileSync(temporary, `${text}\n`, { mode: FILE_MODE });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function isRemembered(value: Record<string, unknown>): value is Record<string, unknown> & Remembered {
  const { sentAtMs, open, gathered, unsent } = value;
  return (
    holds(sentAtMs, Number.isFinite) &&
    holds(open, isOpenOutage) &&
    holds(gathered, isNotice) &&
    holds(unsent, (notices) => holds(notices, isNotice))
  );
}

function holds(value: unknown, isRight: (entry: unknown) => boolean): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(isRight);
}

function isOpenOutage(value: unknown): value is OpenOutage {
  const { sinceMs, told, places } = (value ?? {}) as Partial<OpenOutage>;
  return Number.isFinite(sinceMs) && Number.isFinite(told) && Array.isArray(places);
}

/** As far as a notice can harm this process; what stands in its alert only becomes text. */
function isNotice(value: unknown): value is Notice {
  const { alert, times, firstAtMs, lastAtMs, places } = (value ?? {}) as Partial<Notice>;
  return (
    typeof alert?.kind === "string" &&
    [times, firstAtMs, lastAtMs].every(Number.isSafeInteger) &&
    Array.isArray(places)
  );
}
