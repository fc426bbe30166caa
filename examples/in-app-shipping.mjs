// Shipping from inside the application: a worker thread of this process delivers to CloudWatch Logs.
// Without an AWS account: run `npx dragonlog fake-cloud`, and set for this program
//   AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http://127.0.0.1:9901 AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x
import { DragonLogger } from "dragonlog";

const logger = new DragonLogger({
  service: "in-app",
  to: "cloudwatch",
  region: process.env.AWS_REGION ?? "us-east-1",
  group: "examples",
  stream: "{service}/{host}",
  interval: "5s",
});

for (let i = 1; i <= 1000; i++) {
  logger.info("step done", { step: i });
}

// Resolves when all of it is delivered, at the latest after drainDeadline (25s). A process that has nothing left to do
// does the same by itself before it ends.
await logger.flush();
console.log(`${logger.stats().logged} records logged`);
