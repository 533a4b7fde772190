import type { Catalog } from "../catalog/connection.js";
import { nearestCheckpoint } from "../catalog/nearest.js";
import { listSessions } from "../catalog/sessions.js";
import type { SessionRow } from "../catalog/sessions.js";
import { timeline } from "../catalog/timeline.js";
import type { Findings } from "./report.js";

/**
 * Checks that sessions hang together: parents, roots, fork steps, timelines without gaps, and from
 * each step a checkpoint to replay from.
 *
 * @example checkHistory(db, findings);
 */
export function checkHistory(db: Catalog, findings: Findings): number {
  const sessions = listSessions(db);
  const byId = new Map(sessions.map((session) => [session.id, session]));
  for (const [index, session] of sessions.entries()) {
    if (index % 20 === 0) findings.progress("sessions", index, sessions.length);
    if (!checkAncestors(byId, session, findings)) continue;
    checkTimeline(db, session, findings);
    checkReplay(db, session, findings);
  }
  return sessions.length;
}

function checkAncestors(
  byId: ReadonlyMap<string, SessionRow>,
  session: SessionRow,
  findings: Findings,
): boolean {
  const fault = (what: string): false => {
    findings.add({
      ...{ part: "sessions", code: "ancestry_broken", subjects: [session.id], what },
      consequence: `what "${session.name}" inherits cannot be read`,
      remedy: "put a copy of catalog.sqlite back, or move it away and rebuild it with --repair",
    });
    return false;
  };
  const seen = new Set<string>();
  let at = session;
  while (at.parentSessionId !== null) {
    if (seen.has(at.id)) return fault(`the ancestors of "${session.name}" form a circle`);
    seen.add(at.id);
    const parent = byId.get(at.parentSessionId);
    if (!parent) return fault(`an ancestor of "${session.name}" is missing or in the trash`);
    at = parent;
  }
  return (
    at.id === session.rootSessionId || fault(`"${session.name}" names another root than it has`)
  );
}

function checkTimeline(db: Catalog, session: SessionRow, findings: Findings): void {
  const parts = timeline(db, session.id);
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (!before || part.from <= before.to + 1) continue;
    findings.add({
      ...{ part: "sessions", code: "timeline_gap", subjects: [session.id, part.runId] },
      what: `no run of "${session.name}" recorded the steps ${before.to + 1} to ${part.from - 1}`,
      consequence: "these steps have no curve and cannot be revisited",
      remedy: "restore the run that recorded them from the trash, if it is there",
    });
  }
}

// What cannot be replayed though the session has states: from each part of the timeline its ends.
function checkReplay(db: Catalog, session: SessionRow, findings: Findings): void {
  const damaged = [...findings.damaged];
  const parts = timeline(db, session.id);
  const steps = [...new Set(parts.flatMap(({ from, to }) => [from, to]))];
  const reached = steps.map((step) => nearestCheckpoint(db, session.id, step));
  // Nothing was ever saved: it was trained without keyframes.
  if (reached.every((nearest) => nearest === null)) return;
  const lost = steps.filter((step, index) => {
    if (reached[index] === null) return true;
    return damaged.length > 0 && nearestCheckpoint(db, session.id, step, damaged) === null;
  });
  if (lost.length === 0) return;
  const [first, last] = [Math.min(...lost), Math.max(...lost)];
  findings.add({
    ...{ part: "sessions", code: "steps_unreachable", subjects: [session.id] },
    what: `no whole checkpoint of "${session.name}" leads to ${first === last ? `step ${first}` : `some steps from ${first} to ${last}`}`,
    consequence: "these steps can be looked at as curves, but not gone back to",
    remedy: "put copies of the damaged packs back, or save a checkpoint now to secure what follows",
  });
}
