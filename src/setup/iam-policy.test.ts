import assert from "node:assert/strict";
import { test } from "node:test";
import { iamPolicy } from "./iam-policy.js";

const LEAST = ["logs:PutLogEvents", "logs:CreateLogStream", "logs:CreateLogGroup"];

function statement(options: Partial<Parameters<typeof iamPolicy>[0]>) {
  const { Statement } = iamPolicy({ group: "g", exactlyOnce: "off", ...options });
  assert.equal(Statement.length, 1);
  return Statement[0]!;
}

test("only what the options make necessary is allowed", () => {
  assert.deepEqual(statement({}).Action, LEAST);
  assert.deepEqual(statement({ retentionDays: 30 }).Action, [...LEAST, "logs:PutRetentionPolicy"]);
  assert.deepEqual(statement({ exactlyOnce: "verify" }).Action, [...LEAST, "logs:FilterLogEvents"]);
});

test("only the group is covered, in its region where that is known", () => {
  assert.equal(statement({ group: "my/app" }).Resource, "arn:aws:logs:*:*:log-group:my/app:*");
  assert.equal(statement({ region: "eu-west-1" }).Resource, "arn:aws:logs:eu-west-1:*:log-group:g:*");
  assert.equal(statement({ group: "{service}/{date}" }).Resource, "arn:aws:logs:*:*:log-group:*/*:*");
});

test("China and GovCloud are partitions of their own", () => {
  assert.match(statement({ region: "cn-north-1" }).Resource, /^arn:aws-cn:logs:cn-north-1:/);
  assert.match(statement({ region: "us-gov-west-1" }).Resource, /^arn:aws-us-gov:logs:us-gov-west-1:/);
});
