/** A form that asks a browser for the token, and gives it a session in a cookie. */
import { Allowance } from "./allowance.js";
import { LOGIN_STYLE, loginForm } from "./login-form.js";
import type { Route, ServeContext } from "./route.js";
import { isSameSecret } from "./secrets.js";
import type { Serving } from "./serving.js";
import { SESSION_MS } from "./sessions.js";
import { deleteCookie, getCookie, setCookie } from "./vendored/hono.js";

/** Tries at once, and then one each second, of all who try together: nobody guesses a token, and nobody keeps a core busy. */
const TRIES_MAX = 5;
const TRY_MS = 1000;

export function sessionOf(context: ServeContext, { cookie }: Pick<Serving, "cookie">): string | undefined {
  return getCookie(context, cookie);
}

export function loginRoutes(serving: Serving): Route[] {
  const { clock, cookie, sessions, shown } = serving;
  const { token } = shown.options;
  const tries = new Allowance(TRIES_MAX, TRY_MS, clock.elapsed);
  const cookieOptions = (context: ServeContext) => ({
    httpOnly: true,
    sameSite: "Strict" as const,
    path: "/",
    secure: context.req.header("x-forwarded-proto")?.split(",")[0]?.trim() === "https",
  });
  return [
    {
      method: "GET",
      path: "/login",
      open: true,
      handle: (context) =>
        token === undefined || context.get("visitor") !== undefined
          ? context.redirect("/", 303)
          : context.html(loginForm()),
    },
    {
      method: "POST",
      path: "/login",
      open: true,
      async handle(context) {
        if (token === undefined || sessions === undefined) {
          return context.redirect("/", 303);
        }
        if (!tries.take()) {
          context.header("Retry-After", String(TRY_MS / 1000));
          return context.html(loginForm("Too many tries at once. Wait a moment, and try again."), 429);
        }
        const given = new URLSearchParams(await context.req.text()).get("token") ?? "";
        if (!isSameSecret(given.trim(), token)) {
          return context.html(loginForm("That is not the token."), 401);
        }
        setCookie(context, cookie, sessions.begin(), {
          ...cookieOptions(context),
          maxAge: SESSION_MS / 1000,
        });
        return context.redirect("/", 303);
      },
    },
    {
      method: "POST",
      path: "/logout",
      open: true,
      handle(context) {
        const session = sessionOf(context, serving);
        if (session !== undefined) {
          sessions?.end(session);
        }
        deleteCookie(context, cookie, cookieOptions(context));
        return context.redirect("/login", 303);
      },
    },
    {
      method: "GET",
      path: "/login.css",
      open: true,
      handle: (context) => context.body(LOGIN_STYLE, 200, { "Content-Type": "text/css; charset=utf-8" }),
    },
  ];
}
