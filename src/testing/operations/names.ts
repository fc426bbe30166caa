/** The members that name a log group or a log stream, with AWS's rules for them. */
import { invalidParameter } from "../aws-error.js";
import { groupNameLengthMax, groupNamePattern, streamNameLengthMax, streamNamePattern } from "../limits.js";
import type { Members } from "../members.js";

const groupRules = { min: 1, max: groupNameLengthMax, pattern: groupNamePattern };
const streamRules = { min: 1, max: streamNameLengthMax, pattern: streamNamePattern };
const arnPattern = /^arn:aws[\w-]*:logs:[^:]*:\d*:log-group:([^:]+)(?::\*)?$/;

export function groupName(members: Members): string {
  return members.requiredString("logGroupName", groupRules);
}

export function streamName(members: Members): string {
  return members.requiredString("logStreamName", streamRules);
}

export function groupNamePrefix(members: Members): string | undefined {
  return members.string("logGroupNamePrefix", groupRules);
}

export function streamNamePrefix(members: Members): string | undefined {
  return members.string("logStreamNamePrefix", streamRules);
}

/** The group of an operation that takes its name, or its name or ARN in `logGroupIdentifier`, but not both. */
export function groupNameOrIdentifier(members: Members): string {
  const name = members.string("logGroupName", groupRules);
  const identifier = members.string("logGroupIdentifier", { min: 1, max: 2048 });
  if ((name === undefined) === (identifier === undefined)) {
    throw invalidParameter("Exactly one of logGroupName and logGroupIdentifier must be specified.");
  }
  return name ?? arnPattern.exec(identifier!)?.[1] ?? identifier!;
}
