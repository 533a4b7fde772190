import type { Catalog } from "../catalog/connection.js";
import type { Lease } from "../lease/lease.js";
import type { PackThread } from "../tensors/pack-thread.js";
import type { OpenSegment } from "../metrics/segment-writer.js";

/** What every write of one store worker works with. */
export interface WriterContext {
  /** The `.forkpoint` folder. */
  path: string;
  /** The connection that writes. */
  db: Catalog;
  lease: Lease;
  /** The segments that this worker appends to, by series and run. */
  segments: Map<string, OpenSegment>;
  /** The columns of sealed runs, as far as they were asked for. */
  sealedColumns: Map<string, string[]>;
  /** Files of refused writes that could not be removed either; tried again later. */
  strays: Set<string>;
  /** Writes the packs that nobody waits for; without it the caller's thread does. */
  packThread?: PackThread;
  /** Settles when the snapshots of all runs that have ended so far are sealed. */
  sealing: Promise<void>;
}
