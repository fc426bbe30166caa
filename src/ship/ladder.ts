/**
 * The tries that one batch gets, as a pure state machine: answers go in, the next step comes out.
 *
 *     whole batch ──send, up to `tries` times──► stored ─────────────────────────────────────────► done
 *          │ every try failed                                                                        ▲
 *          ▼ split into `splitWays` parts, in order                                                  │
 *     part 1 … part n ──each: send, up to `tries` times──► stored ──► the next part, or none left ───┤
 *          │ every try failed: the verdict, by cause                                                 │
 *          ├─ the data, several records ──► split again, until the record at fault stands alone      │
 *          ├─ the data, one record ───────► bury: it becomes a dead letter ──► the next part ────────┘
 *          └─ anything else ──────────────► park: this part and all that follow stay in the buffer
 *
 * So with 3 tries and 4 parts a batch is sent 15 times at worst before the verdict. Two shorter ways: credentials and
 * permissions are not mended by a split, so their verdict comes after the tries of the whole; and what is refused for its
 * data once more while it is being isolated is split at once, because by then it was refused often enough.
 *
 * Invariant: `pieces` are disjoint, in order, and all of the batch that is neither stored nor buried.
 */
import type { FailureCause } from "../sink/sink.js";

export interface LadderPolicy {
  /** Tries of the whole batch, and of each part. */
  readonly tries: number;
  /** Parts of a split. */
  readonly splitWays: number;
}

/** Items `from` to `to - 1` of the batch. */
interface Piece {
  readonly from: number;
  readonly to: number;
  /** 0 for the whole batch, 1 for its parts, more while a record at fault is being isolated. */
  readonly level: number;
  /** Failed tries of this piece. */
  readonly failures: number;
  /** Tries that its items were part of before. */
  readonly triesBefore: number;
}

export interface LadderState {
  /** What is left; the first is tried next. */
  readonly pieces: readonly Piece[];
  readonly verdict: "bury" | "park" | undefined;
}

export type Step =
  /** Send these items, after a pause when there were failures; it is their try number `tries`. */
  | {
      readonly do: "send";
      readonly from: number;
      readonly to: number;
      readonly failures: number;
      readonly tries: number;
    }
  /** Make a dead letter of this item, which was part of so many tries. */
  | { readonly do: "bury"; readonly index: number; readonly tries: number }
  | { readonly do: "park" }
  | { readonly do: "done" };

export function startLadder(items: number): LadderState {
  return { pieces: [{ from: 0, to: items, level: 0, failures: 0, triesBefore: 0 }], verdict: undefined };
}

export function nextStep({ pieces, verdict }: LadderState): Step {
  const [first] = pieces;
  if (first === undefined) {
    return { do: "done" };
  }
  const { from, to, failures, triesBefore } = first;
  switch (verdict) {
    case "bury":
      return { do: "bury", index: from, tries: triesBefore + failures };
    case "park":
      return { do: "park" };
    default:
      return { do: "send", from, to, failures, tries: triesBefore + failures + 1 };
  }
}

/** The items of the step are stored, or stand as a dead letter. */
export function settled({ pieces }: LadderState): LadderState {
  return { pieces: pieces.slice(1), verdict: undefined };
}

/** The try of the step has failed. */
export function failed(
  { pieces }: LadderState,
  cause: FailureCause,
  { tries, splitWays }: LadderPolicy,
): LadderState {
  const [first, ...rest] = pieces;
  const piece = { ...first!, failures: first!.failures + 1 };
  const isolating = piece.level > 1 && cause === "data";
  if (piece.failures < tries && !isolating) {
    return { pieces: [piece, ...rest], verdict: undefined };
  }
  const splitHelps = cause === "data" || (piece.level === 0 && cause !== "credentials" && cause !== "denied");
  if (splitHelps && piece.to - piece.from > 1) {
    return { pieces: [...split(piece, splitWays), ...rest], verdict: undefined };
  }
  return { pieces: [piece, ...rest], verdict: cause === "data" ? "bury" : "park" };
}

function split({ from, to, level, failures, triesBefore }: Piece, ways: number): Piece[] {
  const size = Math.ceil((to - from) / ways);
  const parts: Piece[] = [];
  for (let start = from; start < to; start += size) {
    const end = Math.min(to, start + size);
    parts.push({
      from: start,
      to: end,
      level: level + 1,
      failures: 0,
      triesBefore: triesBefore + failures,
    });
  }
  return parts;
}
