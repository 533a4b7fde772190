import * as addonErrors from "./addon-errors.js";
import * as dataErrors from "./data-errors.js";
import * as entryErrors from "./entry-errors.js";
import * as exchangeErrors from "./exchange-errors.js";
import * as folderErrors from "./folder-errors.js";
import * as sqlErrors from "./sql-errors.js";
import { StoreError } from "./store-error.js";
import type { ErrorData } from "./store-error.js";

/** An error as it crosses between threads. */
export interface WireError {
  code: string | null;
  name: string;
  message: string;
  stack: string;
  data: ErrorData;
  cause: WireError | null;
}

type Reviver = new (data: never, options?: ErrorOptions) => StoreError;

const classes = new Map<string, Reviver>(
  Object.entries({
    ...folderErrors,
    ...entryErrors,
    ...dataErrors,
    ...sqlErrors,
    ...exchangeErrors,
    ...addonErrors,
  }) as [string, Reviver][],
);

/**
 * Takes an error apart so that it can be posted to another thread.
 *
 * @example port.postMessage({ id, ok: false, error: errorToWire(error) });
 */
export function errorToWire(error: unknown): WireError {
  if (!(error instanceof Error)) {
    return { code: null, name: "Error", message: String(error), stack: "", data: {}, cause: null };
  }
  return {
    code: error instanceof StoreError ? error.code : null,
    name: error.name,
    message: error.message,
    stack: error.stack ?? "",
    data: error instanceof StoreError ? error.data : {},
    cause: error.cause === undefined ? null : errorToWire(error.cause),
  };
}

/**
 * Puts an error from another thread together again: an instance of the same typed class, with the
 * stack of the thread that raised it.
 *
 * @example reject(errorFromWire(answer.error));
 */
export function errorFromWire(wire: WireError): Error {
  const options = wire.cause ? { cause: errorFromWire(wire.cause) } : undefined;
  const Typed = wire.code === null ? undefined : classes.get(wire.code);
  const error = Typed
    ? new Typed(wire.data as never, options)
    : wire.code === null
      ? new Error(wire.message, options)
      : new StoreError(wire.code, wire.message, wire.data, options);
  error.name = wire.name;
  error.message = wire.message;
  error.stack = wire.stack || error.stack;
  return error;
}
