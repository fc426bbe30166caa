/** The rows of one time: those that the page holds, and what the shipper has of it besides. */
import type { Query } from "../../src/live/query.js";
import type { Range } from "../system/route.js";
import { readHistory } from "./history.js";
import { type RecordRow, type Row, rowOf } from "./row.js";

const ROWS_MAX = 20_000;
const LINE_BYTES_MAX = 16 * 1024;
/** Records of several writers come in order of time only about; after this much later ones there are no more. */
const DISORDER_MS = 60_000;

export class RangeRows {
  readonly range: Range;
  rows: RecordRow[] = [];
  /** There were more than are held. */
  isCut = false;
  readonly #ids = new Set<string>();

  constructor(range: Range) {
    this.range = range;
  }

  /** Takes those that belong here and are not here yet; true when there were some. */
  add(rows: readonly Row[]): boolean {
    const { fromMs, toMs } = this.range;
    const before = this.rows.length;
    for (const row of rows) {
      if (row.kind !== "record" || !(row.timeMs >= fromMs && row.timeMs < toMs)) continue;
      if (row.id !== undefined && this.#ids.has(row.id)) continue;
      if (this.rows.length === ROWS_MAX) {
        this.isCut = true;
        break;
      }
      if (row.id !== undefined) this.#ids.add(row.id);
      this.rows.push(row);
    }
    return this.rows.length > before;
  }

  /** Resolves when the shipper has told all that it has, and the rows stand by time. */
  async read(query: Query, signal: AbortSignal): Promise<void> {
    const { fromMs, toMs } = this.range;
    await readHistory({ query, sinceMs: fromMs, lineBytesMax: LINE_BYTES_MAX }, signal, ({ records }) => {
      const rows = records.map(rowOf);
      this.add(rows);
      const isPast = rows.length > 0 && rows.every(({ timeMs }) => timeMs > toMs + DISORDER_MS);
      return this.isCut || isPast ? "enough" : "more";
    });
    this.rows = this.rows.toSorted((one, other) => one.timeMs - other.timeMs);
  }
}
