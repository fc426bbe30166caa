/** What is made of the options of a store before anything is opened, in the thread of the logger: it must stay light. */
import { type CodecChoice, hasCodec } from "../buffer/redis/codec.js";
import { parseStoreUrl } from "../buffer/redis/store-url.js";
import { STORE_PREFIX } from "../journal/folder.js";
import { nameFor } from "../system/digest.js";
import { refuseValue } from "../system/refusal.js";

/**
 * Names a store in `writer.json`, so that a later process with the same one takes over. User and password do not count: they
 * change, and the store is still the same. Throws DRAGONLOG_OPTION_INVALID for a URL that is none of a store.
 */
export function storeName(url: string): string {
  const { kind, nodes, master, database } = parseStoreUrl(url, "buffer");
  const place = JSON.stringify([kind, nodes, master, database]);
  return `${STORE_PREFIX}${nameFor(place)}`;
}

/** Throws DRAGONLOG_OPTION_INVALID for a codec that this Node.js does not have. */
export function checkCodec(codec: CodecChoice): void {
  if (codec !== "auto" && !hasCodec(codec)) {
    throw refuseValue("codec", codec, `auto, none or brotli with Node.js ${process.version}`);
  }
}
