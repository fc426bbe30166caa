/** Every operation the stand-in knows beside PutLogEvents, by its name in `X-Amz-Target`. */
import type { Request } from "../members.js";
import type { Context } from "./context.js";
import { describeLogGroups, describeLogStreams } from "./describe.js";
import { filterLogEvents } from "./filter-log-events.js";
import { getLogEvents } from "./get-log-events.js";
import {
  createLogGroup,
  createLogStream,
  deleteLogGroup,
  deleteLogStream,
  deleteRetentionPolicy,
  putRetentionPolicy,
} from "./manage.js";

export const operations: ReadonlyMap<string, (request: Request, context: Context) => object> = new Map([
  ["CreateLogGroup", createLogGroup],
  ["CreateLogStream", createLogStream],
  ["DeleteLogGroup", deleteLogGroup],
  ["DeleteLogStream", deleteLogStream],
  ["DeleteRetentionPolicy", deleteRetentionPolicy],
  ["DescribeLogGroups", describeLogGroups],
  ["DescribeLogStreams", describeLogStreams],
  ["FilterLogEvents", filterLogEvents],
  ["GetLogEvents", getLogEvents],
  ["PutRetentionPolicy", putRetentionPolicy],
]);
