/** Loaded into a process with --import: at its end it writes what it has used to file descriptor 3. */
import { writeSync } from "node:fs";
import { ownUsage } from "./usage.js";

process.once("exit", () => writeSync(3, JSON.stringify(ownUsage())));
