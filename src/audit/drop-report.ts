/**
 * What a writer says in its stream of records that it had to drop (`logger/writer.ts`): a WARN record whose metadata
 * begin with `dropped`. Where the records had seqs already, `seqs` names the first and the last of them.
 */
import type { SeqRange } from "./seq-set.js";

export interface DropReport {
  readonly records: number;
  /** Undefined where what was dropped never had seqs, and so leaves no hole. */
  readonly seqs: SeqRange | undefined;
}

const MARK = ',"type":"WARN","metadata":{"dropped":';

/** Undefined for other lines. */
export function dropReportOf(line: string): DropReport | undefined {
  if (!line.includes(MARK)) return undefined;
  const { data, metadata } = parsed(line) ?? {};
  const { dropped, seqs } = (metadata ?? {}) as { dropped?: unknown; seqs?: unknown };
  if (typeof data !== "string" || !/^[\d,]+ records? dropped: /.test(data) || !isCount(dropped))
    return undefined;
  const [from, to] = Array.isArray(seqs) ? (seqs as unknown[]) : [];
  return { records: dropped, seqs: isCount(from) && isCount(to) ? { from, to } : undefined };
}

function parsed(line: string): { data?: unknown; metadata?: unknown } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
