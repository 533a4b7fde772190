import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../ids.js";
import { ARTIFACTS } from "./artifacts.js";
import type { ArtifactsMeta, ArtifactsRun } from "./artifacts.js";

const TEXT_LIMIT = 512 * 2 ** 20;
const LIST_LIMIT = 100_000;

/** A JSON object as it stands in a file. */
export type Facts = Record<string, unknown>;

/** A session of the layout, as it was found. */
export interface Part {
  folder: string;
  meta: Partial<ArtifactsMeta>;
  id: string;
  parent: string | null;
  runs: { run: Partial<ArtifactsRun>; id: string; given: string }[];
}

/**
 * The sessions of an artifacts folder, parents first; their ids as ids here: an id from elsewhere never
 * becomes a name on disk.
 *
 * @throws SyntaxError for a folder that is none
 * @example partsOf("artifacts").map(({ meta }) => meta.name)
 */
export function partsOf(from: string): Part[] {
  const folder = join(from, ARTIFACTS.sessions);
  const index = factsIn(join(folder, ARTIFACTS.index));
  if (index["schema_version"] !== 1) throw new SyntaxError("its index.json has another schema");
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  if (names.length > LIST_LIMIT) throw new SyntaxError("it has too many sessions");
  const ids = new Map<string, string>();
  const idOf = (given: string): string => {
    let id = ids.get(given);
    if (id === undefined) ids.set(given, (id = isId(given) ? given : newId()));
    return id;
  };
  const listed = Array.isArray(index["sessions"]) ? (index["sessions"] as Facts[]) : [];
  const parts = names.map((name): Part => {
    const meta = factsIn(join(folder, name, ARTIFACTS.meta)) as Partial<ArtifactsMeta>;
    const entry = listed.find((item) => item?.["id"] === name) ?? {};
    const parent = meta.parent_session_id ?? (entry["parent_session_id"] as string | null) ?? null;
    const known = Array.isArray(meta.runs) ? meta.runs : runsIn(join(folder, name));
    return {
      folder: join(folder, name),
      meta: { ...(entry as object), ...meta },
      id: idOf(name),
      parent: parent !== null && names.includes(String(parent)) ? idOf(String(parent)) : null,
      runs: known.map((run) => {
        const given = String(run.id);
        return { run, given, id: isId(given) ? given : newId() };
      }),
    };
  });
  return ordered(parts);
}

// Of a layout that does not list its runs: their folders.
function runsIn(folder: string): Partial<ArtifactsRun>[] {
  const runs = join(folder, ARTIFACTS.runs);
  if (!statSync(runs, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(runs)
    .sort()
    .map((id) => ({ id }));
}

/** Whether a text can be an id here. @example isId("0m8hk2x5c0001q9zt4") // true */
export function isId(text: string): boolean {
  return /^[a-z0-9]{1,64}$/.test(text);
}

// Parents first.
function ordered(parts: readonly Part[]): Part[] {
  const done = new Set<string>();
  const result: Part[] = [];
  let left = [...parts].sort((a, b) => (timeOf(a.meta) < timeOf(b.meta) ? -1 : 1));
  while (left.length > 0) {
    const next = left.filter((part) => part.parent === null || done.has(part.parent));
    if (next.length === 0)
      throw new SyntaxError("its sessions descend from each other in a circle");
    for (const part of next) {
      done.add(part.id);
      result.push(part);
    }
    left = left.filter((part) => !done.has(part.id));
  }
  return result;
}

/** When something was made, as ISO 8601; 1970 where it does not say. @example timeOf(meta) */
export function timeOf(meta: Partial<ArtifactsMeta>): string {
  const time = Date.parse(String(meta.created_at));
  return new Date(Number.isNaN(time) ? 0 : time).toISOString();
}

/** A step of the layout. @throws SyntaxError @example stepOf(meta.fork_step ?? 0) */
export function stepOf(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new SyntaxError("a step of it is no whole number from 0 on");
  }
  return value as number;
}

/** A text that is JSON. @throws SyntaxError @example jsonText(run.engine) */
export function jsonText(text: string): string {
  JSON.parse(text);
  return text;
}

/** Whether it is an object, and no list. @example isObject(event.data) */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function factsIn(file: string): Facts {
  const facts: unknown = JSON.parse(textIn(file));
  if (!isObject(facts)) throw new SyntaxError("a JSON file of it is no object");
  return facts;
}

/** The lines of a file that are not empty; none where it is not there. @example linesIn(events) */
export function linesIn(file: string): string[] {
  if (!statSync(file, { throwIfNoEntry: false })) return [];
  return textIn(file)
    .split("\n")
    .filter((line) => line.trim() !== "");
}

/** The text of a file. @throws SyntaxError for one that is too large @example textIn(file) */
export function textIn(file: string): string {
  const stat = statSync(file);
  if (!stat.isFile() || stat.size > TEXT_LIMIT) throw new SyntaxError("a part of it is too large");
  return readFileSync(file, "utf8");
}
