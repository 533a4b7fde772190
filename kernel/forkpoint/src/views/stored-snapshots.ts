import type { Snapshot, Store } from "@forkpoint/checkpoints";
import type { Session } from "@forkpoint/training";
import { SHOWN_KINDS } from "@forkpoint/wire";

/** Evaluations up to which everything is read; beyond, the snapshots nearest to evenly spaced steps. */
const MOST_READ = 600;
/** How many of each kind are read then. */
const SPACED = 100;

/**
 * What the store holds of a session's steps beside samples, ascending by step within each kind. Of very
 * many, those nearest to evenly spaced steps: a page holds no more of the big ones anyway.
 *
 * @throws SessionNotFound, MetricsDamaged
 * @example const found = await readStored(store, session);
 */
export async function readStored(store: Store, session: Session): Promise<Snapshot[]> {
  const { snapshots, evaluateEvery } = session.trainingConfig;
  const every = snapshots?.every ?? evaluateEvery;
  const { step: last } = session;
  if (!(last / every > MOST_READ)) {
    const found = await Promise.all(
      SHOWN_KINDS.map((kind) => store.readSnapshots(session.id, { kind })),
    );
    return found.flat();
  }
  const found: Snapshot[] = [];
  for (const kind of SHOWN_KINDS) {
    for (let place = 0; place <= SPACED; place++) {
      const step = Math.round((last * place) / SPACED);
      const nearest = await store.nearestSnapshot(session.id, step, kind);
      if (nearest && nearest.step > (found.findLast((it) => it.kind === kind)?.step ?? -1))
        found.push(nearest);
    }
  }
  return found;
}
