/**
 * The options of mail, understood:
 *
 *     smtp://host            port 587; STARTTLS when the server offers it
 *     smtp://user:pw@host    STARTTLS, or no mail: a password is never sent in the clear
 *     smtp://host?tls=off    never STARTTLS, as for a server on this machine whose certificate nobody could check
 *     smtps://host           port 465; TLS from the first byte
 *
 * User and password are percent-encoded, as always in URLs.
 */
import { DragonlogError } from "../system/errors.js";
import { refuseValue } from "../system/refusal.js";

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly tls: "from-the-start" | "required" | "when-offered" | "off";
  readonly user: string | undefined;
  readonly password: string | undefined;
}

const PORT = { "smtp:": 587, "smtps:": 465 } as const;
const RECIPIENTS_MAX = 50;
/** RFC 5321, 4.5.3.1.3, less the angle brackets. */
const ADDRESS_CHARACTERS_MAX = 254;
/** No name, no comment, no quotes: nothing that could be read as two addresses. */
const ADDRESS = /^[^\s\p{C}@,;:<>()[\]"\\]+@[^\s\p{C}@,;:<>()[\]"\\]+$/u;

/** Throws DRAGONLOG_OPTION_INVALID, without showing what stands in the URL. */
export function mailServerOf(smtp: string): MailServer {
  const url = URL.canParse(smtp) ? new URL(smtp) : undefined;
  const protocol = url?.protocol;
  if (url === undefined || (protocol !== "smtp:" && protocol !== "smtps:") || url.hostname === "") {
    throw refuseSmtp("it is no URL of the form smtp://host:587 or smtps://host:465");
  }
  const tls = url.searchParams.get("tls");
  for (const name of url.searchParams.keys()) {
    if (name !== "tls") throw refuseSmtp(`it has a parameter that is not known: ${name}`);
  }
  if (tls !== null && (tls !== "off" || protocol === "smtps:")) {
    throw refuseSmtp("its parameter tls can only be off, and only with smtp://");
  }
  if (!/^\/?$/.test(url.pathname)) throw refuseSmtp("it has a path, which means nothing to a mail server");
  const user = decode(url.username);
  return {
    // An IPv6 address stands in brackets in a URL, and nowhere else.
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? PORT[protocol] : Number(url.port),
    tls:
      protocol === "smtps:"
        ? "from-the-start"
        : tls === "off"
          ? "off"
          : user === undefined
            ? "when-offered"
            : "required",
    user,
    password: decode(url.password),
  };
}

/** The addresses of `mailTo`. Throws DRAGONLOG_OPTION_INVALID for what is no address. */
export function addressesOf(text: string, name: string): string[] {
  const addresses = text.split(",").map((address) => address.trim());
  const isWrong = (address: string) => address.length > ADDRESS_CHARACTERS_MAX || !ADDRESS.test(address);
  const wrong = addresses.find(isWrong);
  if (wrong !== undefined)
    throw refuseValue(name, wrong, "mail addresses such as ops@example.com, with commas between them");
  if (addresses.length > RECIPIENTS_MAX) throw refuseValue(name, text, `at most ${RECIPIENTS_MAX} addresses`);
  return [...new Set(addresses)];
}

function decode(part: string): string | undefined {
  try {
    return part === "" ? undefined : decodeURIComponent(part);
  } catch {
    throw refuseSmtp("its user or password is not percent-encoded: write % as %25");
  }
}

function refuseSmtp(why: string): DragonlogError {
  return new DragonlogError(
    "DRAGONLOG_OPTION_INVALID",
    `smtp cannot be what it is set to: ${why}`,
    "smtp takes smtp://user:password@host:587 or smtps://user:password@host:465; @ : / in a password are written %40 %3A %2F.",
  );
}
