/**
 * Reads a dragonlog line's identity: the member `id`, `<writer>-<seq>`, and `part` / `parts` of a record that was too
 * large for one event.
 */
export interface LineId {
  readonly writer: string;
  readonly seq: number;
  /** From 1; 1 of 1 for a whole record. */
  readonly part: number;
  readonly parts: number;
}

const idPattern = /^(.+)-(0|[1-9]\d*)$/;
const idMember = ',"id":"';

/** Undefined for what is no whole JSON object with such an id, a torn line among them. */
export function lineIdOf(line: string): LineId | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { id, part, parts } = value as { id?: unknown; part?: unknown; parts?: unknown };
  if (typeof id !== "string") return undefined;
  if (part === undefined) return identity(id, 1, 1);
  if (!Number.isSafeInteger(part) || !Number.isSafeInteger(parts)) return undefined;
  return identity(id, part as number, parts as number);
}

/**
 * The same for a line that is known to be whole, without parsing it where `id` is its last member: there the closing
 * brace shows that it belongs to the line itself and not to an object inside it. Benchmarks take this one, because a
 * full parse would cost the server as much as the rest of a put.
 */
export function trustedLineIdOf(line: string): LineId | undefined {
  const at = line.lastIndexOf(idMember);
  if (at > 0 && line.endsWith('"}') && !line.includes('"part":')) {
    const id = line.slice(at + idMember.length, -2);
    if (!id.includes('"') && !id.includes("\\")) return identity(id, 1, 1);
  }
  return lineIdOf(line);
}

/** The shortest line with this identity. */
export function lineOf({ writer, seq, part, parts }: LineId): string {
  const id = `${writer}-${seq}`;
  return JSON.stringify(parts === 1 ? { id } : { id, part, parts });
}

function identity(id: string, part: number, parts: number): LineId | undefined {
  const match = idPattern.exec(id);
  const seq = Number(match?.[2]);
  if (match === null || !Number.isSafeInteger(seq) || part < 1 || part > parts) return undefined;
  return { writer: match[1]!, seq, part, parts };
}
