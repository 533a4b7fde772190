import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import { sessionInput, temporaryFolder } from "./fixtures.js";

/** What a test is given. */
export interface GivenStore {
  /** The folder that holds the store. */
  readonly folder: string;
  store: Store;
  /** Closes the store and opens it again, as another kernel would. */
  reopen(act?: () => void | Promise<void>): Promise<void>;
  /** A session of the test's own. */
  readonly session: SessionRow;
  /** How many sessions were given before: a number that no other test of the file has. */
  readonly number: number;
}

/**
 * A store in a folder of its own, for each test of the file or one for all, and for each test a new
 * session in it. All is gone afterwards.
 *
 * @example const given = storeForTests("file"); // then given.store, given.session in each test
 */
export function storeForTests(scope: "file" | "test"): GivenStore {
  let folder: { path: string; remove(): void };
  let session: SessionRow;
  let number = 0;
  const given: GivenStore = {
    get folder() {
      return folder.path;
    },
    store: undefined as never,
    get session() {
      return session;
    },
    get number() {
      return number;
    },
    async reopen(act) {
      await given.store.close();
      await act?.();
      given.store = await openStore({ from: folder.path });
    },
  };
  const [before, after] = scope === "file" ? [beforeAll, afterAll] : [beforeEach, afterEach];
  before(async () => {
    folder = temporaryFolder();
    given.store = await openStore({ from: folder.path });
  });
  beforeEach(async () => {
    session = await given.store.writer.createSession(sessionInput(`sonnets ${++number}`));
  });
  after(async () => {
    await given.store.close();
    folder.remove();
  });
  return given;
}
