/**
 * Follows all journals of a folder, those that come into being meanwhile among them.
 *
 *     new ──► followed ──writer dead, all read──► passed: only its name is remembered
 *              └─ its folder is gone ──► forgotten; of a writer that lives the seq is remembered, should the folder come back
 *
 * Bounds: a journal whose writer lives, or may, holds one open file, or two; of those whose writer is surely dead,
 * `DEAD_OPEN_MAX` at a time do, in the order in which they were begun. So records are merged by time over all that live and as
 * many of the dead.
 *
 * A journal that comes into being, is delivered and removed between two looks is never seen, and not counted as missed. Of one
 * that was seen, its cursor says how much was delivered that is gone; it is held open, a second file, once there is one.
 */
import { readdirSync } from "node:fs";
import { copyOf, foldersIn, isJournal } from "../../buffer/journal.js";
import { writerOf } from "../../buffer/open-reader.js";
import { requireReadable } from "../../buffer/readable-folder.js";
import { readWriterInfo, type WriterInfo } from "../../journal/folder.js";
import type { StoredRecord } from "../../record/stored-record.js";
import type { Clock } from "../../system/clock.js";
import { ownIdentity } from "../../system/process.js";
import type { Followed, Follower, Start } from "../follower.js";
import { Queue, takeByTime } from "../merge.js";
import { Changes } from "./changes.js";
import { FollowedJournal, isSurelyDead } from "./followed-journal.js";
import { type JournalPlace, startSeq } from "./start-seq.js";

const POLL_MS = 50;
/** Two files each; all who look at a shipper's page may read history at once, in its process. */
const DEAD_OPEN_MAX = 16;
/** Writers whose folder is gone; of more, the first are forgotten. */
const GONE_MAX = 10_000;
/** How often all names are looked at, whatever the folder's time says. */
const NAMES_LOOK_MS = 1000;
/** With more of other names in the folder, they are looked at with all names only. */
const STRANGE_OFTEN_MAX = 100;
/** Of each journal so much is read at a time. */
const READ_BYTES_MIN = 65_536;
/** So many folders are looked at before others have their turn. */
const FOLDERS_A_TURN = 50;

export interface JournalFollowerOptions {
  /** The folder that holds all journals; it may come into being later. */
  readonly dir: string;
  readonly start: Start;
  readonly clock: Clock;
}

interface Feed {
  readonly journal: FollowedJournal;
  readonly queue: Queue;
  readonly dead: boolean;
}

/** A journal whose writer is dead and whose turn has not come. */
interface DeadJournal {
  readonly place: JournalPlace;
  /** Undefined for one that came into being while it was followed: of that every record counts. */
  readonly start: Start | undefined;
  readonly createdAt: number;
}

/**
 * A folder that is no journal: when it changes it may be one. Or one that cannot be read, which may pass without a change of
 * the folder, so that it is tried again with every look at all names.
 */
interface Strange {
  readonly changes: Changes;
  readonly failed: boolean;
  /** What of its records counts is not known for one that cannot be read; of any other every one does. */
  readonly start: Start | undefined;
}

export class JournalFollower implements Follower {
  readonly pollMs = POLL_MS;
  readonly #options: JournalFollowerOptions;
  readonly #changes: Changes;
  /** By folder. */
  readonly #feeds = new Map<string, Feed>();
  #dead: DeadJournal[] = [];
  #deadOpen = 0;
  readonly #strange = new Map<string, Strange>();
  /** Folders of journals that are read to their end, or wait for their turn. */
  readonly #known = new Set<string>();
  /** The next seq of each writer whose folder is gone. */
  readonly #gone = new Map<string, number>();
  #namesLookMs = 0;
  #missed = 0;
  #closed = false;

  private constructor(options: JournalFollowerOptions) {
    this.#options = options;
    this.#changes = new Changes(options.dir, options.clock);
  }

  /** Rejects with DRAGONLOG_JOURNAL_UNAVAILABLE when the folder is there and cannot be read. */
  static async open(options: JournalFollowerOptions): Promise<JournalFollower> {
    const follower = new JournalFollower(options);
    follower.#changes.changed();
    await follower.#lookAtNames(options.start);
    return follower;
  }

