/** `redis-server`, which says as others do that it works (`as-documented.ts`): here, when it takes connections. */
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { live } from "./as-documented.js";

const { REAL_PATH } = process.env;
const flags = process.argv.slice(2);

const flag = (name: string, otherwise: string): string => {
  const at = flags.indexOf(`--${name}`);
  return at === -1 ? otherwise : flags[at + 1]!;
};

const server = spawn("redis-server", flags, { stdio: "inherit", env: { ...process.env, PATH: REAL_PATH } });
server.on("error", (error) => {
  console.error(error.message);
  process.exit(127);
});
server.on("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => server.kill(signal));

function lookForIt(): void {
  const socket = connect(Number(flag("port", "6379")), flag("bind", "127.0.0.1"));
  socket.on("connect", () => {
    socket.destroy();
    live("SIGTERM");
  });
  socket.on("error", () => setTimeout(lookForIt, 20));
}
lookForIt();
