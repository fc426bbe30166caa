/**
 * How far a list is emptied, as a hash beside it. Elements are numbered from 0 in the order in which they stand; the numbers
 * go on as those before are deleted, and are the seqs of a writer whose id lives as long as the hash.
 *
 *     writer   the first part of the id of each record
 *     from     the number of the list's first element; missing: `to`
 *     to       the number of its first element when a deletion that may be on its way is done
 *     done     the numbers that are delivered: `<all below>|<from>-<to>,…`
 *     read     up to here `marks` says when they were first read: at least as far as there are some without a timestamp
 *     marks    `[[number, ms],…]`
 *     edges    `[[number, fingerprint],…]` of the first and the last of the elements that were read and stay: where there are others
 *              now, somebody has changed the list
 *     end      from here on elements have other numbers, of another writer; missing: nowhere
 *
 * To delete is two steps, and each of them is one transaction that holds only under the lease: `from` and `to` are written, then
 * the elements are deleted together with `from`. A full store takes neither. There the hash is removed, then the elements, and it
 * is written anew as soon as there is room; whoever is killed before that leaves a list without a hash, which begins anew with
 * another writer.
 */
import { randomId } from "../../../system/random.js";
import type { OrdinalRange } from "../../buffer.js";
import { AcknowledgedRanges } from "../../ranges.js";

/** A note that the elements from `seq` on, up to the next mark, were first read at `atMs`. */
export interface Mark {
  readonly seq: number;
  readonly atMs: number;
}

/** An element as it was read. */
export interface Edge {
  readonly seq: number;
  readonly fingerprint: number;
}

export interface ListState {
  readonly writer: string;
  readonly head: number;
  readonly done: AcknowledgedRanges;
  readonly read: number;
  readonly marks: readonly Mark[];
  readonly edges: readonly Edge[];
  readonly end: number;
}

export const STATE_FIELDS = ["writer", "from", "to", "done", "read", "marks", "edges", "end"];
/** What goes away together with the elements that are deleted. */
export const DELETION_FIELD = "from";
const WRITER_CHARS = 12;
/** Of more ranges than these the last are left out: they may be delivered again after a crash. */
const RANGES_MAX = 2000;

export function stateFields(state: ListState, to: number): Map<string, string> {
  const { writer, head, done, read, marks, edges, end } = state;
  return new Map([
    ["writer", writer],
    [DELETION_FIELD, String(head)],
    ["to", String(to)],
    ["done", `${done.contiguous}|${done.beyond.slice(0, RANGES_MAX).map(rangeText).join(",")}`],
    ["read", String(read)],
    ["marks", JSON.stringify(marks.map(({ seq, atMs }) => [seq, atMs]))],
    ["edges", JSON.stringify(edges.map(({ seq, fingerprint }) => [seq, fingerprint]))],
    ["end", String(end)],
  ]);
}

/** Undefined where there is none, or one that cannot be read. */
export function readState(fields: ReadonlyMap<string, string>): ListState | undefined {
  const writer = fields.get("writer") ?? "";
  const head = Number(fields.get(DELETION_FIELD) ?? fields.get("to") ?? Number.NaN);
  if (writer === "" || !Number.isSafeInteger(head)) {
    return undefined;
  }
  const [below = "", ranges = ""] = (fields.get("done") ?? "").split("|");
  const done = new AcknowledgedRanges(
    Math.max(head, Number(below) || 0),
    ranges.split(",").flatMap((text) => rangeIn(text) ?? []),
  );
  const read = Math.max(head, Number(fields.get("read")) || 0);
  const marks = pairsIn(fields.get("marks")).map(([seq, atMs]) => ({ seq, atMs }));
  const edges = pairsIn(fields.get("edges")).map(([seq, fingerprint]) => ({ seq, fingerprint }));
  const end = Number(fields.get("end") ?? Number.POSITIVE_INFINITY);
  return { writer, head, done, read, marks, edges, end };
}

/** Of a list that begins anew. */
export function freshState(): ListState {
  return {
    writer: randomId(WRITER_CHARS),
    head: 0,
    done: new AcknowledgedRanges(),
    read: 0,
    marks: [],
    edges: [],
    end: Number.POSITIVE_INFINITY,
  };
}

function rangeText({ from, to }: OrdinalRange): string {
  return `${from}-${to}`;
}

function rangeIn(text: string): OrdinalRange | undefined {
  const [from, to] = text.split("-").map(Number);
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) ? { from: from!, to: to! } : undefined;
}

function pairsIn(json = "[]"): [number, number][] {
  try {
    return JSON.parse(json) as [number, number][];
  } catch {
    return [];
  }
}
