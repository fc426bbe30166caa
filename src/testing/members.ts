/**
 * Reads the members of a request and checks them the way AWS does: a member of the wrong type ends the request at
 * once with SerializationException; broken constraints are collected and reported together, up to ten, in one
 * InvalidParameterException ("2 validation errors detected: Value '' at 'x' failed to satisfy constraint: ...").
 */
import { invalidParameter, serialization } from "./aws-error.js";

export type Request = Readonly<Record<string, unknown>>;

const violationsMax = 10;
/** AWS echoes the value; a megabyte of it helps nobody. */
const echoLengthMax = 200;

interface StringRules {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
}

interface IntegerRules {
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly number[];
}

export class Members {
  readonly #request: Request;
  readonly #violations: string[] = [];

  constructor(request: Request) {
    this.#request = request;
  }

  /** Notes a broken constraint of a member; `path` as AWS writes it, such as `logEvents.1.member.message`. */
  violate(value: unknown, path: string, constraint: string): void {
    if (this.#violations.length === violationsMax) return;
    const echo = value === null ? "null" : `'${String(value).slice(0, echoLengthMax)}'`;
    this.#violations.push(
      `Value ${echo} at '${path}' failed to satisfy constraint: Member must ${constraint}`,
    );
  }

  /** Throws what was noted so far. To be called when all members are read, before they are used. */
  check(): void {
    const count = this.#violations.length;
    if (count === 0) return;
    throw invalidParameter(
      `${count} validation error${count === 1 ? "" : "s"} detected: ${this.#violations.join("; ")}`,
    );
  }

  string(name: string, rules: StringRules = {}): string | undefined {
    const value = this.#request[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw wrongType(name, "String");
    const { min, max, pattern, values } = rules;
    if (min !== undefined && value.length < min) {
      this.violate(value, name, `have length greater than or equal to ${min}`);
    }
    if (max !== undefined && value.length > max) {
      this.violate(value, name, `have length less than or equal to ${max}`);
    }
    if (pattern !== undefined && value !== "" && !pattern.test(value)) {
      this.violate(
        value,
        name,
        `satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, "")}`,
      );
    }
    if (values !== undefined && !values.includes(value)) {
      this.violate(value, name, `satisfy enum value set: [${values.join(", ")}]`);
    }
    return value;
  }

  requiredString(name: string, rules: StringRules = {}): string {
    const value = this.string(name, rules);
    if (value === undefined) this.violate(null, name, "not be null");
    return value ?? "";
  }

  integer(name: string, rules: IntegerRules = {}): number | undefined {
    const value = this.#request[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!Number.isSafeInteger(value)) throw wrongType(name, "Long");
    const number = value as number;
    const { min, max, values } = rules;
    if (min !== undefined && number < min) {
      this.violate(number, name, `have value greater than or equal to ${min}`);
    }
    if (max !== undefined && number > max) {
      this.violate(number, name, `have value less than or equal to ${max}`);
    }
    if (values !== undefined && !values.includes(number)) {
      this.violate(number, name, `satisfy enum value set: [${values.join(", ")}]`);
    }
    return number;
  }

  requiredInteger(name: string, rules: IntegerRules = {}): number {
    const value = this.integer(name, rules);
    if (value === undefined) this.violate(null, name, "not be null");
    return value ?? 0;
  }

  boolean(name: string): boolean {
    const value = this.#request[name] ?? false;
    if (typeof value !== "boolean") throw wrongType(name, "Boolean");
    return value;
  }

  list(name: string, rules: { readonly min: number; readonly max: number }): readonly unknown[] | undefined {
    const value = this.#request[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw wrongType(name, "List");
    if (value.length < rules.min) {
      this.violate("[]", name, `have length greater than or equal to ${rules.min}`);
    }
    if (value.length > rules.max) {
      this.violate("[...]", name, `have length less than or equal to ${rules.max}`);
    }
    return value;
  }
}

export function wrongType(path: string, wanted: string): Error {
  return serialization(`The value at '${path}' can not be converted to ${wanted}`);
}
