/**
 * In a process of its own: opens loggers, logs a record with each and is silent from then on. It loads nothing but what it is
 * told to, and says on standard output when it has done so.
 */
const [name, dir, count] = process.argv.slice(2) as [string, string, string];

if (name === "dragonlog") {
  const { DragonLogger } = await import("dragonlog");
  for (let i = 0; i < Number(count); i++) {
    new DragonLogger({ service: `quiet-${i}`, buffer: `journal:${dir}` }).info("hello", { user_id: i });
  }
} else if (name === "pino") {
  const { pino } = await import("pino");
  for (let i = 0; i < Number(count); i++) {
    const file = pino.destination({ dest: `${dir}/${i}.log`, mkdir: true, sync: false, minLength: 4096 });
    pino(file).info({ user_id: i }, "hello");
  }
}
setInterval(() => {}, 2 ** 30);
process.stdout.write("quiet\n");
