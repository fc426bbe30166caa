/**
 * In a process of its own: imports a logger and logs one record. It imports nothing else, for what it had loaded would be
 * there for the logger as well; so the figures leave it as a line on standard output, after the clock was read.
 */
const [name, dir, counts] = process.argv.slice(2) as [string, string, string];

const loaded = counts === "modules" ? await countingModules() : () => Number.NaN;
const builtInBefore = builtIn();
const cpuBefore = process.cpuUsage();
const before = performance.now();
const log = await opened();
const imported = performance.now();
log();
const done = performance.now();
const { user, system } = process.cpuUsage(cpuBefore);
const figures = {
  importMs: imported - before,
  firstCallMs: done - imported,
  ms: done - before,
  cpuMs: (user + system) / 1000,
  files: loaded(),
  builtIn: builtIn() - builtInBefore,
  rssBytes: process.memoryUsage.rss(),
};
process.stdout.write(JSON.stringify(figures));

/** The import; what it returns makes the logger and logs. */
async function opened(): Promise<() => void> {
  if (name === "dragonlog") {
    const { DragonLogger } = await import("dragonlog");
    return () =>
      new DragonLogger({ service: "checkout", buffer: `journal:${dir}` }).info("hello", { user_id: 1 });
  }
  if (name === "nothing") {
    await import("./nothing.js");
    return () => {};
  }
  const { pino } = await import("pino");
  const sync = name === "pino-sync";
  return () => {
    const file = pino.destination({ dest: `${dir}/log.ndjson`, sync, minLength: sync ? 0 : 4096 });
    pino(file).info({ user_id: 1 }, "hello");
  };
}

function builtIn(): number {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  return moduleLoadList.length;
}

/** A debugger hears of each file that is compiled. It takes time, so this is a run of its own. */
async function countingModules(): Promise<() => number> {
  const { Session } = await import("node:inspector");
  const session = new Session();
  const files = new Set<string>();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params: { url } }) => {
    if (url.startsWith("file:") || url.startsWith("/")) {
      files.add(url);
    }
  });
  session.post("Debugger.enable");
  const before = files.size;
  return () => files.size - before;
}
