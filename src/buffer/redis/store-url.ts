/**
 * Where a store is, in one line:
 *
 *     redis://[user:password@]host[:6379][/db]                       one server: Dragonfly, Redis, Valkey
 *     redis+sentinel://[user:password@]host[:26379],…/master[/db]    whichever server these Sentinels call the master
 *     redis+cluster://[user:password@]host[:6379],…                  a cluster, found by any of these nodes
 *
 * `rediss` instead of `redis` is the same over TLS, for Sentinels and servers alike; a private CA is trusted by
 * NODE_EXTRA_CA_CERTS. User and password are percent-encoded; `:password@` is the password of the default user. They are the
 * servers'; Sentinels are asked without.
 */
import { refuseValue } from "../../system/refusal.js";

export interface Node {
  readonly host: string;
  readonly port: number;
}

export interface StoreUrl {
  readonly kind: "single" | "sentinel" | "cluster";
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** At least one. */
  readonly nodes: readonly Node[];
  /** What the Sentinels call it; empty for the other kinds. */
  readonly master: string;
  readonly database: number;
  /** The URL without user and password, for people. */
  readonly name: string;
}

const URL_FORM = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)(\/[^?#]*)?$/;
const NODE_FORM = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/;
const ACCEPTED =
  "redis://[user:password@]host[:port][/db], redis+sentinel://host,…/master[/db] or redis+cluster://host,…; rediss for TLS";

/** Throws DRAGONLOG_OPTION_INVALID, without showing the password. `option` is what it was given by. */
export function parseStoreUrl(text: string, option: string): StoreUrl {
  const refused = (): Error => refuseValue(option, withoutPassword(text), ACCEPTED);
  const match = URL_FORM.exec(text);
  if (match === null) {
    throw refused();
  }
  const [, secure, form, login, hosts = "", path = ""] = match;
  const kind = (form ?? "single") as StoreUrl["kind"];
  const nodes = hosts.split(",").map((host) => nodeAt(host, kind === "sentinel" ? 26379 : 6379));
  const [master = "", database = "0", ...rest] =
    kind === "sentinel" ? path.split("/").slice(1) : ["", path.slice(1) || "0"];
  const fits =
    nodes.every((node) => node !== undefined) &&
    (kind !== "single" || nodes.length === 1) &&
    (kind !== "sentinel" || master !== "") &&
    (kind !== "cluster" || database === "0") &&
    /^\d{1,5}$/.test(database) &&
    rest.length === 0;
  const credentials = credentialsOf(login);
  if (!fits || credentials === undefined) {
    throw refused();
  }
  return {
    kind,
    tls: secure === "s",
    ...credentials,
    nodes: nodes as Node[],
    master,
    database: Number(database),
    name: text.replace(/\/\/[^@/]*@/, "//"),
  };
}

function nodeAt(text: string, portDefault: number): Node | undefined {
  const [, address, name, port] = NODE_FORM.exec(text) ?? [];
  const host = address ?? name;
  const node = { host: host ?? "", port: port === undefined ? portDefault : Number(port) };
  return host === undefined || node.port === 0 || node.port > 65_535 ? undefined : node;
}

/** Undefined where they are not properly encoded. */
function credentialsOf(login: string | undefined): Pick<StoreUrl, "username" | "password"> | undefined {
  const [username = "", ...password] = (login ?? "").split(":");
  try {
    return {
      username: decodeURIComponent(username) || undefined,
      password: decodeURIComponent(password.join(":")) || undefined,
    };
  } catch {
    return undefined;
  }
}

/** Whatever stands before the last `@` may be a password, however odd the rest is. */
function withoutPassword(text: string): string {
  const at = text.lastIndexOf("@");
  return at === -1 ? text : `…${text.slice(at)}`;
}
