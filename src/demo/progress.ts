import type { Writable } from "node:stream";

/** What happens, line by line; on a terminal the counts stay on one line. */
export class Progress {
  readonly #output: Writable & { readonly isTTY?: boolean };
  #onLine = false;

  constructor(output: Writable) {
    this.#output = output;
  }

  say(text: string): void {
    this.end();
    this.#output.write(`${text}\n`);
  }

  show(seconds: number, logged: number, delivered: number): void {
    const counts = `  ${seconds.toFixed(1).padStart(5)} s   logged ${logged.toLocaleString("en-US")}   delivered ${delivered.toLocaleString("en-US")}`;
    if (this.#output.isTTY) {
      this.#output.write(`\r${counts.padEnd(60)}`);
      this.#onLine = true;
    } else {
      this.#output.write(`${counts}\n`);
    }
  }

  end(): void {
    if (this.#onLine) {
      this.#output.write("\n");
      this.#onLine = false;
    }
  }
}
