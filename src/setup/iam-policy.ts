/**
 * The smallest IAM policy with which `dragonlog ship` works.
 *
 * Actions by what is called: PutLogEvents always; CreateLogStream and CreateLogGroup for what is missing;
 * PutRetentionPolicy after a group was created with a retention; FilterLogEvents to look up what may have arrived.
 *
 * The ARN of a group in a policy ends with `:*` for all of them, which covers the group's streams too:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
import type { ShipOptions } from "./ship-options.js";

export interface IamPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: "Allow";
    readonly Action: readonly string[];
    readonly Resource: string;
  }[];
}

export function iamPolicy(
  options: Pick<ShipOptions, "group" | "region" | "retentionDays" | "exactlyOnce">,
): IamPolicy {
  const { group, region, retentionDays, exactlyOnce } = options;
  const actions = [
    "logs:PutLogEvents",
    "logs:CreateLogStream",
    "logs:CreateLogGroup",
    ...(retentionDays === undefined ? [] : ["logs:PutRetentionPolicy"]),
    ...(exactlyOnce === "verify" ? ["logs:FilterLogEvents"] : []),
  ];
  const groups = group.replace(/\{\w+\}/g, "*");
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "DragonlogShip",
        Effect: "Allow",
        Action: actions,
        Resource: `arn:${partitionOf(region)}:logs:${region ?? "*"}:*:log-group:${groups}:*`,
      },
    ],
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region = ""): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
