// The names of the artifacts layout, and what its JSON files say. DESIGN.md calls it the seed layout.

/** The files of the layout; ids are the only other names in it. */
export const ARTIFACTS = {
  base: "base",
  baseWeights: "base_checkpoint.safetensors",
  baseMeta: "base_meta.json",
  sessions: "sessions",
  index: "index.json",
  meta: "meta.json",
  weights: "plastic_state.safetensors",
  moments: "optim_state.safetensors",
  metrics: "metrics.json",
  events: "update_events.jsonl",
  runs: "runs",
  perStep: "per_step.csv",
  runEvents: "update_events.json",
  picture: "mse_curve.png",
} as const;

/** The columns of `per_step.csv`; empty where a run did not measure them. */
export const PER_STEP = ["t", "base_se", "session_no_update_se", "adaptive_se"] as const;

/** `sessions/index.json`. */
export interface ArtifactsIndex {
  schema_version: 1;
  sessions: { id: string; name: string; parent_session_id: string | null }[];
}

/** `sessions/<id>/meta.json`. */
export interface ArtifactsMeta {
  schema_version: 1;
  id: string;
  name: string;
  parent_session_id: string | null;
  fork_step: number;
  /** The newest run of all when the session was made, in the numbers of `runs`. */
  fork_run_number: number;
  model_kind: string;
  model_config: unknown;
  training_config: unknown;
  data_config: unknown;
  /** Facts beside the settings: env_mode, mu, model_signature, … Older layouts have them beside the rest. */
  attributes: unknown;
  created_at: string;
  /** What the state files hold; null without them. */
  state: {
    step: number;
    digest: string;
    trigger: string;
    created_at: string;
    rng: Record<string, string>;
    cursor: Record<string, number>;
    configs: Record<string, string>;
    blobs: Record<string, string>;
    engine: string;
  } | null;
  runs: ArtifactsRun[];
}

/** A run in `meta.json`. */
export interface ArtifactsRun {
  id: string;
  /** The order of runs, across all sessions. */
  number: number;
  mode: string;
  status: string;
  from_step: number;
  target_step: number;
  last_step: number;
  seed: number;
  engine: string;
  error: unknown;
  summary: unknown;
  started_at: string;
  ended_at: string | null;
}

/** `sessions/<id>/metrics.json`: what each run recorded; "NaN" and "Infinity" are texts. */
export interface ArtifactsMetrics {
  format: "forkpoint-metrics-1";
  runs: Record<string, { columns: Record<string, (number | string | null)[]> }>;
}

/** A line of `update_events.jsonl`. */
export interface ArtifactsEvent {
  id: string;
  run_id: string | null;
  step: number | null;
  kind: string;
  data: Record<string, unknown>;
  created_at: string;
}
