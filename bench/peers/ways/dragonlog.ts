import { DragonLogger } from "../../../src/index.js";
import { GROUP, SERVICE } from "../shape.js";
import type { OpenWay } from "../way.js";

export const open: OpenWay = (dir) => {
  const logger = new DragonLogger({
    service: SERVICE,
    journalDir: dir,
    to: "cloudwatch",
    region: "us-east-1",
    group: GROUP,
  });
  return { log: (text, fields) => logger.info(text, fields), end: () => logger.close() };
};
