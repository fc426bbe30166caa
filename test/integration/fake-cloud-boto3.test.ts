/**
 * The stand-in as a client of another making sees it: boto3 writes and reads back what the stand-in holds. Skipped, with
 * the reason, where python3 or boto3 is missing.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { FakeCloudWatch } from "../../src/testing/index.js";

const run = promisify(execFile);
const pythonMsMax = 60_000;

const script = `
import boto3, json, sys
from botocore.config import Config
logs = boto3.client("logs", endpoint_url=sys.argv[1], region_name="eu-central-1", aws_access_key_id="AKIAFAKE",
                    aws_secret_access_key="fake", config=Config(retries={"max_attempts": 0}))
now = int(sys.argv[2])
logs.create_log_group(logGroupName="app")
logs.create_log_stream(logGroupName="app", logStreamName="web")
events = [{"timestamp": now + i // 3, "message": json.dumps({"id": "w-%d" % i, "text": "é✓"})} for i in range(25)]
logs.put_log_events(logGroupName="app", logStreamName="web", logEvents=events)
rejected = logs.put_log_events(logGroupName="app", logStreamName="web",
                               logEvents=[{"timestamp": 1, "message": "old"}])["rejectedLogEventsInfo"]

errors = []
def refused(call, **args):
    try:
        call(**args)
        errors.append("none")
    except logs.exceptions.ClientError as error:
        errors.append([error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]])
refused(logs.create_log_group, logGroupName="app")
refused(logs.put_retention_policy, logGroupName="app", retentionInDays=2)
refused(logs.put_log_events, logGroupName="app", logStreamName="no", logEvents=events)
refused(logs.put_log_events, logGroupName="app", logStreamName="web", logEvents=events[::-1])
refused(logs.start_query, logGroupName="app", startTime=0, endTime=1, queryString="x")

got, token = [], None
while True:
    page = logs.get_log_events(logGroupName="app", logStreamName="web", startFromHead=True, limit=10,
                               **({"nextToken": token} if token else {}))
    got += [event["message"] for event in page["events"]]
    if page["nextForwardToken"] == token:
        break
    token = page["nextForwardToken"]
pages = logs.get_paginator("filter_log_events").paginate(logGroupName="app", PaginationConfig={"PageSize": 7})
filtered = [event["message"] for page in pages for event in page["events"]]
groups = [group["logGroupName"] for page in logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]
streams = [stream["logStreamName"] for page in logs.get_paginator("describe_log_streams").paginate(logGroupName="app")
           for stream in page["logStreams"]]
print(json.dumps({"rejected": rejected, "errors": errors, "got": got, "filtered": filtered, "groups": groups,
                  "streams": streams}))
`;

async function boto3Missing(): Promise<string | false> {
  try {
    await run("python3", ["-c", "import boto3"], { timeout: pythonMsMax });
    return false;
  } catch (error) {
    return `boto3 cannot be imported: ${String((error as Error).message)
      .trim()
      .split("\n")
      .at(-1)}`;
  }
}

test("boto3 reads back what it wrote, page by page", { skip: await boto3Missing() }, async (t) => {
  const cloud = await FakeCloudWatch.start();
  t.after(() => cloud.stop());
  const { stdout } = await run("python3", ["-c", script, cloud.url, String(Date.now())], {
    timeout: pythonMsMax,
  });
  const messages = cloud.readStream("app", "web").map(({ message }) => message);
  assert.equal(messages.length, 25);
  assert.deepEqual(JSON.parse(stdout), {
    rejected: { tooOldLogEventEndIndex: 1 },
    errors: [
      ["ResourceAlreadyExistsException", 400],
      ["InvalidParameterException", 400],
      ["ResourceNotFoundException", 400],
      ["InvalidParameterException", 400],
      ["UnknownOperationException", 400],
    ],
    got: messages,
    filtered: messages,
    groups: ["app"],
    streams: ["web"],
  });
  const { distinct, lost, duplicates, outOfOrder, foreign } = cloud.tally({ w: 25 });
  assert.deepEqual(
    { distinct, lost, duplicates, outOfOrder, foreign },
    {
      distinct: 25,
      lost: 0,
      duplicates: 0,
      outOfOrder: 0,
      foreign: 0,
    },
  );
});
