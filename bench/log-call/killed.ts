/** In a process of its own: logs, and dies by SIGKILL at the instruction after the last call has returned. */
import { order } from "../lib/child.js";
import { CONTENDERS, type ContenderName, type Place } from "./contender.js";
import { BURST_CALLS, KILLED_CALLS, pause } from "./shape.js";
import { shapes } from "./shapes.js";

export interface KilledOrder {
  readonly name: ContenderName;
  readonly place: Place;
}

const { name, place } = order<KilledOrder>();
const open = await CONTENDERS[name].load();
const contender = await open(place, shapes["900-byte"]);
for (let done = 0; ; ) {
  for (const end = done + BURST_CALLS; done < end; done++) {
    const waited = contender.log(done);
    if (waited !== undefined) {
      await waited;
    }
  }
  if (done >= KILLED_CALLS) {
    process.kill(process.pid, "SIGKILL");
  }
  await pause();
}
