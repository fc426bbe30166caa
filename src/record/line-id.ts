/**
 * The identity that a line carries: the member `id`, `<writer>-<seq>`, and `part` and `parts` of a record that was
 * too large for one event (`batch/parts.ts`).
 */
export interface LineId {
  readonly writer: string;
  readonly seq: number;
  /** From 1; 1 of 1 for a whole record. */
  readonly part: number;
  readonly parts: number;
}

const ID_MEMBER = ',"id":"';
const LINE_END = '"}';
const ID = /^(.+)-(0|[1-9]\d*)$/s;

/**
 * Undefined for what is no JSON object with such an id, a torn line among them.
 *
 * A whole record's line ends in its id (`encode/line.ts`), so that is looked for at the end and nothing else is parsed:
 * an unescaped quote cannot stand inside a string, and behind an object inside the line there would be another brace.
 */
export function lineIdOf(line: string): LineId | undefined {
  if (line.startsWith("{") && line.endsWith(LINE_END)) {
    const at = line.lastIndexOf(ID_MEMBER);
    if (at > 0) {
      const id = line.slice(at + ID_MEMBER.length, -LINE_END.length);
      if (!id.includes('"') && !id.includes("\\")) return identity(id, 1, 1);
    }
  }
  return line.includes('"id":"') ? parsedId(line) : undefined;
}

/** Longer ids are not looked for. */
const ID_BYTES_MAX = 256;

/** The id at the end of a whole record's line; undefined where there is none. */
export function idAtEnd(line: Buffer): string | undefined {
  const end = line.toString("latin1", Math.max(0, line.length - ID_BYTES_MAX));
  return /,"id":"([^"\\]+)"\}$/.exec(end)?.[1];
}

/** The identity of a whole record by its id; undefined for a text that is none. */
export function parseId(id: string): LineId | undefined {
  return identity(id, 1, 1);
}

/** The identity as one text, the same for the same event and no other: `w-7`, and `w-7:1/3` for a part. */
export function eventIdOf({ writer, seq, part, parts }: LineId): string {
  return parts === 1 ? `${writer}-${seq}` : `${writer}-${seq}:${part}/${parts}`;
}

function parsedId(line: string): LineId | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { id, part = 1, parts = 1 } = value as { id?: unknown; part?: unknown; parts?: unknown };
  if (typeof id !== "string" || !Number.isSafeInteger(part) || !Number.isSafeInteger(parts)) return undefined;
  return identity(id, part as number, parts as number);
}

function identity(id: string, part: number, parts: number): LineId | undefined {
  const match = ID.exec(id);
  const seq = Number(match?.[2]);
  if (match === null || !Number.isSafeInteger(seq) || part < 1 || part > parts) return undefined;
  return { writer: match[1]!, seq, part, parts };
}
