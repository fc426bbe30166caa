/** Imported first by the demo's other processes: they end with the demo, however that ends. */
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Waiting for that must not keep a process alive that has nothing left to do.
process.channel?.unref();
