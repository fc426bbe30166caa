/** Flags of a bench that are wrong end it with a sentence, before anything is measured. */

/** Says what is wrong, and ends the process with 2. */
export function refuse(text: string): never {
  process.stderr.write(`bench: ${text}\n`);
  process.exit(2);
}

/** The whole number, at least 1, that was given for the flag. */
export function wholeNumber(flag: string, given: string): number {
  const number = Number(given);
  return Number.isSafeInteger(number) && number >= 1
    ? number
    : refuse(`--${flag} cannot be ${JSON.stringify(given)}; it takes a whole number from 1 on`);
}
