import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

// The counters, for what came and went again between two looks may have been seen by somebody between them.
const OUTLINE = `
SELECT json_array(
  (SELECT json_group_array(json_array(name, seq)) FROM sqlite_sequence
   WHERE name IN ('sessions', 'runs', 'models', 'trash')),
  (SELECT json_group_array(json_array(session_id, name)) FROM session_names),
  (SELECT json_group_array(json_array(id, status)) FROM runs WHERE trash_id IS NULL),
  (SELECT json_group_array(json_array(id, name)) FROM models WHERE trash_id IS NULL))`;

const known = new WeakMap<Catalog, { version: number; text: string }>();

/**
 * A text that is another one when sessions, runs or models have come, gone, ended or been renamed, whoever did
 * it. While nobody has written it costs one look at a number.
 *
 * @example if (outline(db) !== before) redraw();
 */
export function outline(db: Catalog): string {
  const version = db.pragma("data_version", { simple: true }) as number;
  const last = known.get(db);
  if (last?.version === version) return last.text;
  const text = prepared(db, OUTLINE).pluck().get() as string;
  known.set(db, { version, text });
  return text;
}
