import { join } from "node:path";
import { ownIdentity } from "../system/process.js";
import { createFolder, touchWriterInfo, WRITER_HEARTBEAT_MS, writeWriterInfo } from "./folder.js";
import { Lease } from "./lease.js";
import type { JournalOptions } from "./options.js";

/** A journal's folder as its writer keeps it: made, reserved for its shipper, and signed with `writer.json`. */
export class OwnFolder {
  readonly path: string;
  readonly #options: JournalOptions;
  readonly #createdAt: number;
  readonly #dropped: Readonly<Record<string, number>>;

  /** `dropped` is looked at whenever the folder is signed. */
  constructor(options: JournalOptions, dropped: Readonly<Record<string, number>>) {
    this.path = join(options.root, options.writer);
    this.#options = options;
    this.#createdAt = options.clock.now();
    this.#dropped = dropped;
  }

  /** The lease before `writer.json`, and that before any segment: no shipper comes first, or takes it for a dead writer's. */
  create(): void {
    createFolder(this.path);
    if (this.#options.leaseHolder !== undefined) {
      Lease.acquire(this.path, this.#options.clock.now(), this.#options.leaseHolder);
    }
    this.sign(false);
  }

  sign(closed: boolean): void {
    const { writer, service, shipper, journalBytesMax, aside } = this.#options;
    const process = ownIdentity();
    writeWriterInfo(this.path, {
      version: 1,
      writer,
      service,
      host: process.host,
      process,
      createdAt: this.#createdAt,
      shipper,
      bytesMax: journalBytesMax,
      dropped: this.#dropped,
      ...aside?.facts(),
      closed,
    });
  }

  /** Shows from time to time that the writer lives, until the returned function is called. `lost`: that failed. */
  keepAlive(lost: () => void): () => void {
    const { clock, aside } = this.#options;
    let cancel: () => void;
    const beat = (): void => {
      cancel = clock.after(WRITER_HEARTBEAT_MS, () => {
        beat();
        try {
          touchWriterInfo(this.path, clock.now());
          if (aside?.tick()) this.sign(false);
        } catch {
          lost();
        }
      });
    };
    beat();
    return () => cancel();
  }
}
