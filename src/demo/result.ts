/** What the demo counted. `logged` are the calls that had returned, by a sheet that a SIGKILL does not touch. */
export interface DemoResult {
  readonly logged: number;
  /** Records that are stored; one that was being logged at the kill may be among them. */
  readonly delivered: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  /** What half of the calls stayed below, inside a busy service; the mean would count the time that other processes had. */
  readonly nsPerCall: number;
  /** From the log call to the cloud, of the record that took longest. */
  readonly seconds: number;
}

export function resultTable(result: DemoResult): string {
  const count = (value: number): string => value.toLocaleString("en-US");
  const rows: readonly (readonly [string, string])[] = [
    ["records logged", count(result.logged)],
    ["delivered", count(result.delivered)],
    ["lost", count(result.lost)],
    ["doubled", count(result.duplicates)],
    ["out of order", count(result.outOfOrder)],
    ["time of a log call", `${(result.nsPerCall / 1000).toFixed(1)} µs (median)`],
    ["time to the cloud", `${result.seconds.toFixed(1)} s at most`],
  ];
  const width = Math.max(...rows.map(([, value]) => value.length));
  return `\n${rows.map(([name, value]) => `  ${name.padEnd(20)}${value.padStart(width)}\n`).join("")}`;
}
