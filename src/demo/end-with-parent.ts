/** Imported first by the demo's other processes: they end with the demo, however that ends. */
const end = (): boolean => process.kill(process.pid, "SIGKILL");
process.on("disconnect", end);
// It may have ended while this one was starting.
if (process.connected === false) {
  end();
}
// Waiting for that must not keep a process alive that has nothing left to do.
process.channel?.unref();
