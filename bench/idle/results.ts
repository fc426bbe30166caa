/** From what was measured to what is shown. */
import { median } from "../lib/stats.js";
import { figure, table } from "../lib/table.js";
import { CONTENDERS, type ContenderName, MANY, WRITERS } from "./shape.js";

export interface Measured {
  readonly name: ContenderName;
  readonly corePercent: number;
  readonly sleepsPerSecond: number;
  readonly readsAndWritesPerSecond: number;
  readonly residentBytes: number;
  readonly ownBytes: number;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly measured: Measured[];
}

type Row = Measured & { readonly overNodeBytes: number };

/** Medians over the rounds. */
function rowsOf({ measured }: Results): Row[] {
  const over = (name: ContenderName, key: Exclude<keyof Measured, "name">): number =>
    median(measured.filter((one) => one.name === name).map((one) => one[key]));
  return (Object.keys(CONTENDERS) as ContenderName[]).map((name) => ({
    name,
    corePercent: over(name, "corePercent"),
    sleepsPerSecond: over(name, "sleepsPerSecond"),
    readsAndWritesPerSecond: over(name, "readsAndWritesPerSecond"),
    residentBytes: over(name, "residentBytes"),
    ownBytes: over(name, "ownBytes"),
    overNodeBytes: over(name, "residentBytes") - over("node", "residentBytes"),
  }));
}

/** What one more writer takes, where there are `MANY` of them and where there are few. */
function furtherBytes(rows: readonly Row[], many: ContenderName, few: ContenderName, fewer: number): number {
  const bytes = (name: ContenderName): number => rows.find((row) => row.name === name)!.residentBytes;
  return (bytes(many) - bytes(few)) / (MANY - fewer);
}

function furtherOf(rows: readonly Row[]): Readonly<Record<string, number>> {
  return {
    "a further pino in a process": furtherBytes(rows, "pino-many", "pino", 1),
    "a further logger in a process": furtherBytes(rows, "logger-many", "logger", 1),
    "a further quiet journal in the shipper": furtherBytes(rows, "shipper-many", "shipper", WRITERS),
  };
}

export function summary(results: Results): object {
  const rows = rowsOf(results);
  const { machine, versions } = results;
  return { machine, versions, rows, furtherBytes: furtherOf(rows) };
}

export function tables(results: Results): string {
  const rows = rowsOf(results);
  const mb = (bytes: number): string => figure(bytes / 1e6, 1);
  return [
    `${results.machine}  \n${results.versions}`,
    table(
      ["", "% of a core", "wake-ups/s", "reads and writes/s", "resident MB", "own MB", "MB over Node.js"],
      rows.map((row) => [
        CONTENDERS[row.name],
        figure(row.corePercent, 3),
        figure(row.sleepsPerSecond, 1),
        figure(row.readsAndWritesPerSecond, 1),
        mb(row.residentBytes),
        mb(row.ownBytes),
        mb(row.overNodeBytes),
      ]),
    ),
    table(
      ["", "kB"],
      Object.entries(furtherOf(rows)).map(([what, bytes]) => [what, figure(bytes / 1e3)]),
    ),
  ].join("\n\n");
}
