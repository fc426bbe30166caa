/** One line on standard error that says what is being measured; it stays off what a program may read. */
export class Progress {
  readonly #stepsTotal: number;
  readonly #rewrites = process.stderr.isTTY === true;
  #steps = 0;

  constructor(stepsTotal: number) {
    this.#stepsTotal = stepsTotal;
  }

  step(what: string): void {
    this.#steps++;
    const text = `[${this.#steps}/${this.#stepsTotal}, ${elapsed()}] ${what}`;
    process.stderr.write(this.#rewrites ? `\r\x1b[K${text}` : `${text}\n`);
  }

  end(): void {
    if (this.#rewrites) {
      process.stderr.write("\r\x1b[K");
    }
  }
}

/** Since this process began, such as `3:07`. */
export function elapsed(): string {
  const seconds = Math.floor(performance.now() / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
