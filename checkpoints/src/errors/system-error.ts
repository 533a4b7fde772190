import { StoreDamaged, StoreWriteFailed } from "./folder-errors.js";
import { StoreError } from "./store-error.js";

const DAMAGE = new Set(["SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT", "SQLITE_SCHEMA"]);

/**
 * Turns what the system or SQLite raised while writing into the store's own error. Typed errors and
 * errors that name no system code (faults in the program) come back unchanged.
 *
 * @example try { save(); } catch (error) { throw asWriteError(error, store.path); }
 */
export function asWriteError(error: unknown, path: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  // All that is parsed here is what a catalog or a file of the store holds.
  if (error instanceof SyntaxError) {
    const reason = `a stored text is not as it should be: ${error.message}`;
    return new StoreDamaged({ path, reason }, { cause: error });
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== "string") return error;
  if (code.startsWith("SQLITE_")) {
    const primary = code.split("_").slice(0, 2).join("_");
    if (DAMAGE.has(primary)) return new StoreDamaged({ path, reason: code }, { cause: error });
    // No statement of ours makes this of whole tables: their keys are not what they were.
    if (error.message.startsWith("foreign key mismatch")) {
      return new StoreDamaged({ path, reason: error.message }, { cause: error });
    }
    if (["SQLITE_FULL", "SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_READONLY"].includes(primary)) {
      return new StoreWriteFailed({ path, reason: primary }, { cause: error });
    }
    return error;
  }
  // Node's own argument faults (ERR_…) are faults in the program, not of the disk.
  if (code.startsWith("ERR_")) return error;
  return new StoreWriteFailed({ path, reason: code }, { cause: error });
}
