/**
 * A journal that is written at once, of records that are there already, and then left to the shippers.
 *
 * It comes into being in a folder that no shipper looks into, and becomes a journal when the caller renames that folder
 * into the folder of journals: a shipper sees all of it or nothing. Its writer has ended, so it is removed when it is
 * delivered.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { syncFolder } from "../system/folders.js";
import { ownIdentity } from "../system/process.js";
import {
  ANY_SHIPPER,
  createFolder,
  FILE_MODE,
  segmentPath,
  writerInfoPath,
  writeWriterInfo,
} from "./folder.js";
import { align8, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "./format.js";
import { plainStaging, Segment, type Staging } from "./segment.js";

const SEGMENT_BYTES = 8 << 20;

export interface WholeJournalOptions {
  /** Made if it is missing; must hold no segments. */
  readonly folder: string;
  readonly writer: string;
  /** What people see in the place of a service's name. */
  readonly service: string;
  readonly nowMs: number;
}

export class WholeJournal {
  readonly #options: WholeJournalOptions;
  readonly #staging = plainStaging(SEGMENT_BYTES);
  #segment: Segment | undefined;
  #segments = 0;
  #records = 0;

  constructor(options: WholeJournalOptions) {
    this.#options = options;
    createFolder(options.folder);
  }

  get records(): number {
    return this.#records;
  }

  /**
   * Appends a record. Its service's JSON text must take `serviceBytes` from `SERVICE_AT` on (format.ts). Throws an errno
   * error.
   */
  append(line: Buffer, timestamp: number, typeCode: number, serviceBytes: number): void {
    const frameBytes = align8(FRAME_HEADER_BYTES + line.length);
    const segment = this.#segmentFor(frameBytes);
    const at = segment.position + FRAME_HEADER_BYTES;
    line.copy(segment.bytes, at);
    segment.publish(at + line.length, timestamp, this.#records, typeCode, serviceBytes);
    this.#records++;
  }

  /** Resolves when all of it is on the disk. Nothing may be appended any more. */
  async finish(): Promise<void> {
    this.#write();
    const { folder, writer, service, nowMs } = this.#options;
    const process = ownIdentity();
    writeWriterInfo(folder, {
      version: 1,
      writer,
      service,
      host: process.host,
      process,
      createdAt: nowMs,
      shipper: ANY_SHIPPER,
      dropped: {},
      closed: true,
    });
    syncFile(writerInfoPath(folder));
    await promisify(syncFolder)(folder);
  }

  #segmentFor(frameBytes: number): Segment {
    const room = this.#segment === undefined ? 0 : this.#segment.bytes.length - this.#segment.position;
    if (this.#segment === undefined || room < frameBytes) {
      this.#write();
      this.#segment = new Segment("ram", this.#stagingFor(frameBytes), -1, "");
      this.#segment.begin(this.#segments++, this.#records, this.#options.nowMs);
    }
    return this.#segment;
  }

  /** A record that is larger than a segment gets one of its own size. */
  #stagingFor(frameBytes: number): Staging {
    const bytes = SEGMENT_HEADER_BYTES + frameBytes;
    return bytes <= SEGMENT_BYTES
      ? this.#staging
      : plainStaging(Math.ceil(bytes / SEGMENT_HEADER_BYTES) * SEGMENT_HEADER_BYTES);
  }

  /** Behind the frames the file is a hole. */
  #write(): void {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    const fd = openSync(segmentPath(this.#options.folder, segment.number), "wx", FILE_MODE);
    try {
      for (let at = 0; at < segment.position; ) {
        at += writeSync(fd, segment.bytes, at, segment.position - at, at);
      }
      ftruncateSync(fd, segment.bytes.length);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }
}

function syncFile(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