  /** Rejects with DRAGONLOG_JOURNAL_UNAVAILABLE when the folder is there and cannot be read. */
  async read(bytesMax: number): Promise<Followed> {
    if (!this.#closed) {
      await this.#look();
    }
    const records: StoredRecord[] = [];
    let bytes = 0;
    const used = new Set<Feed>();
    for (;;) {
      this.#openDead();
      const loaded = this.#load(used, bytesMax);
      if (loaded.length === 0) {
        if (this.#dead.length === 0 || this.#deadOpen === DEAD_OPEN_MAX) break;
        continue;
      }
      bytes = takeByTime(
        loaded.map(({ queue }) => queue),
        records,
        bytes,
        bytesMax,
      );
      if (loaded.every(({ queue }) => queue.head !== undefined)) {
        return { records, missed: this.#takeMissed(), drained: false };
      }
    }
    return { records, missed: this.#takeMissed(), drained: true };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { journal } of this.#feeds.values()) {
      journal.close();
    }
    this.#feeds.clear();
    this.#dead = [];
  }

  /** Fills what is empty. `done`: those that had nothing further in this read. */
  #load(done: Set<Feed>, bytesMax: number): Feed[] {
    const share = Math.max(READ_BYTES_MIN, Math.floor(bytesMax / Math.max(1, this.#feeds.size)));
    const loaded: Feed[] = [];
    for (const [folder, feed] of this.#feeds) {
      const { journal, queue } = feed;
      if (queue.head === undefined && !done.has(feed)) {
        queue.fill(journal.read(Math.min(share, bytesMax)));
        this.#missed += journal.takeMissed();
        if (queue.head === undefined) {
          done.add(feed);
          this.#leave(folder, feed);
        }
      }
      if (queue.head !== undefined) {
        loaded.push(feed);
      }
    }
    return loaded;
  }

  #leave(folder: string, { journal, dead }: Feed): void {
    if (journal.state === "following") {
      return;
    }
    this.#feeds.delete(folder);
    this.#deadOpen -= dead ? 1 : 0;
    if (journal.state === "ended") {
      this.#known.add(folder);
    } else if (!dead) {
      this.#remember(folder, journal.nextSeq);
    }
  }

  #remember(folder: string, nextSeq: number): void {
    this.#gone.set(folder, nextSeq);
    if (this.#gone.size > GONE_MAX) {
      const [first] = this.#gone.keys();
      this.#gone.delete(first!);
    }
  }

  /** New journals. */
  async #look(): Promise<void> {
    const now = this.#options.clock.elapsed();
    if (this.#changes.changed() || now >= this.#namesLookMs) {
      await this.#lookAtNames(undefined);
    } else if (this.#strange.size <= STRANGE_OFTEN_MAX) {
      for (const [folder, { changes, start }] of this.#strange) {
        if (changes.changed()) this.#meet(folder, start);
      }
    }
  }

  async #lookAtNames(start: Start | undefined): Promise<void> {
    this.#namesLookMs = this.#options.clock.elapsed() + NAMES_LOOK_MS;
    const folders = new Set(this.#list());
    if (folders.size === 0 && this.#feeds.size > 0) {
      // It cannot be read now, or all that is followed was removed, which each finds out. Until then what is known stays known.
      return;
    }
    let met = 0;
    for (const folder of folders) {
      const strange = this.#strange.get(folder);
      const isStillStrange = strange?.failed === false && !strange.changes.changed();
      if (this.#feeds.has(folder) || this.#known.has(folder) || isStillStrange) {
        continue;
      }
      this.#meet(folder, strange === undefined ? start : strange.start);
      met += 1;
      if (met % FOLDERS_A_TURN === 0) {
        await this.#options.clock.eventsHandled();
        if (this.#closed) {
          return;
        }
      }
    }
    for (const names of [this.#known, this.#strange]) {
      for (const folder of names.keys()) {
        if (!folders.has(folder)) names.delete(folder);
      }
    }
    this.#dead.sort((a, b) => a.createdAt - b.createdAt);
  }

  #list(): string[] {
    const { dir } = this.#options;
    const folders = foldersIn(dir);
    if (folders.length === 0 && this.#feeds.size === 0) {
      requireReadable(dir);
    }
    return folders;
  }

  /** A folder that is not followed yet. */
  #meet(folder: string, start: Start | undefined): void {
    try {
      if (isJournal(folder)) {
        const info = readWriterInfo(folder);
        if (copyOf(folder, info) === undefined) {
          this.#follow(folder, info, start);
          this.#strange.delete(folder);
          return;
        }
      }
      readdirSync(folder);
      this.#leaveAside(folder, false, undefined);
    } catch {
      // Gone, not to be read by this user, or not now.
      this.#leaveAside(folder, true, { at: "beginning" });
    }
  }

  #leaveAside(folder: string, failed: boolean, start: Start | undefined): void {
    const changes = this.#strange.get(folder)?.changes ?? new Changes(folder, this.#options.clock);
    this.#strange.set(folder, { changes, failed, start });
    changes.changed();
  }

  #follow(folder: string, info: WriterInfo | undefined, start: Start | undefined): void {
    const dead = isSurelyDead(info);
    const restarted = info !== undefined && info.process.boot !== ownIdentity().boot;
    const place = { folder, writer: writerOf(folder, info), restarted };
    if (!dead) {
      this.#add(place, this.#gone.get(folder) ?? seqFor(place, start), false);
      this.#gone.delete(folder);
      return;
    }
    this.#known.add(folder);
    if (start?.at !== "end") {
      this.#dead.push({ place, start, createdAt: info?.createdAt ?? 0 });
    }
  }

  #add(place: JournalPlace, fromSeq: number, dead: boolean): void {
    const { clock } = this.#options;
    const journal = new FollowedJournal({ ...place, fromSeq, writerDead: dead, clock });
    this.#feeds.set(place.folder, { journal, queue: new Queue(), dead });
    this.#deadOpen += dead ? 1 : 0;
  }

  #openDead(): void {
    while (this.#deadOpen < DEAD_OPEN_MAX && this.#dead.length > 0) {
      const { place, start } = this.#dead.shift()!;
      try {
        this.#add(place, this.#gone.get(place.folder) ?? seqFor(place, start), true);
        this.#gone.delete(place.folder);
      } catch {
        // Delivered and removed meanwhile, not to be read by this user, or not now.
        this.#known.delete(place.folder);
        this.#leaveAside(place.folder, true, start);
      }
    }
  }

  #takeMissed(): number {
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }
}

function seqFor(place: JournalPlace, start: Start | undefined): number {
  return start === undefined ? 0 : startSeq(place, start);
}
