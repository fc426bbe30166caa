/** https://github.com/lazywithclass/winston-cloudwatch#usage */
import winston from "winston";
import WinstonCloudWatch from "winston-cloudwatch";
import { GROUP, SERVICE } from "../shape.js";
import type { OpenWay } from "../way.js";

export const open: OpenWay = () => {
  const transport = new WinstonCloudWatch({
    logGroupName: GROUP,
    logStreamName: SERVICE,
    awsRegion: "us-east-1",
    jsonMessage: true,
  });
  const logger = winston.createLogger({ transports: [transport] });
  return {
    log: (text, fields) => logger.info(text, fields),
    end: () =>
      new Promise((resolve) => {
        // It calls back with an error where its time is up; the process ends all the same.
        transport.kthxbye(() => resolve());
      }),
  };
};
