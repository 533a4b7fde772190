import { OptionInvalid } from "../errors/folder-errors.js";
import { getMeta, prepared, putMeta, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import type { WriterContext } from "../writer/context.js";
import { newestStart } from "./entries.js";
import { needing, purge } from "./purge.js";
import type { Purged } from "./purge.js";

/**
 * How long things stay in the trash: until they are purged by hand, for some hours, or until the
 * store was opened for writing by so many processes (kernels) since.
 */
export type TrashRetention =
  { kind: "manual" } | { kind: "hours"; hours: number } | { kind: "starts"; starts: number };

const KEY = "trash_retention";

/** The retention that the store keeps to; "manual" if none was set. @example readRetention(db).kind */
export function readRetention(db: Catalog): TrashRetention {
  const value = getMeta(db, KEY);
  return value === null ? { kind: "manual" } : (JSON.parse(value) as TrashRetention);
}

/**
 * Sets the retention, for what lies in the trash already too.
 *
 * @throws OptionInvalid
 * @example setRetention(context, { kind: "hours", hours: 24 * 30 });
 */
export function setRetention({ db }: WriterContext, retention: TrashRetention): void {
  const refuse = (reason: string): never => {
    throw new OptionInvalid({ option: "retention", reason });
  };
  let value: TrashRetention = { kind: "manual" };
  if (retention.kind === "hours") {
    const { hours } = retention;
    if (!Number.isFinite(hours) || hours < 0) refuse("must have hours, a number from 0 on");
    value = { kind: "hours", hours };
  } else if (retention.kind === "starts") {
    const { starts } = retention;
    if (!Number.isSafeInteger(starts) || starts < 1) refuse("must have starts, from 1 on");
    value = { kind: "starts", starts };
  } else if (retention.kind !== "manual")
    refuse('must be of the kind "manual", "hours" or "starts"');
  write(db, () => putMeta(db, KEY, JSON.stringify(value)));
}

/**
 * Purges what has been in the trash for longer than the retention allows. What something else in
 * the trash could not come back without stays as long as that.
 *
 * @throws SQLite's errors
 * @example purgeDue(context, new Date()).entries
 */
export function purgeDue(context: WriterContext, now: Date): Purged {
  const { db } = context;
  let due = dueEntries(db, now);
  for (;;) {
    const list = JSON.stringify(due);
    const free = due.filter((id) => needing(db, id, list).length === 0);
    if (free.length === due.length) break;
    due = free;
  }
  return due.length === 0 ? { entries: 0, bytes: 0 } : purge(context, due);
}

function dueEntries(db: Catalog, now: Date): string[] {
  const retention = readRetention(db);
  if (retention.kind === "manual") return [];
  const rows =
    retention.kind === "hours"
      ? prepared(db, "SELECT id FROM trash WHERE deleted_at <= ?").all(
          new Date(now.getTime() - retention.hours * 3_600_000).toISOString(),
        )
      : prepared(db, "SELECT id FROM trash WHERE deleted_start <= ?").all(
          newestStart(db) - retention.starts,
        );
  return (rows as { id: string }[]).map((row) => row.id);
}
