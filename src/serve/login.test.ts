import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, type Asked, type Served, serve, TOKEN } from "./serving.cases.js";

function form(token: string, headers: Record<string, string> = {}): Asked {
  return {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams({ token }).toString(),
  };
}

function cookieOf(answer: Answer): { readonly pair: string; readonly attributes: readonly string[] } {
  const [pair, ...attributes] = answer.headers["set-cookie"]?.[0]?.split("; ") ?? [];
  assert.ok(pair, "a cookie is set");
  return { pair, attributes: attributes.map((attribute) => attribute.toLowerCase()).sort() };
}

async function sees(served: Served, cookie: string): Promise<number> {
  return (await served.ask("/api/session", { headers: { cookie } })).status;
}

test("a browser logs in with a form, and out again", async (context) => {
  const served = await serve(context, { token: TOKEN });
  const page = await served.ask("/login");
  assert.equal(page.status, 200);
  assert.match(page.text, /<form method="post" action="\/login">/);
  assert.doesNotMatch(page.text, /<script|style=/);
  const style = await served.ask("/login.css");
  assert.match(style.headers["content-type"]!, /^text\/css/);

  const answer = await served.ask("/login", form(TOKEN));
  assert.deepEqual([answer.status, answer.headers.location], [303, "/"]);
  const { pair, attributes } = cookieOf(answer);
  assert.deepEqual(attributes, ["httponly", "max-age=43200", "path=/", "samesite=strict"]);
  assert.ok(!pair.includes(TOKEN), "the cookie is not the token");

  const session = await served.ask("/api/session", { headers: { cookie: `other=1; ${pair}` } });
  assert.deepEqual([session.status, session.json.loggedIn], [200, true]);
  assert.equal((await served.ask("/login", { headers: { cookie: pair } })).headers.location, "/");

  const out = await served.ask("/logout", { method: "POST", headers: { cookie: pair } });
  assert.deepEqual([out.status, out.headers.location], [303, "/login"]);
  assert.ok(cookieOf(out).attributes.includes("max-age=0"));
  assert.equal(await sees(served, pair), 401, "a session that was logged out of is over");
});

test("behind TLS the cookie never goes without", async (context) => {
  const served = await serve(context, { token: TOKEN });
  const answer = await served.ask("/login", form(TOKEN, { "x-forwarded-proto": "https" }));
  assert.ok(cookieOf(answer).attributes.includes("secure"));
});

test("another token logs nobody in, and nothing of it is repeated", async (context) => {
  const served = await serve(context, { token: TOKEN });
  const answer = await served.ask("/login", form(`<img onerror>${TOKEN}`));
  assert.equal(answer.status, 401);
  assert.equal(answer.headers["set-cookie"], undefined);
  assert.match(answer.text, /role="alert">That is not the token/);
  assert.doesNotMatch(answer.text, /<img/);
  const empty = await served.ask("/login", { method: "POST", body: "" });
  assert.equal(empty.status, 401);
});

test("a cookie that was made up, changed, or comes from another token shows nothing", async (context) => {
  const served = await serve(context, { token: TOKEN });
  const { pair } = cookieOf(await served.ask("/login", form(TOKEN)));
  assert.equal(await sees(served, pair), 200);
  const [name, value = ""] = pair.split("=");
  const [expires = "", random = "", signature = ""] = value.split(".");
  const later = (Number.parseInt(expires, 36) + 1).toString(36);
  for (const wrong of [
    "",
    TOKEN,
    `${later}.${random}.${signature}`,
    `${expires}.${random.replace(/./, (first) => (first === "a" ? "b" : "a"))}.${signature}`,
    `${expires}.${random}.${"A".repeat(43)}`,
    `${value}.`,
  ]) {
    assert.equal(await sees(served, `${name}=${wrong}`), 401, wrong);
  }
  const other = await serve(context, { token: `${TOKEN}-new` });
  assert.equal(await sees(other, pair.replace(/^[^=]+/, name!)), 401);
});

test("a foreign page cannot log somebody in", async (context) => {
  const served = await serve(context, { token: TOKEN });
  const answer = await served.ask("/login", form(TOKEN, { origin: "http://evil.example" }));
  assert.deepEqual([answer.status, answer.headers["set-cookie"]], [403, undefined]);
});

test("tokens cannot be tried at will", async (context) => {
  const served = await serve(context, { token: TOKEN });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => served.ask("/login", form(`${n}`))));
  const limited = answers.filter(({ status }) => status === 429);
  assert.ok(limited.length >= 40, `${limited.length} of 50 were refused`);
  assert.equal(limited[0]!.headers["retry-after"], "1");
  assert.match(limited[0]!.text, /Wait a moment/);
  // Who knows the token and needs no form is not held up.
  const headers = { authorization: `Bearer ${TOKEN}` };
  assert.equal((await served.ask("/api/session", { headers })).status, 200);
});
