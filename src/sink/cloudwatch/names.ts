/**
 * Names that CloudWatch takes:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
 */
import type { Destination } from "../../batch/batch.js";
import { NAME_CHARACTERS_MAX } from "../../batch/limits.js";
import { DragonlogError } from "../../system/errors.js";

const GROUP = /^(?!aws\/)[.\-_/#A-Za-z0-9]+$/;
const STREAM = /^[^:*]+$/s;

/**
 * The error for a destination that CloudWatch will never take, or undefined. It would answer
 * InvalidParameterException, as for a poisoned record; found here, a wrong template makes the records wait for a
 * person instead of making dead letters.
 */
export function nameFault({ group, stream }: Destination): DragonlogError | undefined {
  if (!GROUP.test(group) || group.length > NAME_CHARACTERS_MAX) {
    return refuse(
      "log group",
      group,
      `1 to ${NAME_CHARACTERS_MAX} of the characters A-Z a-z 0-9 . - _ / #, not starting with aws/`,
    );
  }
  if (!STREAM.test(stream) || stream.length > NAME_CHARACTERS_MAX || !stream.isWellFormed()) {
    return refuse("log stream", stream, `1 to ${NAME_CHARACTERS_MAX} characters without : and *`);
  }
  return undefined;
}

function refuse(what: string, name: string, accepted: string): DragonlogError {
  return new DragonlogError(
    "DRAGONLOG_OPTION_INVALID",
    `${JSON.stringify(name)} cannot be the name of a ${what}`,
    `Change the ${what}'s template: a name is ${accepted}.`,
  );
}
