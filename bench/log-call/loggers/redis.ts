/** What people do without a log pipeline: each record goes to a Redis list, and the caller waits for the answer. */
import { createClient } from "@redis/client";
import { SERVICE } from "../../lib/records.js";
import { type OpenContender, REDIS_LIST } from "../contender.js";

export const open: OpenContender = async ({ redisUrl }, shape) => {
  const client = createClient({ url: redisUrl });
  await client.connect();
  return {
    waits: true,
    async log(i) {
      const record = {
        timestamp: new Date().toISOString(),
        service: SERVICE,
        data: shape.text(i),
        type: "INFO",
        metadata: shape.metadata(i),
      };
      await client.rPush(REDIS_LIST, JSON.stringify(record));
    },
    drain: async () => {},
    close: () => client.close(),
  };
};
