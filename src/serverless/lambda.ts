/** For AWS Lambda: an answer waits for its records, within its time. See docs/serverless.md. */
export type { Invocation } from "./invocation.js";
export type { DeliveryOptions } from "./options.js";
export { withDelivery } from "./with-delivery.js";
