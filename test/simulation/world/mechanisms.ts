/**
 * What keeps the guarantees, each with a switch. A simulation that finds nothing proves little until it is seen to find
 * what is broken: with any of these switched off it must report the guarantee that the mechanism keeps.
 */
import type { Guarantee } from "./verdict.js";

export const MECHANISMS = {
  publication: { keeps: "G1", off: "an append returns before its record is published" },
  "wait for the answer": { keeps: "G1", off: "records are acknowledged when they are sent" },
  rewind: { keeps: "G1", off: "what stays in the buffer is not read again" },
  after: { keeps: "G4", off: "batches that share a millisecond do not wait for each other" },
  "leave behind": { keeps: "G4", off: "a batch that waits lets the later ones of its destination pass" },
  "letters before acknowledgement": {
    keeps: "G5",
    off: "dead letters are written some time after they are promised",
  },
  "cursor beyond": { keeps: "G6", off: "the cursor forgets what was acknowledged out of order" },
  "parts stored": { keeps: "G6", off: "a record is sent again with the parts that are stored" },
  "outage is no fault of data": { keeps: "G8", off: "an outage is taken for a refusal of the data" },
  "poison stands alone": { keeps: "G8", off: "a batch that is refused becomes dead letters as a whole" },
  tries: { keeps: "ladder", off: "a batch is tried more often than its policy says" },
  circuit: { keeps: "circuit", off: "everything is sent while the circuit is open" },
} as const satisfies Record<string, { readonly keeps: Guarantee; readonly off: string }>;

export type Mechanism = keyof typeof MECHANISMS;
export type Switches = ReadonlySet<Mechanism>;
