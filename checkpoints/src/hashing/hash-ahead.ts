import { digestTexts, sha256 } from "./digests.js";
import { hashAddon } from "./hash-addon.js";

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
 * Hashes contents in groups. With two threads those are others than the caller's: they begin at once,
 * and hash the next group while the caller is at work on one; with one it is the caller's own. Without the addon
 * each is hashed by Node when it is asked for.
 *
 * @example
 * const hashes = hashAhead([weights, moments], 2);
 * await hashes.digest(0); // "9f86d0…"
 * await hashes.end();
 */
export function hashAhead(contents: readonly Uint8Array[], threads: 1 | 2): HashesAhead {
  const addon = hashAddon();
  if (!addon) {
    const known: string[] = [];
    return { digest: (at) => (known[at] ??= sha256(contents[at]!)), end: async () => {} };
  }
  const groups = inGroups(contents);
  const places = groups.flatMap(({ length }, group) =>
    Array.from({ length }, (_, at) => ({ group, at })),
  );
  const begun: (Promise<string[]> | string[])[] = [];
  const begin = (group: number): Promise<string[]> | string[] =>
    (begun[group] ??=
      threads === 1
        ? digestTexts(addon.digests(groups[group]!))
        : addon.begin(groups[group]!, threads).then(digestTexts));
  if (threads > 1 && groups.length > 0) void begin(0);
  return {
    async digest(index) {
      const { group, at } = places[index]!;
      const digests = await begin(group);
      if (threads > 1 && group + 1 < groups.length) void begin(group + 1);
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
