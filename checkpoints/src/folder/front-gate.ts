import { accessSync, constants, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  StoreForeign,
  StoreNotFound,
  StoreNotWritable,
  StoreOnNetwork,
} from "../errors/folder-errors.js";
import { networkFileSystemOf } from "./file-system.js";
import { catalogFile, STORE_FOLDER, SUBFOLDERS } from "./layout.js";
import { findStore, foreignOwner } from "./search.js";

/** Where to look for a store, and whether one may be made. */
export interface OpenOptions {
  /** The `.forkpoint` folder itself. */
  path?: string;
  /** Where the search upwards begins; the current folder if not given. */
  from?: string;
  /** Make a store where none is found (the default). */
  create?: boolean;
}

/**
 * Finds the folder of a store, or makes it (0700, ignored by git), and checks that it may be used.
 *
 * @returns the absolute path of the `.forkpoint` folder
 * @throws StoreNotFound, StoreNotWritable, StoreForeign, StoreOnNetwork
 * @example const path = enterStore({ from: process.cwd() });
 */
export function enterStore(options: OpenOptions): string {
  const from = resolve(options.from ?? process.cwd());
  const found = options.path === undefined ? findStore(from) : resolve(options.path);
  const path = found ?? join(from, STORE_FOLDER);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isDirectory()) {
    throw new StoreNotFound({ path, reason: "it is no folder" });
  }
  if (stat === undefined && options.create === false) throw new StoreNotFound({ path });
  if (options.create === false && !existsSync(catalogFile(path))) {
    throw new StoreNotFound({ path, reason: "it has no catalog" });
  }
  if (stat === undefined) makeFolder(path);
  const owner = foreignOwner(path);
  if (owner !== null) throw new StoreForeign({ path, owner });
  const fileSystem = networkFileSystemOf(path);
  if (fileSystem !== null) throw new StoreOnNetwork({ path, fileSystem });
  furnish(path);
  return path;
}

function makeFolder(path: string): void {
  const parent = dirname(path);
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory()) {
    throw new StoreNotFound({ path, reason: `the folder ${parent} does not exist` });
  }
  const fileSystem = networkFileSystemOf(parent);
  if (fileSystem !== null) throw new StoreOnNetwork({ path, fileSystem });
  guard(path, () => {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      // Another process made it in the same moment.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  });
}

function furnish(path: string): void {
  guard(path, () => {
    accessSync(path, constants.W_OK | constants.X_OK);
    for (const folder of SUBFOLDERS)
      mkdirSync(join(path, folder), { recursive: true, mode: 0o700 });
    const ignore = join(path, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  });
}

function guard(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new StoreNotWritable({ path, reason }, { cause: error });
  }
}
