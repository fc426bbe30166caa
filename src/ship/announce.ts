/** What the shipper meets, put as alerts. */
import type { Alerts, Backlog } from "../alert/alert.js";
import type { DeadLetter } from "../dead-letters/dead-letters.js";
import type { ShipperOptions } from "./shipper-options.js";

export interface AnnounceOptions {
  readonly alerts: Alerts;
  readonly sink: string;
  /** Where dead letters lie. */
  readonly deadDir: string;
  readonly backlog: () => Backlog;
  readonly now: () => number;
  /** Told of dead letters of one kind, for people at the machine. */
  readonly onBuried: (records: string, why: string) => void;
}

export function announce({
  alerts,
  sink,
  deadDir,
  backlog,
  now,
  onBuried,
}: AnnounceOptions): Required<
  Pick<ShipperOptions, "onTrouble" | "onRecovery" | "onFirstSuccess" | "onBuried">
> {
  return {
    onTrouble({ cause, detail, sinceMs }, destination) {
      const common = { sink, sinceMs, detail, backlog: backlog() };
      alerts.tell(
        cause === "credentials" || cause === "denied"
          ? { kind: "refused", cause, destination, ...common }
          : { kind: "outage", cause, ...common },
      );
    },
    onRecovery({ sinceMs }, destination) {
      alerts.tell({ kind: "recovered", sink, destination, sinceMs, backlog: backlog() });
    },
    onFirstSuccess(destination) {
      // Whoever told of the outage may have died since, or have been the last run of cron.
      alerts.tell({ kind: "recovered", sink, destination, sinceMs: now(), backlog: backlog() });
    },
    onBuried(letters) {
      for (const some of alike(letters)) {
        const times = some.map(({ record }) => record.timestamp);
        const { destination, reason, detail } = some[0]!;
        onBuried(some.length === 1 ? "1 record" : `${some.length} records`, `${reason}: ${detail}`);
        alerts.tell({
          kind: "dead-letters",
          destination,
          records: some.length,
          fromMs: times.reduce((a, b) => Math.min(a, b)),
          toMs: times.reduce((a, b) => Math.max(a, b)),
          reason,
          detail,
          dir: deadDir,
        });
      }
    },
  };
}

/** The letters by what they have in common. */
export function alike(letters: readonly DeadLetter[]): DeadLetter[][] {
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const { reason, destination } = letter;
    const name = JSON.stringify([reason, destination?.group, destination?.stream]);
    const group = groups.get(name);
    if (group === undefined) {
      groups.set(name, [letter]);
    } else {
      group.push(letter);
    }
  }
  return [...groups.values()];
}
