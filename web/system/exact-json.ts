/** JSON as it was written: a number that JavaScript would round is kept as its text. */
export class ExactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** Undefined for what is no JSON. */
export function parseExactly(text: string): unknown {
  const revive: Reviver = (_key, value, context) =>
    typeof value === "number" && context?.source !== undefined && context.source !== String(value)
      ? new ExactNumber(context.source)
      : value;
  try {
    return JSON.parse(text, revive);
  } catch {
    return undefined;
  }
}
