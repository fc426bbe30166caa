/**
 * What of a partition is known to be delivered, on the shipper's own disk: `<dir>/<partition>.json`, the fields of
 * delivered.ts by writer. A store that was emptied, or restored as it was before, has forgotten it; then this keeps records
 * that come again from being delivered again. Written whole, at most once in `WRITE_MS`; a power cut costs the last of it.
 *
 * A partition has one holder at a time, so that its file has one author. One that comes too late may replace it by an older
 * text: then the store, which both of them write to, knows better.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createFolder, replaceFile } from "../../journal/folder.js";
import type { Clock } from "../../system/clock.js";
import { type Delivered, readDelivered } from "./delivered.js";

const WRITE_MS = 1000;

export class DeliveredFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  #text: (() => string) | undefined;
  #cancel: (() => void) | undefined;

  constructor(dir: string, partition: number, clock: Clock, onFailure: (error: unknown) => void) {
    createFolder(dir);
    this.#path = join(dir, `${partition}.json`);
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  read(): Map<string, Delivered> {
    try {
      const fields = JSON.parse(readFileSync(this.#path, "utf8")) as Record<string, unknown>;
      return readDelivered(
        new Map(Object.entries(fields).map(([field, text]) => [`${field}/0`, String(text)])),
      );
    } catch {
      return new Map();
    }
  }

  /** Writes soon what is delivered then. */
  writeSoon(delivered: () => Iterable<readonly [writer: string, Delivered]>): void {
    this.#text = () =>
      JSON.stringify(Object.fromEntries([...delivered()].map(([name, each]) => [name, `${each}`])));
    this.#cancel ??= this.#clock.after(WRITE_MS, () => this.writeNow());
  }

  /** False when it could not be written. */
  writeNow(): boolean {
    this.#cancel?.();
    this.#cancel = undefined;
    const text = this.#text?.();
    this.#text = undefined;
    try {
      if (text !== undefined) {
        replaceFile(this.#path, `${text}\n`);
      }
      return true;
    } catch (error) {
      this.#onFailure(error);
      return false;
    }
  }
}
