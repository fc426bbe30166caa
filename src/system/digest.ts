/** A short name that stands for a text and always is the same for it: 16 hexadecimal digits. */
export function nameFor(text: string): string {
  // Not imported, as in random.ts.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
