import {
  decodeShown,
  SHOWN_KINDS,
  SNAPSHOT_BYTES,
  thinned,
  WireInvalid,
  type Shown,
  type WireSnapshot,
} from "@forkpoint/wire";

/** A snapshot in the page, its numbers still as bytes. */
export interface HeldSnapshot {
  step: number;
  size: number;
  entry: WireSnapshot;
  bytes: Uint8Array;
}

/** What the page holds, ascending by step within each kind. */
export type Held = Record<Shown["kind"], HeldSnapshot[]>;

/** Nothing held. @example let held = holdNothing(); */
export function holdNothing(): Held {
  return { probabilities: [], attention: [], embeddings: [] };
}

/**
 * Adds snapshots, whose bytes follow each other in `packs`; of more than the page is to hold, those
 * nearest to evenly spaced steps stay. One of a step that is there already takes its place.
 *
 * @throws WireInvalid when the packs have other bytes than the entries say
 * @example hold(held, append.entries, [buffer]);
 */
export function hold(held: Held, entries: readonly WireSnapshot[], packs: Uint8Array[]): void {
  let [pack, at] = [0, 0];
  for (const entry of entries) {
    while (pack < packs.length && at === packs[pack]!.byteLength) [pack, at] = [pack + 1, 0];
    const end = at + entry.size;
    const from = packs[pack];
    if (!from || end > from.byteLength) throw new WireInvalid("packs", "as long as entries say");
    // A copy: a view would keep the whole pack in memory when all but one of it are let go.
    const item = { step: entry.step, size: entry.size, entry, bytes: from.slice(at, end) };
    at = end;
    const of = held[entry.kind];
    while (of.length > 0 && of.at(-1)!.step >= item.step) of.pop();
    of.push(item);
  }
  for (const kind of SHOWN_KINDS) held[kind] = thinned(held[kind], SNAPSHOT_BYTES[kind]);
}

/** All that is held as entries and one pack, as {@link hold} takes them. */
export function packed(held: Held): { entries: WireSnapshot[]; packs: Uint8Array[] } {
  const all = SHOWN_KINDS.flatMap((kind) => held[kind]);
  const pack = new Uint8Array(all.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const { bytes, size } of all) {
    pack.set(bytes, at);
    at += size;
  }
  return { entries: all.map(({ entry }) => entry), packs: all.length === 0 ? [] : [pack] };
}

const decoded = new WeakMap<HeldSnapshot, Shown & { step: number }>();

/**
 * The numbers of a snapshot.
 *
 * @throws WireInvalid
 * @example shownOf(held.attention[0]!).tokens
 */
export function shownOf(item: HeldSnapshot): Shown & { step: number } {
  let shown = decoded.get(item);
  if (!shown) {
    shown = { ...decodeShown(item.entry, item.bytes), step: item.step };
    decoded.set(item, shown);
  }
  return shown;
}
