import { digestTexts, sha256 } from "./digests.js";
import { hashAddon } from "../addon/store-addon.js";

/** Digests of several contents, for who wants them one after the other. */
export interface HashesAhead {
  /** The sha256 of one, hexadecimal. */
  digest(at: number): Promise<string> | string;
  /** Resolves when nothing reads the contents any more. */
  end(): Promise<void>;
}

// As many contents and bytes together as keep the lanes of both threads filled; of the first, fewer
// bytes, for somebody waits for it with nothing else to do.
const COUNT = 6;
const BYTES = 4 << 20;
const FIRST_BYTES = 1 << 20;

/**
 * Hashes contents. With two threads those are others than the caller's: they begin at once, in groups, and
 * hash the next while the caller is at work on one. With one, or without the addon, Node hashes each in
 * the caller's when it is asked for: several at once leave nothing of a core to training beside them.
 *
 * @example
 * const hashes = hashAhead([weights, moments], 2);
 * await hashes.digest(0); // "9f86d0…"
 * await hashes.end();
 */
export function hashAhead(contents: readonly Uint8Array[], threads: 1 | 2): HashesAhead {
  const addon = threads > 1 ? hashAddon() : null;
  if (!addon) {
    const known: string[] = [];
    return { digest: (at) => (known[at] ??= sha256(contents[at]!)), end: async () => {} };
  }
  const groups = inGroups(contents);
  const places = groups.flatMap(({ length }, group) =>
    Array.from({ length }, (_, at) => ({ group, at })),
  );
  const begun: Promise<string[]>[] = [];
  const begin = (group: number): Promise<string[]> =>
    (begun[group] ??= addon.begin(groups[group]!, threads).then(digestTexts));
  if (groups.length > 0) void begin(0);
  return {
    async digest(index) {
      const { group, at } = places[index]!;
      const digests = await begin(group);
      if (group + 1 < groups.length) void begin(group + 1);
      return digests[at]!;
    },
    async end() {
      await Promise.all(begun);
    },
  };
}

function inGroups(contents: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = [];
  let bytes = 0;
  for (const content of contents) {
    const last = groups.at(-1);
    const full = bytes >= (groups.length === 1 ? FIRST_BYTES : BYTES);
    if (last && (last.length < COUNT || !full)) {
      last.push(content);
      bytes += content.byteLength;
    } else {
      groups.push([content]);
      bytes = content.byteLength;
    }
  }
  return groups;
}
