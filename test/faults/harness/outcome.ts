/** What a scenario has shown: figures, and sentences about whatever is not as it must be. */
import type { ShipCounts } from "../../../src/ship/counts.js";
import type { TallyReport } from "../../../src/testing/index.js";

export interface Figures {
  /** Log calls that had returned. */
  readonly returned: number;
  readonly delivered: number;
  readonly lost: number;
  readonly doubled: number;
  /** How many may be doubled: what was stored and not acknowledged. */
  readonly doubledMax: number;
  readonly outOfOrder: number;
  readonly deadLetters: number;
  /** PutLogEvents calls that came during the fault. */
  readonly callsInFault?: number;
  /** From the end of the fault, or of the application where there is none, until everything was delivered. */
  readonly drainSeconds?: number;
  /** The most memory that the shipper has used. */
  readonly peakMegabytes?: number;
  /** The same with the small backlog. */
  readonly peakMegabytesSmall?: number;
}

export interface Outcome {
  readonly figures: Figures;
  /** Empty when the scenario has shown what it must. */
  readonly faults: readonly string[];
}

export interface Ending {
  readonly returned: number;
  readonly tally: TallyReport;
  /** How those that were left at the end ended when they were told to. */
  readonly shippers: readonly { readonly exitCode: number | null; readonly counts: ShipCounts }[];
  readonly journalsLeft: number;
  /** An application was killed: one call more may have been in progress. */
  readonly killed: boolean;
}

/** What the scenario allows, and what else it has found wrong. */
export interface Allowed {
  readonly doubledMax?: number;
  /** Records that the destination refuses for good. */
  readonly deadLetters?: number;
}

export function judge(ending: Ending, { doubledMax = 0, deadLetters = 0 }: Allowed, more: Partial<Figures>) {
  const { returned, tally, shippers, journalsLeft, killed } = ending;
  const letters = shippers.flatMap(({ counts }) => Object.values(counts.deadLetters));
  const figures: Figures = {
    returned,
    delivered: tally.distinct,
    lost: tally.lost + tally.incomplete,
    doubled: tally.duplicates,
    doubledMax,
    outOfOrder: tally.outOfOrder,
    deadLetters: letters.reduce((sum, records) => sum + records, 0),
    ...more,
  };
  const faults: string[] = [];
  const expect = (holds: boolean, otherwise: string): void => {
    if (!holds) faults.push(otherwise);
  };
  const { delivered, lost, doubled, outOfOrder } = figures;
  const lostFirst = Object.values(tally.writers).flatMap((writer) => writer.lostFirst);
  expect(lost === deadLetters, `${lost} records are not there, seqs ${lostFirst.slice(0, 10).join(", ")}`);
  expect(figures.deadLetters === deadLetters, `${figures.deadLetters} dead letters`);
  const extra = delivered + lost - returned;
  expect(extra === 0 || (killed && extra === 1), `${extra} records were delivered that no call had logged`);
  expect(doubled <= doubledMax, `${doubled} doubled, of at most ${doubledMax}`);
  expect(outOfOrder === 0, `${outOfOrder} out of order`);
  expect(tally.foreign === 0, `${tally.foreign} events are no lines`);
  expect(journalsLeft === 0, `${journalsLeft} journals were left behind`);
  for (const { exitCode, counts } of shippers) {
    expect(exitCode === 0, `a shipper ended with ${exitCode}: ${counts.lastError ?? "no error"}`);
    expect(Object.keys(counts.damage).length === 0, `damage: ${JSON.stringify(counts.damage)}`);
  }
  return { figures, faults };
}
