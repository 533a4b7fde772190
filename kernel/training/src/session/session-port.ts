import type { LayersModel } from "@tensorflow/tfjs";
import type { NewSnapshot, SampleRow, SessionRow } from "@forkpoint/checkpoints";
import type { NewBranch } from "./branch.js";
import type { Session } from "./session.js";

/** What changed in a session, for views and other listeners. */
export type SessionUpdate =
  | { kind: "rows"; chunk: Uint8Array; rate: number | null; secondsLeft: number | null }
  | { kind: "samples"; samples: SampleRow[] }
  | { kind: "snapshots"; snapshots: NewSnapshot[] }
  /** What samples of later steps begin with is another. */
  | { kind: "prompt" }
  /** Snapshots of steps of the past were recorded. */
  | { kind: "recorded" }
  | { kind: "run" }
  | { kind: "checkpoint" }
  | { kind: "engine" }
  /** The name, and this object with it, moved to another branch. */
  | { kind: "rewound" };

/** What a session needs of its store's others. */
export interface SessionPort {
  /** Opens a branch; `layers` is the tf.LayersModel of the session that it comes from. */
  open(row: SessionRow, layers?: LayersModel | null): Session;
  /** A name that no session has: the one given, or with a number behind it. */
  freeName(name: string): string;
  branch(branch: NewBranch): Promise<SessionRow>;
  /** The session that was asked for again, if it is the one that would be made. */
  again(found: SessionRow, wanted: Omit<NewBranch, "forkCheckpointId">, anyStep: boolean): Session;
  /** The session's name, and the object, moved to another branch. */
  moved(session: Session, from: string): void;
}

/** Told of a run that failed while nobody awaited it. */
export type FailureListener = (error: Error, session: Session) => void;
