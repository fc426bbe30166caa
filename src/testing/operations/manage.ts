/** Creates and deletes groups and streams, and sets how long a group keeps its events. */
import { invalidParameter } from "../aws-error.js";
import { groupClasses, retentionDays } from "../limits.js";
import { Members, type Request } from "../members.js";
import type { Context } from "./context.js";
import { groupName, streamName } from "./names.js";

const reservedPrefix = "aws/";

export function createLogGroup(request: Request, { store, now }: Context): object {
  const members = new Members(request);
  const name = groupName(members);
  const logGroupClass = members.string("logGroupClass", { values: groupClasses }) ?? "STANDARD";
  members.check();
  if (name.toLowerCase().startsWith(reservedPrefix)) {
    throw invalidParameter("Log groups starting with AWS/ are reserved for AWS.");
  }
  store.createGroup(name, logGroupClass, now);
  return {};
}

export function createLogStream(request: Request, { store, now }: Context): object {
  const members = new Members(request);
  const group = groupName(members);
  const stream = streamName(members);
  members.check();
  store.createStream(group, stream, now);
  return {};
}

export function putRetentionPolicy(request: Request, { store }: Context): object {
  const members = new Members(request);
  const group = groupName(members);
  const days = members.requiredInteger("retentionInDays", { values: retentionDays });
  members.check();
  store.group(group).retentionInDays = days;
  return {};
}

export function deleteRetentionPolicy(request: Request, { store }: Context): object {
  const members = new Members(request);
  const group = groupName(members);
  members.check();
  store.group(group).retentionInDays = undefined;
  return {};
}

export function deleteLogGroup(request: Request, { store }: Context): object {
  const members = new Members(request);
  const group = groupName(members);
  members.check();
  store.group(group);
  store.groups.delete(group);
  return {};
}

export function deleteLogStream(request: Request, { store }: Context): object {
  const members = new Members(request);
  const group = groupName(members);
  const name = streamName(members);
  members.check();
  const { streams } = store.group(group);
  store.stream(store.group(group), name);
  streams.delete(name);
  return {};
}
