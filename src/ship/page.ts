/**
 * The page of a shipper, as the shipper sees it: something that is opened beside it and closed after it. Who serves it stands
 * below (serve/), and is given to it.
 *
 * Delivery never waits for it and never fails because of it.
 */
import { BlockList, isIPv6 } from "node:net";
import type { ListenPlace } from "../config/places.js";
import { DragonlogError, messageOf } from "../system/errors.js";
import type { OpenShipper, ShippingOptions } from "./open-shipper.js";

export interface PageOptions extends ShippingOptions {
  readonly listen: ListenPlace;
  readonly token?: string;
  readonly readOnly: boolean;
}

export interface Shown {
  readonly options: PageOptions;
  readonly listen: NonNullable<ListenPlace>;
  readonly open: Pick<OpenShipper, "vitals">;
  /** True from when it takes nothing more on and only ends. */
  readonly isDraining: () => boolean;
  /** Tells people at the machine. */
  readonly say: (text: string) => void;
}

interface ServedPage {
  /** Waits for nobody who looks. */
  close(): Promise<void>;
}

/** Resolves when it is served, or is known not to be for now. */
export type OpenPage = (shown: Shown) => Promise<ServedPage>;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Whether only programs of this machine can reach it. */
function isLoopback(host: string): boolean {
  return host === "localhost" || LOOPBACK.check(host, isIPv6(host) ? "ipv6" : "ipv4");
}

/** Throws DRAGONLOG_TOKEN_MISSING when the page would lie open to other machines. */
export function refuseOpenPage({ listen, token }: Pick<PageOptions, "listen" | "token">): void {
  if (listen === undefined || token !== undefined || isLoopback(listen.host)) {
    return;
  }
  throw new DragonlogError(
    "DRAGONLOG_TOKEN_MISSING",
    `whoever reaches ${listen.host} could read the logs, for no token is set`,
    "Set DRAGONLOG_TOKEN, such as to what `openssl rand -hex 24` prints, or serve on 127.0.0.1, or serve nothing with --listen none.",
  );
}

/** Opens the page in the background; the returned function closes it, or what there is of it. */
export function showPage(openPage: OpenPage, shown: Shown): () => Promise<void> {
  const failed = (error: unknown): undefined => {
    shown.open.vitals.setPage(undefined, messageOf(error));
    shown.say(`no page: ${messageOf(error)}; records are delivered all the same`);
  };
  const page = openPage(shown).catch(failed);
  return async () => {
    await (await page)?.close().catch(failed);
    shown.open.vitals.setPage(undefined);
  };
}
