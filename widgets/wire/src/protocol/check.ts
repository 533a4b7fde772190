import type { Binary } from "./binary.js";
import { WireInvalid, type WireError } from "./error.js";
import { LIMITS } from "./limits.js";

/** Takes an unknown value, returns it typed and free of unknown keys, or throws {@link WireInvalid}. */
export type Check<T> = (value: unknown, path: string) => T;

/**
 * A string of at most `limit` UTF-16 code units.
 *
 * @example text(LIMITS.name)("Model 1", "name") === "Model 1"
 */
export function text(limit: number): Check<string> {
  return (value, path) => {
    if (typeof value !== "string" || value.length > limit) {
      throw new WireInvalid(path, `a text of at most ${limit} characters`);
    }
    return value;
  };
}

/**
 * A whole number from 0 that a double holds exactly: steps, counts, sequences.
 *
 * @example whole(12, "step") === 12
 */
export const whole: Check<number> = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new WireInvalid(path, "a whole number from 0");
  }
  return value as number;
};

/**
 * A finite number.
 *
 * @example finite(1.5, "train_loss") === 1.5
 */
export const finite: Check<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new WireInvalid(path, "a finite number");
  }
  return value;
};

/**
 * `true` or `false`.
 *
 * @example flag(true, "can_save") === true
 */
export const flag: Check<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new WireInvalid(path, "true or false");
  return value;
};

/**
 * Bytes of at most `LIMITS.chunkBytes`.
 *
 * @example binary(new Uint8Array(4), "metrics[0]").byteLength === 4
 */
export const binary: Check<Binary> = (value, path) => {
  const bytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
  if (!bytes || value.byteLength > LIMITS.chunkBytes) {
    throw new WireInvalid(path, `at most ${LIMITS.chunkBytes} bytes`);
  }
  return value as Binary;
};

/**
 * One of the given words.
 *
 * @example oneOf(["pause", "stop"])("stop", "action") === "stop"
 */
export function oneOf<const T extends string>(words: readonly T[]): Check<T> {
  return (value, path) => {
    if (!words.includes(value as T)) throw new WireInvalid(path, `one of ${words.join(", ")}`);
    return value as T;
  };
}

/**
 * The checked value, or null (undefined counts as null).
 *
 * @example nullable(whole)(null, "step") === null
 */
export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null || value === undefined ? null : check(value, path));
}

/**
 * The checked value, or undefined where the key is absent.
 *
 * @example optional(flag)(undefined, "replace") === undefined
 */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, path) => (value === undefined ? undefined : check(value, path));
}

/**
 * A list of at most `limit` checked items.
 *
 * @example listOf(whole, 10)([1, 2], "steps").length === 2
 */
export function listOf<T>(check: Check<T>, limit: number): Check<T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length > limit) {
      throw new WireInvalid(path, `a list of at most ${limit} items`);
    }
    return value.map((item, index) => {
      try {
        return check(item, "");
      } catch {
        // Places get names only where one is wrong: those of 20,000 samples would take a frame to make.
        return check(item, `${path}[${index}]`);
      }
    });
  };
}

/**
 * An object with exactly these keys; unknown ones are left out.
 *
 * @example shape({ step: whole })({ step: 3, more: 1 }, "row") // { step: 3 }
 */
export function shape<T extends object>(fields: { [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const keys = Object.keys(fields) as (keyof T & string)[];
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new WireInvalid(path || "message", "an object");
    }
    const result: Partial<T> = {};
    for (const key of keys) {
      const field = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
      const checked = fields[key](field, path ? `${path}.${key}` : key);
      if (checked !== undefined) result[key] = checked;
    }
    return result as T;
  };
}

/**
 * An error's code and sentence.
 *
 * @example wireError({ code: "NameTaken", message: "…" }, "error").code === "NameTaken"
 */
export const wireError: Check<WireError> = shape<WireError>({
  code: text(LIMITS.name),
  message: text(LIMITS.sentence),
});
