import { tableFromIPC, tableToIPC } from "apache-arrow";
import type { Table } from "apache-arrow";
import { wholeText } from "../text/number.js";
import { arrowOf, curveRows, joinedRows, reducedRows } from "./rows.js";
import { bytesOf } from "./saved-widgets.js";
import type { SavedBuffer, SavedModel, SavedWidgets } from "./saved-widgets.js";
import { evenly, thinnedTable } from "./thin.js";

/** No curve and no list becomes smaller than this. */
const FEWEST_ROWS = 400;
const FEWEST_ITEMS = 10;

/** Something in the saved state that can be made smaller. */
interface Part {
  size: number;
  /** Makes it fit and says what became of it; null where nothing was left out. */
  reduce(budget: number): string | null;
}

/**
 * Makes saved widget state fit a budget, in bytes of its JSON, and says what was left out. Curves keep the
 * extremes of every stretch, everything else that has a step is thinned evenly; what is small stays whole.
 * Changes `widgets`.
 *
 * @example for (const note of reduceTo(widgets, 5_000_000)) console.log(note);
 */
export function reduceTo(widgets: SavedWidgets, budget: number): string[] {
  const total = sizeOf(widgets);
  if (total <= budget) return [];
  const parts = Object.values(widgets.state).flatMap(partsOf);
  let [room, left] = [budget - total, parts.length];
  for (const { size } of parts) room += size;
  const notes: string[] = [];
  // Small parts first: what they do not need is the others'.
  for (const part of parts.sort((a, b) => a.size - b.size)) {
    const share = Math.max(0, room / left--);
    const note = part.size > share ? part.reduce(share) : null;
    room -= Math.min(part.size, share);
    if (note) notes.push(note);
  }
  const size = sizeOf(widgets);
  if (size > budget * 1.02) {
    notes.push(
      `The views' data has ${(size / 1e6).toFixed(1)} MB, more than the budget: what is left cannot be reduced.`,
    );
  }
  return notes;
}

function partsOf(model: SavedModel): Part[] {
  const parts: Part[] = [];
  for (const [key, value] of Object.entries(model.state)) {
    if (!Array.isArray(value) || value.length === 0) continue;
    const part =
      packedPart(model, key, value) ?? streamsPart(model, key) ?? listPart(model, key, value);
    if (part) parts.push(part);
  }
  return parts;
}

/** An attribute that is a list of Arrow streams with a column `step`. */
function streamsPart(model: SavedModel, key: string): Part | null {
  const buffers = model.buffers!.filter(({ path }) => path.length === 2 && path[0] === key);
  if (buffers.length === 0 || buffers.length !== (model.state[key] as unknown[]).length)
    return null;
  const tables = decoded(buffers);
  if (!tables) return null;
  const replace = (bytes: Uint8Array): void => {
    const data = Buffer.from(bytes).toString("base64");
    const others = model.buffers!.filter((buffer) => !buffers.includes(buffer));
    model.buffers = [...others, { path: [key, 0], encoding: "base64", data }];
    model.state[key] = [null];
  };
  const size = buffers.reduce((sum, { data }) => sum + data.length, 0);
  const curves = tables.map(curveRows);
  const name = nameOf(model);
  return {
    size,
    reduce(budget) {
      const count = tables.reduce((sum, { numRows }) => sum + numRows, 0);
      const most = Math.max(FEWEST_ROWS, Math.floor((count * budget) / size));
      if (curves.every((curve) => curve !== null)) {
        const all = joinedRows(curves);
        // A row in our own encoding: its step and a number each, and base64 makes four bytes of three.
        const rowBytes = (8 + 8.2 * all.columns.size) * 1.34;
        const kept = reducedRows(
          all,
          Math.max(FEWEST_ROWS, Math.floor((budget - 4096) / rowBytes)),
        );
        replace(arrowOf(kept));
        if ("reduced_until" in model.state) model.state["reduced_until"] = kept.step.at(-1) ?? null;
        if (kept.step.length === all.step.length) return null;
        return `The curve of ${name}: ${wholeText(all.step.length)} steps reduced to ${wholeText(kept.step.length)} points; the smallest and largest of each stretch are kept, so every spike is there.`;
      }
      const [first, ...rest] = tables;
      const table = thinnedTable(first!.concat(...rest), most);
      replace(tableToIPC(table, "stream"));
      return `The ${wordOf(key)} of ${name}: ${wholeText(count)} entries thinned evenly to ${wholeText(table.numRows)}.`;
    },
  };
}

