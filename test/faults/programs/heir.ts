/**
 * The next start of an application whose records lie in a folder of journals on their way to a store: it logs nothing, and
 * forwards what was left there, until its standard input ends. Its first line is `{"writer": …}`.
 */
import { writeSync } from "node:fs";
import { DragonLogger } from "../../../src/index.js";
import { readPlan } from "../../harness/program.js";

export interface HeirPlan {
  readonly dir: string;
  readonly buffer: string;
}

const { dir, buffer } = readPlan<HeirPlan>();
const logger = new DragonLogger({ service: "heir", journalDir: dir, buffer });
writeSync(1, `${JSON.stringify({ writer: logger.stats().writer })}\n`);
process.stdin.on("end", () => void logger.close().then(() => process.exit()));
process.stdin.resume();
