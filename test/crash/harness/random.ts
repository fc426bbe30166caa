/**
 * Chance that can be replayed: every draw follows from one seed, which a run prints and CRASH_SEED gives back (a variable
 * of dragonlog's own prefix would be refused by the loggers under test).
 * The moment at which a kill meets another process is the machine's own; everything else repeats.
 */
import { randomInt } from "node:crypto";

const SEED_MAX = 0x7fff_ffff;

export function chooseSeed(): number {
  const given = process.env.CRASH_SEED;
  return given === undefined ? randomInt(1, SEED_MAX) : Number(given);
}

/** An integer below `limit` that follows from `seed` and `draw`: splitmix32's finishing steps over both. */
export function drawBelow(limit: number, seed: number, draw: number): number {
  let mixed = (seed ^ Math.imul(draw + 1, 0x9e3779b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) % limit;
}
