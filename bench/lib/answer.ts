/** Prints what a question found: its tables, or with `--json` one line of JSON, which holds the tables as a text as well. */
export function answer(json: boolean, summary: object, tables: string): void {
  process.stdout.write(json ? `${JSON.stringify({ ...summary, tables })}\n` : `${tables}\n`);
}
