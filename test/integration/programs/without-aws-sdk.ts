/** Loaded before a program: it and its threads find no AWS SDK, as where it is not installed. */
import { register } from "node:module";

const HOOKS = `export function resolve(specifier, context, next) {
  if (!specifier.startsWith("@aws-sdk/")) return next(specifier, context);
  throw Object.assign(new Error("Cannot find package " + specifier), { code: "ERR_MODULE_NOT_FOUND" });
}`;

register(`data:text/javascript,${encodeURIComponent(HOOKS)}`);
