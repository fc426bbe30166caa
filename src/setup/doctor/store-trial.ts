/** Every command that dragonlog needs, tried in every partition on keys of its own, which are removed again. */
import { Keys } from "../../buffer/redis/keys.js";
import type { Store } from "../../buffer/redis/store.js";
import { DragonlogError } from "../../system/errors.js";
import { randomId } from "../../system/random.js";

/** Whatever happens to the doctor, its keys do not stay. */
const EXPIRY_MS = 60_000;

export interface Trial {
  /** The median of the times that an answer took. */
  readonly answerMs: number;
  /** The store's clock less this one's. */
  readonly offsetMs: number;
}

/** Rejects with the first command that does not work. `now` is ms since 1970-01-01 UTC. */
export async function tryStore(store: Store, partitions: number, now: () => number): Promise<Trial> {
  const id = randomId(8);
  const { prefix } = new Keys();
  const numbers = Array.from({ length: partitions }, (_, number) => number);
  const trials = await Promise.all(
    // In a cluster each may lie on another server.
    numbers.map((number) => tryPartition(store, `${prefix}:{${number}}:doctor-${id}`, now)),
  );
  const answers: number[] = [];
  for (let look = 0; look < 5; look++) {
    const askedAt = performance.now();
    await store.get(`${prefix}:{${look % partitions}}:doctor-${id}`);
    answers.push(performance.now() - askedAt);
  }
  answers.sort((a, b) => a - b);
  const [{ offsetMs } = { offsetMs: 0 }] = trials;
  return { answerMs: answers[2]!, offsetMs };
}

/** Resolves with the store's clock less this one's. */
async function tryPartition(store: Store, key: string, now: () => number): Promise<{ offsetMs: number }> {
  const [lease, stream, list, hash, counter] = ["lease", "stream", "list", "hash", "counter"].map(
    (kind) => `${key}:${kind}`,
  ) as [string, string, string, string, string];
  const condition = { key: lease, value: "doctor" };
  const element = Buffer.from("doctor");
  const fields = new Map([["doctor", "1"]]);
  try {
    await store.setIfMissing(lease, condition.value, EXPIRY_MS);
    await store.expiresInMs(lease);
    await store.extend(lease, EXPIRY_MS);
    await store.stopExpiry(lease);
    await store.startExpiry(lease, EXPIRY_MS);
    await store.set(counter, "1");
    await store.increment(counter);

    const askedAtMs = now();
    const id = await store.append(stream, element);
    const offsetMs = Number.parseInt(id, 10) - (askedAtMs + now()) / 2;
    const entries = await store.read(stream, "0-0", 1);
    agrees(entries.length === 1 && entries[0]!.bytes.equals(element), store, "a stream");
    agrees((await store.lastId(stream)) === id, store, "the last id of a stream");
    await store.trim(stream, `${Number.parseInt(id, 10) + 1}-0`);
    agrees((await store.length(stream)) === 0, store, "a trimmed stream");

    await store.setFields(hash, fields);
    agrees(await store.setFieldsIf(condition, hash, fields), store, "a condition");
    agrees((await store.getFields(hash)).get("doctor") === "1", store, "a hash");
    await store.listPrepend(list, [element]);
    agrees((await store.listLength(list)) === 1, store, "the length of a list");
    agrees((await store.listRange(list, 0, 0)).length === 1, store, "a list");
    agrees(
      (await store.listTakeIf(condition, list, 1, hash, ["doctor"])) !== undefined,
      store,
      "taking from a list",
    );
    await store.removeFields(hash, ["doctor"]);
    return { offsetMs };
  } finally {
    await Promise.allSettled([lease, stream, list, hash, counter].map((each) => store.remove(each)));
  }
}

function agrees(right: boolean, { name }: Store, what: string): void {
  if (!right) {
    throw new DragonlogError(
      "DRAGONLOG_STORE_FAILED",
      `${name}: what was written to ${what} does not come back as it was written`,
      "Use Dragonfly, Redis or Valkey, without a proxy between that changes commands.",
    );
  }
}
