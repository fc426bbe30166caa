/** Asks the shipper. What it refuses, and what does not reach it, is thrown as `Refused` and `Unreachable`. */
import type { ApiError } from "../../src/serve/api.js";
import { sentence } from "./figures.js";

export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, error: ApiError) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.hint = error.hint;
  }
}

export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Throws unless the answer is one of success. Without a session the page goes to the login. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { cache: "no-store", ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable("The shipper does not answer.", { cause: error });
  }
  if (response.status === 401) location.assign("/login");
  if (!response.ok) throw new Refused(response.status, await errorOf(response));
  return response;
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await ask(path, signal ? { signal } : {})).json()) as T;
}

export async function postJson<T>(path: string, body: unknown): Promise<T> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  return (await (await ask(path, init)).json()) as T;
}

/** For people: what happened, and what to do about it. */
export function sentencesOf(error: unknown): string {
  if (error instanceof Refused) {
    const { message, hint } = error;
    return `${sentence(message)}${/[.!?]$/.test(message) ? "" : "."} ${hint}`.trim();
  }
  return error instanceof Error ? error.message : String(error);
}

async function errorOf(response: Response): Promise<ApiError> {
  const nothing = {
    code: `HTTP_${response.status}`,
    message: `The shipper answered ${response.status}.`,
    hint: "",
  };
  try {
    return { ...nothing, ...((await response.json()) as Partial<ApiError>) };
  } catch {
    return nothing;
  }
}
