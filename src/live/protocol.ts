/**
 * What goes between the main thread (live.ts) and the thread that looks (live-worker.ts).
 *
 *     main thread                        thread
 *       view ──{ view: n, request }───►  follows, filters, writes events
 *                                   ◄──  { event: n, text } … at most `CREDIT` that are not taken
 *       sink takes it ──{ taken: n }──►
 *                                   ◄──  { wantsRecent: n, of? }
 *       ──{ recent: n, packed }───────►
 *                                   ◄──  { wantsAdded: n, after }
 *       ──{ added: n, since }─────────►
 *       leave ──{ leave: n }──────────►
 *                                   ◄──  { ended: n, error? }
 *       find ──{ find: n, id }────────►  ──{ found: n, line }──►
 *
 * `SharedArrayBuffer`: whose records are being worked on, and the number of the turn. A turn that does not end is a filter that
 * does not come back.
 */
import type { BufferPlace } from "../config/places.js";
import type { ErrorCode } from "../system/errors.js";
import type { LiveRequest } from "./query.js";
import type { Added, Asked, PackedRecent } from "./recent.js";

/** Events of one viewer that are under way. */
export const CREDIT = 2;

/** Places in the shared memory. */
export const VIEWER = 0;
export const TURN = 1;

export interface ThreadStart {
  readonly buffer: BufferPlace;
  readonly lists: readonly string[];
  /** Somebody keeps what was delivered lately. */
  readonly hasRecent: boolean;
  readonly turns: Int32Array<SharedArrayBuffer>;
}

export interface ErrorText {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly hint?: string;
}

export type WriterPlaces = readonly (readonly [writer: string, seq: number])[];

export type ToThread =
  | {
      readonly view: number;
      readonly request: LiveRequest;
      /** A view that goes on in another thread: what it has seen, and it was told already that it has caught up. */
      readonly after: WriterPlaces;
      readonly toldCaughtUp: boolean;
    }
  | { readonly taken: number }
  | { readonly leave: number }
  | { readonly recent: number; readonly packed: PackedRecent }
  | { readonly added: number; readonly since: Added }
  | { readonly find: number; readonly id: string };

export type FromThread =
  | {
      readonly event: number;
      readonly text: string;
      readonly places: WriterPlaces;
      readonly caughtUp: boolean;
    }
  | { readonly wantsRecent: number; readonly of?: Asked }
  | { readonly wantsAdded: number; readonly after: number }
  | { readonly ended: number; readonly error?: ErrorText }
  | { readonly found: number; readonly line?: Uint8Array; readonly error?: ErrorText };
