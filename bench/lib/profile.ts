/** What Node.js is started with where BENCH_PROFILE_DIR names a folder: each process that is measured leaves its profile there. */
const dir = process.env.BENCH_PROFILE_DIR;

export const PROFILE_ARGS: readonly string[] = dir === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", dir];
