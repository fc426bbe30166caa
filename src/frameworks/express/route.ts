/** The pattern that Express has routed a request by, such as `/api/users/:id`. */

export interface Routed {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

/** A pattern whose number of segments says how many of the path it stands for. */
const PLAIN = /^(\/[^/*?+(){}[\]]*)+$/;

/**
 * Undefined where none matched. An error on its way to a handler outside of its router leaves the router's own path behind, which is
 * then taken from the request's path.
 */
export function expressRoute({ baseUrl, route }: Routed, path: string): string | undefined {
  const pattern = route?.path;
  if (typeof pattern !== "string") {
    // Several patterns, or a regular expression.
    return pattern === undefined ? undefined : `${baseUrl ?? ""}${pattern}`;
  }
  const base = baseUrl || mountOf(pattern, path);
  return pattern === "/" && base !== "" ? base : base + pattern;
}

function mountOf(pattern: string, path: string): string {
  if (!PLAIN.test(pattern)) {
    return "";
  }
  const segments = segmentsOf(path);
  const mounted = segments.slice(0, Math.max(0, segments.length - segmentsOf(pattern).length));
  return mounted.map((segment) => `/${segment}`).join("");
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}
