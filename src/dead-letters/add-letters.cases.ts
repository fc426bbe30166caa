/** A process that adds letters, one after the other, to the folder that it is given, and says how that went. */
import { systemClock } from "../system/clock.js";
import { DeadLetters } from "./dead-letters.js";
import { letterOf } from "./letters.cases.js";

const [dir, count, bytes = "1"] = process.argv.slice(2);
const letters = new DeadLetters(dir!, systemClock);
const refused: unknown[] = [];
let added = 0;
for (let n = 0; n < Number(count); n++) {
  try {
    await letters.add([letterOf(`other ${n} ${"x".repeat(Number(bytes))}`)]);
    added++;
  } catch (error) {
    refused.push((error as NodeJS.ErrnoException).code);
  }
}
process.stdout.write(`${JSON.stringify({ added, refused })}\n`);
