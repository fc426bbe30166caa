/**
 * A process that takes the lease of the folder in argv[2] again and again, argv[3] times, and proves each time that it is
 * alone with it; then, if argv[4] is "hold", it keeps it until it is killed. Prints one JSON line when it is done.
 */
import { closeSync, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { Lease } from "./lease.js";

const [, , folder = "", rounds = "0", end] = process.argv;
const numbers: number[] = [];
let collisions = 0;

while (numbers.length < Number(rounds)) {
  const lease = Lease.acquire(folder, Date.now());
  if (lease === undefined) continue;
  numbers.push(lease.number);
  try {
    // Whoever holds the lease beside this process meets it here.
    closeSync(openSync(join(folder, "alone"), "wx"));
    if (!lease.stillHeld()) collisions++;
    unlinkSync(join(folder, "alone"));
  } catch {
    collisions++;
  }
  if (end !== "hold") lease.release();
}
process.stdout.write(`${JSON.stringify({ numbers, collisions })}\n`);
if (end === "hold") setInterval(() => {}, 1000);
