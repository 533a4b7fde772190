import type { RunRow } from "@forkpoint/checkpoints";
import type { TrainingStore } from "@forkpoint/training";
import type { Table } from "apache-arrow";

/** The best loss of sessions, without reading a metric twice. */
export interface BestLosses {
  /** The least validation loss of a session's own runs, else the last training loss; null when neither is known yet. */
  of(sessionId: string, runs: RunRow[]): number | null;
  /** Takes up what a run at work has just measured. */
  hear(sessionId: string, rows: Table): void;
}

/**
 * Ended runs tell their best in their summary. What older ones and other processes' runs had is read
 * behind the scenes, one session at a time; `found` is told when it is known.
 *
 * @example createBestLosses(store, (id) => redraw(id)).of(session.id, session.runs)
 */
export function createBestLosses(store: TrainingStore, found: (id: string) => void): BestLosses {
  const live = new Map<string, number>();
  const read = new Map<string, number | null>();
  let reading: Promise<void> = Promise.resolve();

  async function readBest(sessionId: string, runs: RunRow[]): Promise<void> {
    const from = Math.min(...runs.map(({ fromStep }) => fromStep)) + 1;
    const table = await store.store.readMetrics(sessionId, { from, columns: ["validation_loss"] });
    const best = leastOf(validationLosses(table));
    read.set(sessionId, best);
    if (best !== null) found(sessionId);
  }

  return {
    of(sessionId, runs) {
      const told = runs.flatMap(({ summary }) => summary?.["best_validation_loss"] ?? []);
      const untold = runs.filter(({ summary }) => summary?.["best_validation_loss"] === undefined);
      if (untold.length > 0 && !read.has(sessionId)) {
        read.set(sessionId, null);
        // A session thrown away meanwhile, or whose metrics are damaged, has no best to show.
        reading = reading.then(() => readBest(sessionId, untold)).catch(() => {});
      }
      const known = [...told, live.get(sessionId), read.get(sessionId)];
      const best = leastOf(known.map((loss) => loss ?? null));
      return best ?? runs.at(-1)?.summary?.["train_loss"] ?? null;
    },
    hear(sessionId, rows) {
      const best = leastOf([...validationLosses(rows), live.get(sessionId) ?? null]);
      if (best !== null) live.set(sessionId, best);
    },
  };
}

// One by one: toArray() of a column gives 0 for what was not measured.
function validationLosses(rows: Table): Iterable<number | null> {
  return (rows.getChild("validation_loss") ?? []) as Iterable<number | null>;
}

function leastOf(losses: Iterable<number | null>): number | null {
  let least: number | null = null;
  for (const loss of losses) {
    if (loss !== null && Number.isFinite(loss) && (least === null || loss < least)) least = loss;
  }
  return least;
}
