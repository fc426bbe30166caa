import type { Visitor } from "./access.js";
import type { Context, HttpBindings } from "./vendored/hono.js";

export type ServeEnv = { Bindings: HttpBindings; Variables: { visitor: Visitor | undefined } };
export type ServeContext = Context<ServeEnv>;

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Answered to whoever asks, without a token. */
  readonly open?: true;
  readonly handle: (context: ServeContext) => Response | Promise<Response>;
}
