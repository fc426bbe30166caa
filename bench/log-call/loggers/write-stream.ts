import type { Writable } from "node:stream";

/** Resolves when everything that was written to the stream so far has been handed to the system. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write("", (error) => (error ? reject(error) : resolve()));
  });
}
