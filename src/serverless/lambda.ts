export type { Invocation } from "./invocation.js";
export type { DeliveryOptions } from "./options.js";
export { withDelivery } from "./with-delivery.js";
