import { enterStore } from "../folder/front-gate.js";
import { closeContext, openContext } from "../writer/open-context.js";
import type { WriterContext } from "../writer/context.js";
import { temporaryFolder } from "./fixtures.js";

/** A store of a test's own, written by this thread. @example const { context, remove } = localContext(); */
export function localContext(): { context: WriterContext; remove(): void } {
  const folder = temporaryFolder();
  const context = openContext(enterStore({ from: folder.path }));
  return {
    context,
    remove() {
      closeContext(context);
      folder.remove();
    },
  };
}

/**
 * Makes every write of one kind to a table fail for the time of `act`, as a disk that fills up in
 * the middle of a transaction does.
 *
 * @example failing(context, "INSERT ON checkpoints", () => expect(save).toThrow())
 */
export async function failing(
  { db }: WriterContext,
  what: string,
  act: () => unknown,
): Promise<void> {
  db.exec(`CREATE TEMP TRIGGER failing BEFORE ${what} BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  try {
    await act();
  } finally {
    db.exec("DROP TRIGGER failing");
  }
}
