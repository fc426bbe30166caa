/** Dead letters: looked into, sent again, dropped. */
import { briefOf } from "../../dead-letters/brief.js";
import { runOn } from "../../dead-letters/command.js";
import { deadFolderOf } from "../../dead-letters/folder.js";
import { lettersWith } from "../../dead-letters/read-letters.js";
import { notFound } from "../answers.js";
import type { DeadLetterDetail, DeadLetterList } from "../api.js";
import { Parameters } from "../parameters.js";
import type { Route, ServeContext } from "../route.js";
import type { Serving } from "../serving.js";
import { Lists } from "./lists.js";
import { orderOf } from "./order.js";
import { LettersThread } from "./thread.js";

const DATA_CHARACTERS_MAX = 200;

export function letterRoutes({ shown, clock, closing }: Serving): Route[] {
  const { buffer, deadBytesMax: bytesMax } = shown.options;
  const dir = deadFolderOf(buffer.dir);
  const thread = new LettersThread(buffer.dir, clock);
  closing.addEventListener("abort", () => thread.close());
  const lists = new Lists(dir, (filters) => thread.perform({ kind: "list", filters }));
  const change = (kind: "replay" | "drop") => async (context: ServeContext) => {
    const order = orderOf(await context.req.text());
    return context.json(await thread.perform({ kind, order }));
  };
  return [
    {
      method: "GET",
      path: "/api/dead-letters",
      async handle(context) {
        const parameters = new Parameters(new URL(context.req.url), ["reason", "service"]);
        const reason = parameters.text("reason");
        const service = parameters.text("service");
        const list = await lists.get({
          ...(reason === undefined ? {} : { reason }),
          ...(service === undefined ? {} : { service }),
        });
        const answer: DeadLetterList = { ...list, bytesMax };
        return context.json(answer);
      },
    },
    {
      method: "GET",
      path: "/api/dead-letters/:key",
      handle: async (context) => context.json(await detailOf(dir, context.req.param("key") ?? "")),
    },
    { method: "POST", path: "/api/dead-letters/replay", handle: change("replay") },
    { method: "POST", path: "/api/dead-letters/drop", handle: change("drop") },
  ];
}

/** Throws for what is no key, and for one that no letter has, or not any more. */
async function detailOf(dir: string, key: string): Promise<DeadLetterDetail> {
  return runOn({ dir }, async () => {
    for await (const found of lettersWith(dir, [key])) {
      const { attempts = 0, requestId, firstTriedAt, lastTriedAt, line } = found.letter;
      const brief = briefOf(found, { dataCharactersMax: DATA_CHARACTERS_MAX });
      return { ...brief, attempts, requestId, firstTriedAt, lastTriedAt, line: line.toString() };
    }
    throw notFound("that dead letter is not here any more");
  });
}
