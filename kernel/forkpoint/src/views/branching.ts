import { TrainingError, adamW } from "@forkpoint/training";
import type {
  ForkOptions,
  OptimizerDescription,
  Session,
  TrainingStore,
} from "@forkpoint/training";
import type { TimelineAction, WireProposal, WireReaching } from "@forkpoint/wire";
import { wholeText } from "../text/number.js";

type BranchAction = Extract<TimelineAction, { action: "resume" | "fork" }>;

/** Shortest time between two words on how far a replay is, in milliseconds. */
const TELL_EVERY = 150;

/** The page asks for a branch while another is being made. */
export class BranchUnderWay extends TrainingError<{ step: number }> {
  constructor(step: number) {
    super(
      "BranchUnderWay",
      `A branch from step ${wholeText(step)} is being made: wait for it, or cancel it.`,
      { step },
    );
  }
}

/** Makes the branches that the page asks for, one at a time. */
export interface Branching {
  /** The replay that somebody waits for. */
  readonly reaching: WireReaching | null;
  /**
   * Opens a branch at a step and trains it.
   *
   * @throws BranchUnderWay; as `session.fork` does, ReplayCancelled among it
   */
  perform(action: BranchAction): Promise<Session>;
  /** Ends the replay under way; nothing where there is none. */
  cancel(): void;
}

/**
 * The kernel's side of "Resume from here" and "Fork from here".
 *
 * @param tell called when `reaching` has changed
 * @example const branch = await createBranching(store, session, tell).perform({ action: "resume", step: 300 });
 */
export function createBranching(
  store: TrainingStore,
  session: Session,
  tell: () => void,
): Branching {
  let control: AbortController | null = null;
  let wanted = 0;
  let reaching: WireReaching | null = null;
  let told = 0;

  function follow(next: WireReaching | null): void {
    reaching = next;
    const now = performance.now();
    if (next && now - told < TELL_EVERY) return;
    told = next ? now : 0;
    tell();
  }

  async function fork(action: BranchAction, options: ForkOptions): Promise<Session> {
    if (action.action === "resume") return session.resumeFrom(action.step, options);
    const { step, name, to = goalOf(session) } = action;
    const branch = await session.fork(name.trim(), {
      ...{ ...options, at: step },
      ...settingsOf(session, action),
    });
    // A tf.LayersModel goes on by its cell's model.fit.
    if (to > branch.step && !isFitted(session)) branch.train({ to });
    return branch;
  }

  return {
    get reaching() {
      return reaching;
    },
    cancel: () => control?.abort(),
    async perform(action) {
      if (control) throw new BranchUnderWay(wanted);
      control = new AbortController();
      wanted = action.step;
      const from = store.store.checkpoints.nearest(session.id, action.step)?.checkpoint.step ?? 0;
      if (from < action.step) follow({ from, to: action.step, step: from });
      try {
        return await fork(action, { signal: control.signal, onProgress: follow });
      } finally {
        control = null;
        if (reaching) follow(null);
      }
    },
  };
}

/**
 * What a fork of a session is proposed to be.
 *
 * @example proposalOf(store, session).name === "sonnets-2"
 */
export function proposalOf(store: TrainingStore, session: Session): WireProposal {
  const { name } = session;
  let number = 2;
  while (store.store.sessions.byName(`${name}-${number}`)) number++;
  const { optimizer } = session.trainingConfig;
  const fitted = isFitted(session);
  return {
    name: `${name}-${number}`,
    to: goalOf(session),
    learning_rate: fitted ? null : optimizer.learningRate,
    weight_decay: fitted ? null : optimizer.weightDecay,
  };
}

function settingsOf(
  session: Session,
  { learning_rate, weight_decay }: Extract<BranchAction, { action: "fork" }>,
): Pick<ForkOptions, "optimizer"> {
  if (isFitted(session) || (learning_rate === undefined && weight_decay === undefined)) return {};
  const before: Partial<OptimizerDescription> = { ...session.trainingConfig.optimizer };
  delete before.kind;
  const learningRate = learning_rate ?? before.learningRate!;
  // A schedule goes down to a least learning rate: it may not lie above the highest.
  const least = before.minLearningRate;
  const scheduled =
    least !== undefined && least > learningRate ? { minLearningRate: learningRate / 10 } : {};
  const weightDecay = weight_decay ?? before.weightDecay!;
  return { optimizer: adamW({ ...before, learningRate, weightDecay, ...scheduled }) };
}

function goalOf(session: Session): number {
  return Math.max(session.runs.at(-1)?.targetStep ?? 0, session.step, 0);
}

function isFitted(session: Session): boolean {
  return session.modelConfig.kind === "layers";
}