interface PackedEntry {
  step: number;
  size: number;
  kind?: unknown;
}

/** A list of snapshots whose bytes follow each other in `packs`; of each kind so many are kept. */
function packedPart(model: SavedModel, key: string, items: unknown[]): Part | null {
  const packs = inOrder(model.buffers!.filter(({ path }) => path[0] === "packs"));
  if (packs.length === 0 || !items.every(isPacked)) return null;
  const entries = items as PackedEntry[];
  const size = sizeOf(items) + packs.reduce((sum, { data }) => sum + data.length, 0);
  return {
    size,
    reduce(budget) {
      const bytes = Buffer.concat(packs.map(bytesOf));
      let at = 0;
      const slices = entries.map((entry) => bytes.subarray(at, (at += entry.size)));
      // Damaged: left as it is, the view says so.
      if (at !== bytes.length) return null;
      const kinds = new Map<unknown, number[]>();
      for (const [index, { kind }] of entries.entries()) {
        if (!kinds.has(kind)) kinds.set(kind, []);
        kinds.get(kind)!.push(index);
      }
      const kept = [...kinds.values()].flatMap((places) => {
        const most = Math.floor((places.length * budget) / size);
        return evenly(places.length, most).map((index) => places[index]!);
      });
      kept.sort((a, b) => a - b);
      model.state[key] = kept.map((index) => entries[index]!);
      const data = Buffer.concat(kept.map((index) => slices[index]!)).toString("base64");
      const others = model.buffers!.filter((buffer) => !packs.includes(buffer));
      model.buffers = [...others, { path: ["packs", 0], encoding: "base64", data }];
      model.state["packs"] = [null];
      return `The snapshots: ${wholeText(entries.length)} thinned evenly to ${wholeText(kept.length)}.`;
    },
  };
}

function isPacked(item: unknown): boolean {
  const { step, size } = (item ?? {}) as Partial<PackedEntry>;
  return Number.isSafeInteger(step) && Number.isSafeInteger(size);
}

/** An attribute that is a list of things that have a step and are not told apart by an id. */
function listPart(model: SavedModel, key: string, items: unknown[]): Part | null {
  if (!items.every(hasStep)) return null;
  const own = model.buffers!.filter(({ path }) => path.length > 2 && path[0] === key);
  const size = sizeOf(items) + own.reduce((sum, { data }) => sum + data.length, 0);
  return {
    size,
    reduce(budget) {
      const most = Math.max(FEWEST_ITEMS, Math.floor((items.length * budget) / size));
      const kept = evenly(items.length, most);
      const places = new Map(kept.map((index, place) => [index, place]));
      model.state[key] = kept.map((index) => items[index]);
      model.buffers = model.buffers!.flatMap((buffer) => {
        if (!own.includes(buffer)) return [buffer];
        const place = places.get(Number(buffer.path[1]));
        if (place === undefined) return [];
        return [{ ...buffer, path: [key, place, ...buffer.path.slice(2)] }];
      });
      if (kept.length === items.length) return null;
      return `The ${wordOf(key)} of ${nameOf(model)}: ${wholeText(items.length)} entries thinned evenly to ${wholeText(kept.length)}.`;
    },
  };
}

function hasStep(item: unknown): boolean {
  return (
    typeof item === "object" &&
    item !== null &&
    typeof (item as { step?: unknown }).step === "number" &&
    !("id" in item)
  );
}

function decoded(buffers: SavedBuffer[]): Table[] | null {
  try {
    const tables = inOrder(buffers).map((buffer) => tableFromIPC(bytesOf(buffer)));
    return tables.every((table) => table.getChild("step") !== null) ? tables : null;
  } catch {
    // Bytes that are no Arrow stream stay as they are; the view says what it cannot read.
    return null;
  }
}

function inOrder(buffers: SavedBuffer[]): SavedBuffer[] {
  return [...buffers].sort((a, b) => Number(a.path[1]) - Number(b.path[1]));
}

function nameOf({ state, model_name }: SavedModel): string {
  const { name } = (state["session"] ?? {}) as { name?: unknown };
  return typeof name === "string" ? `“${name}”` : model_name.replace(/Model$/, "");
}

const wordOf = (key: string): string => key.replaceAll("_", " ");

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}
