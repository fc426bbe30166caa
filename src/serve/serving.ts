/** What the routes answer from. */
import type { Shown } from "../ship/page.js";
import type { Clock } from "../system/clock.js";
import type { Access } from "./access.js";
import type { Sessions } from "./sessions.js";

export interface Serving {
  readonly shown: Shown;
  readonly clock: Clock;
  readonly access: Access;
  /** Undefined without a token. */
  readonly sessions: Sessions | undefined;
  /** Of the cookie that holds a session: browsers keep one for all ports of a machine. */
  readonly cookie: string;
  /** Aborted when it ends: streams end then. */
  readonly closing: AbortSignal;
}
