/** https://github.com/serdnam/pino-cloudwatch-transport#usage */
import { once } from "node:events";
import pino from "pino";
import { GROUP, SERVICE } from "../shape.js";
import type { OpenWay } from "../way.js";

export const open: OpenWay = async () => {
  const transport = pino.transport({
    target: "@serdnam/pino-cloudwatch-transport",
    options: { logGroupName: GROUP, logStreamName: SERVICE, awsRegion: "us-east-1" },
  });
  await once(transport, "ready");
  const logger = pino(transport);
  return {
    log: (text, fields) => logger.info(fields, text),
    async end() {
      // The thread does not keep the process alive.
      const alive = setInterval(() => {}, 1000);
      const closed = once(transport, "close");
      transport.end();
      await closed;
      clearInterval(alive);
    },
  };
};
