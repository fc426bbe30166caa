/**
 * The keys beside a list, all in its own slot of a cluster:
 *
 *     dragonlog:{tag}:list:<list>:lease, :spare, :token     who empties it (partition-lease.ts)
 *     dragonlog:{tag}:list:<list>:state                     hash: how far it is emptied (list-state.ts)
 *     dragonlog:{tag}:list:<list>:memo                      hash of the shipper's notes (memo.ts)
 *
 * `tag` is the list's own hash tag, or its whole key where it has none.
 */
import { refuseValue } from "../../../system/refusal.js";
import { hashTag } from "../key-slot.js";
import type { LeaseKeys } from "../partition-lease.js";

export interface ListKeys extends LeaseKeys {
  readonly state: string;
  readonly memo: string;
}

export function listKeys(list: string, prefix: string): ListKeys {
  const base = `${prefix}:{${hashTag(list)}}:list:${list}`;
  return {
    lease: `${base}:lease`,
    spare: `${base}:spare`,
    token: `${base}:token`,
    state: `${base}:state`,
    memo: `${base}:memo`,
  };
}

/** Throws DRAGONLOG_OPTION_INVALID for a key that is dragonlog's own, or beside which no other can lie in a cluster. */
export function checkListKey(list: string, prefix: string): void {
  if (list === prefix || list.startsWith(`${prefix}:`)) {
    throw refuseValue("list", list, `the key of a list of your own; those with ${prefix}: are dragonlog's`);
  }
  if (hashTag(`{${hashTag(list)}}`) !== hashTag(list)) {
    throw refuseValue("list", list, "a key without } outside of a hash tag");
  }
}
