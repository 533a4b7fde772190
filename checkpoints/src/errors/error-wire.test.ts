import { describe, expect, test } from "vitest";
import * as dataErrors from "./data-errors.js";
import * as entryErrors from "./entry-errors.js";
import { errorFromWire, errorToWire } from "./error-wire.js";
import * as folderErrors from "./folder-errors.js";
import { StoreError } from "./store-error.js";
import { asWriteError } from "./system-error.js";

const classes = { ...folderErrors, ...entryErrors, ...dataErrors };
const data = {
  ...{ path: "/n/.forkpoint", reason: "EIO", id: "a", name: "n", kind: "model", digest: "d" },
  ...{
    version: 9,
    supported: 1,
    owner: 7,
    fileSystem: "nfs4",
    option: "seed",
    file: "f",
    pack: "p",
  },
  ...{ sessionId: "s", runId: "r", status: "completed", remedy: "wait", purging: false },
  by: [{ kind: "run", id: "r", name: "n", why: "it is so" }],
  holder: { runId: "r", pid: 7, since: "2026" },
};

describe("typed errors", () => {
  test.each(Object.entries(classes))("%s crosses threads whole", (name, Typed) => {
    const error = new Typed(data as never, { cause: new RangeError("below") });
    const back = errorFromWire(structuredClone(errorToWire(error)));
    expect(back).toBeInstanceOf(Typed);
    expect(back).toMatchObject({ code: name, name, data, message: error.message });
    expect(back.stack).toBe(error.stack);
    expect(back.cause).toMatchObject({ name: "RangeError", message: "below" });
    expect(error.message).toMatch(/^[A-Z].*\.$/);
    expect(error.message).not.toContain("undefined");
  });

  test("others cross with name, message and stack", () => {
    const error = new TypeError("x is not a function");
    const back = errorFromWire(structuredClone(errorToWire(error)));
    expect(back).not.toBeInstanceOf(StoreError);
    expect(back).toMatchObject({ name: "TypeError", message: error.message, stack: error.stack });
    expect(errorFromWire(structuredClone(errorToWire("a text"))).message).toBe("a text");
  });
});

describe("asWriteError", () => {
  const system = (code: string) => Object.assign(new Error("it failed"), { code });
  test.each([
    ["ENOSPC", "StoreWriteFailed"],
    ["EIO", "StoreWriteFailed"],
    ["SQLITE_FULL", "StoreWriteFailed"],
    ["SQLITE_BUSY_SNAPSHOT", "StoreWriteFailed"],
    ["SQLITE_CORRUPT_VTAB", "StoreDamaged"],
    ["SQLITE_NOTADB", "StoreDamaged"],
  ])("takes %s for %s", (reason, code) => {
    const cause = system(reason);
    expect(asWriteError(cause, "/n")).toMatchObject({ code, cause });
  });

  test.each([
    system("ERR_INVALID_ARG_TYPE"),
    system("SQLITE_CONSTRAINT_UNIQUE"),
    new TypeError("a fault"),
    new entryErrors.RunNotFound({ id: "a" }),
  ])("leaves a fault of the program and a typed error alone: %s", (error) => {
    expect(asWriteError(error, "/n")).toBe(error);
  });
});
