import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CloudAnswer, CloudOrder, CloudQuestion } from "./cloud.js";

const MODULES = {
  strict: new URL("./cloud.js", import.meta.url),
  lean: new URL("./lean-cloud.js", import.meta.url),
};

/** Runs `send` against a stand-in of its own and asks what arrived there. */
export async function withCloud<T>(
  order: CloudOrder,
  expected: CloudQuestion["expected"],
  send: (url: string) => Promise<T>,
): Promise<T & { readonly arrived: CloudAnswer }> {
  const cloud = fork(fileURLToPath(MODULES[order.kind ?? "strict"]), [JSON.stringify(order)], {
    serialization: "advanced",
    // The SDK would warn on each run that it is going to need a newer Node.js.
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  });
  try {
    const [{ url }] = (await once(cloud, "message")) as [{ url: string }];
    const sent = await send(url);
    cloud.send({ expected } satisfies CloudQuestion);
    const [arrived] = (await once(cloud, "message")) as [CloudAnswer];
    return { ...sent, arrived };
  } finally {
    cloud.kill("SIGKILL");
  }
}
