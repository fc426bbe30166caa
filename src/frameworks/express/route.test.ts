import assert from "node:assert/strict";
import { test } from "node:test";
import { expressRoute } from "./route.js";

const CASES: [string, { baseUrl?: string; route?: { path?: unknown } }, string, string | undefined][] = [
  ["a route of the application", { baseUrl: "", route: { path: "/users/:id" } }, "/users/7", "/users/:id"],
  [
    "a route of a router",
    { baseUrl: "/api", route: { path: "/users/:id" } },
    "/api/users/7",
    "/api/users/:id",
  ],
  ["the root of a router", { baseUrl: "/api", route: { path: "/" } }, "/api", "/api"],
  ["the root of the application", { baseUrl: "", route: { path: "/" } }, "/", "/"],
  [
    "an error that has left its router",
    { baseUrl: "", route: { path: "/boom/:id" } },
    "/api/v1/boom/1",
    "/api/v1/boom/:id",
  ],
  ["an error that has left a router's root", { baseUrl: "", route: { path: "/" } }, "/api", "/api"],
  [
    "a pattern that may stand for any number of segments",
    { route: { path: "/files/*rest" } },
    "/files/a/b",
    "/files/*rest",
  ],
  ["a regular expression", { baseUrl: "/api", route: { path: /^\/a/ } }, "/api/a", "/api/^\\/a/"],
  ["no route", { baseUrl: "" }, "/none", undefined],
];

for (const [name, request, path, expected] of CASES) {
  test(`the route is right for ${name}`, () => assert.equal(expressRoute(request, path), expected));
}
