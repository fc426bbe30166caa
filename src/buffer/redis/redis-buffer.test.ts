import { ManualClock } from "../../system/manual-clock.cases.js";
import { testBuffer } from "../buffer.cases.js";
import { FakeServer } from "./fake-server.cases.js";
import { Shippers } from "./redis-buffer.cases.js";

testBuffer({
  name: "redis, on a store in memory",
  open(t) {
    const clock = new ManualClock();
    const server = new FakeServer(clock);
    const shippers = new Shippers(t, { clock, connect: () => server.connect() });
    return {
      open: () => shippers.open(),
      append: async (writer, payloads) => void (await shippers.append(writer, payloads)),
      end: () => {},
      requestFlush: (nowMs) => server.set(shippers.keys.flush(), String(nowMs)),
      crash: (buffer) => shippers.crash(buffer),
      expire: (buffer) => shippers.expire(buffer),
    };
  },
  skips: {
    fence: "a late one may still write what is true; redis-buffer-late.test.ts shows that it harms nothing",
    "sources end": "a partition is there for all writers to come",
    "a source per writer": "a partition has many writers",
  },
});
