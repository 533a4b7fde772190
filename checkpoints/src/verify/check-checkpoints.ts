import { existsSync } from "node:fs";
import type { Catalog } from "../catalog/connection.js";
import { keptTensors } from "../catalog/stored-tensors.js";
import { CheckpointDamaged } from "../errors/data-errors.js";
import { blobFile } from "../folder/layout.js";
import { readManifest } from "../tensors/manifest.js";
import { checkStretch } from "../tensors/checked-read.js";
import { listed } from "./report.js";
import type { Findings } from "./report.js";
import { statSync } from "node:fs";

interface Row {
  id: string;
  step: number;
  name: string;
  inTrash: 0 | 1;
}

/**
 * Checks that each checkpoint's recorded state gives its digest, names tensors and texts that are
 * there, and keeps its tensors.
 *
 * @example checkCheckpoints(db, findings);
 */
export function checkCheckpoints(db: Catalog, findings: Findings): number {
  const rows = db
    .prepare(
      `SELECT c.id, c.step, c.trash_id IS NOT NULL AS inTrash, coalesce(n.name, 'in the trash') AS name
       FROM checkpoints c LEFT JOIN session_names n ON n.session_id = c.session_id ORDER BY c.number`,
    )
    .all() as Row[];
  const gone = db.prepare("SELECT 1 FROM checkpoints WHERE id = ?");
  for (const [index, row] of rows.entries()) {
    if (index % 50 === 0) findings.progress("checkpoints", index, rows.length);
    const title = `the checkpoint of "${row.name}" at step ${row.step}`;
    const consequence = `"${row.name}" cannot go back to this state; Forkpoint passes over it and replays from an earlier one`;
    try {
      const { tensors } = readManifest(db, row.id, true);
      const digests = keptTensors(db, row.id);
      const loose = tensors.filter((tensor) => !digests.has(tensor.sha256));
      if (loose.length > 0 && gone.get(row.id)) {
        findings.add({
          ...{ part: "checkpoints", code: "tensors_loose", subjects: [row.id], repairable: true },
          what: `${title} does not hold on to ${listed(loose.map((tensor) => `"${tensor.name}"`))}`,
          consequence: "a collection could remove these tensors",
          remedy: 'run "forkpoint verify --repair"',
        });
      }
    } catch (error) {
      if (!(error instanceof CheckpointDamaged || error instanceof SyntaxError)) throw error;
      if (!gone.get(row.id)) continue;
      findings.damaged.add(row.id);
      const reason = error instanceof CheckpointDamaged ? String(error.data["reason"]) : "no JSON";
      findings.add({
        ...{
          part: "checkpoints",
          code: "checkpoint_damaged",
          subjects: [row.id],
          repairable: true,
        },
        ...{ what: `${title} is damaged: ${reason}`, consequence },
        remedy:
          'run "forkpoint verify --repair", which takes the record from its pack, or delete it',
      });
    }
  }
  return rows.length;
}

/** Bytes that checkBlobs will read. @example blobBytes(db) */
export function blobBytes(db: Catalog): number {
  const row = db.prepare("SELECT coalesce(sum(bytes), 0) AS n FROM blobs").get();
  return (row as { n: number }).n;
}

/**
 * Checks that each blob is there and what its digest says, and that checkpoints name none unknown.
 *
 * @throws the system's error
 * @example checkBlobs(db, store, findings);
 */
export function checkBlobs(db: Catalog, store: string, findings: Findings): number {
  const blobs = db.prepare("SELECT digest, bytes FROM blobs ORDER BY digest").all() as {
    digest: string;
    bytes: number;
  }[];
  for (const [index, { digest, bytes }] of blobs.entries()) {
    findings.progress("blobs", index, blobs.length);
    findings.bytes += bytes;
    const file = blobFile(store, digest);
    const whole =
      existsSync(file) &&
      statSync(file).size === bytes &&
      checkStretch({ file, offset: 0, length: bytes, digest }) === null;
    if (whole || !db.prepare("SELECT 1 FROM blobs WHERE digest = ?").get(digest)) continue;
    addBlobFault(db, findings, digest, existsSync(file) ? "is damaged" : "is gone");
  }
  const unknown = db
    .prepare(
      `SELECT DISTINCT b.value AS digest FROM checkpoints c, json_each(c.state, '$.blobs') b
       WHERE json_valid(c.state) AND b.value NOT IN (SELECT digest FROM blobs)`,
    )
    .all() as { digest: string }[];
  for (const { digest } of unknown) addBlobFault(db, findings, digest, "is not in the catalog");
  return blobs.length;
}

function addBlobFault(db: Catalog, findings: Findings, digest: string, fault: string): void {
  const users = db
    .prepare(
      `SELECT DISTINCT b.key || ' of "' || coalesce(n.name, 'in the trash') || '"' AS user
       FROM checkpoints c, json_each(c.state, '$.blobs') b
       LEFT JOIN session_names n ON n.session_id = c.session_id
       WHERE json_valid(c.state) AND b.value = ?`,
    )
    .pluck()
    .all(digest) as string[];
  findings.add({
    ...{ part: "blobs", code: "blob_damaged", subjects: [digest] },
    what: `the blob ${digest.slice(0, 12)}… ${fault}`,
    consequence:
      users.length === 0
        ? "nothing: no checkpoint uses it"
        : `what it holds is missing: ${listed(users)}; training cannot go on there`,
    remedy:
      "open the session with its data again, which saves it anew, or put a copy of the file back",
  });
}
