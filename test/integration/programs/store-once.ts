/** Opens the store of its first argument, appends and reads once, and prints how that went. */
import { openStore } from "../../../src/buffer/redis/client.js";
import { failureOf } from "../../../src/buffer/redis/failures.js";

const store = await openStore(process.argv[2]!);
let result: object;
try {
  await store.append("s", Buffer.from("x"));
  result = { ok: (await store.read("s", "0-0", 1)).length === 1 };
} catch (error) {
  result = { failure: failureOf(error) };
}
process.stdout.write(JSON.stringify(result));
await store.close();
