/** `dragonlog ship`: a process that ships. */
import type { ParsedOptions } from "../config/options.js";
import { systemClock } from "../system/clock.js";
import type { Io } from "../system/io.js";
import { printable } from "../system/printable.js";
import { formatDuration } from "../system/units.js";
import type { ShipCounts } from "./counts.js";
import { type OpenShipper, openShipper } from "./open-shipper.js";

/** With `--once`, a batch that fails this often stays in the buffer for the next run. */
const ONCE_ATTEMPTS_MAX = 3;

/** Exit code 0 when nothing that was there at the end waits any more, 1 otherwise. */
export async function runShip(options: ParsedOptions<"ship">, io: Io): Promise<number> {
  const open = await openShipper(options, {
    ...(options.once ? { attemptsMax: ONCE_ATTEMPTS_MAX } : {}),
    onFailure: (message) =>
      io.stderr.write(`dragonlog ship: ${printable(message)}; the records wait in the buffer\n`),
  });
  try {
    if (!options.once) {
      io.stderr.write(`dragonlog ship: ${options.buffer.dir} -> ${open.sink.name}\n`);
      await open.shipper.run(io.signal);
      io.stderr.write(`dragonlog ship: draining, for at most ${formatDuration(options.drainDeadline)}\n`);
    }
    const done = await drain(open, options, io);
    report(open.shipper.counts, done, options, io);
    return done ? 0 : 1;
  } finally {
    await open.close();
  }
}

/** `--once` has no deadline of its own: it ends when everything was tried, or at a signal. */
async function drain(open: OpenShipper, options: ParsedOptions<"ship">, io: Io): Promise<boolean> {
  const giveUp = (): void => open.abort.abort();
  if (options.once) {
    io.signal.addEventListener("abort", giveUp);
    return open.shipper.drain();
  }
  const cancel = systemClock.after(options.drainDeadline, giveUp, true);
  try {
    return await open.shipper.drain();
  } finally {
    cancel();
  }
}

function report(counts: ShipCounts, done: boolean, options: ParsedOptions<"ship">, io: Io): void {
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ done, ...counts })}\n`);
    return;
  }
  const dead = Object.values(counts.deadLetters).reduce((sum, records) => sum + records, 0);
  io.stderr.write(
    `dragonlog ship: ${counts.deliveredRecords} records delivered in ${counts.deliveredBatches} batches` +
      `${dead > 0 ? `, ${dead} dead letters in ${options.buffer.dir}/dead` : ""}\n`,
  );
  for (const [cause, amount] of Object.entries(counts.damage)) {
    io.stderr.write(`dragonlog ship: ${cause}: ${amount}\n`);
  }
  if (!done) {
    const why = counts.lastError === undefined ? "" : ` (${printable(counts.lastError)})`;
    io.stderr.write(`dragonlog ship: not everything is delivered${why}; it stays in the buffer\n`);
  }
}
