// One of several processes at work in one store: trains, saves, renames, forks, deletes, brings back,
// purges, thins and collects, in an order that its seed gives; and keeps a journal of what should be
// there at the end, which it prints.
import { openStore } from "../store.js";
import { chanceFrom } from "./chance.js";
import { checkpointInput, lossRows, metricsStream, runInput, sessionInput } from "./fixtures.js";

const [folder, name, seed, acts] = process.argv.slice(2) as [string, string, string, string];
const chance = chanceFrom(Number(seed));
const store = await openStore({ from: folder });
const { writer, trash } = store;

/** A session as its process knows it. */
interface Own {
  id: string;
  name: string;
  /** Its last step, and that at which it began. */
  step: number;
  forkStep: number;
  checkpoints: Map<string, number>;
  models: Map<string, string>;
  events: string[];
  forks: number;
}
const own: Own[] = [];
const thrown: { id: string; session: Own }[] = [];
/** The checkpoint that each model is. */
const states = new Map<string, string>();
let names = 0;

async function begin(parent?: Own): Promise<void> {
  const fork = parent && { parentSessionId: parent.id, forkStep: parent.step };
  const row = await writer.createSession(sessionInput(`${name} ${++names}`, fork ?? {}));
  if (parent) parent.forks += 1;
  const step = parent?.step ?? 0;
  const session: Own = {
    ...{ id: row.id, name: row.name, step, forkStep: step, forks: 0 },
    ...{ checkpoints: new Map(), models: new Map(), events: [] },
  };
  own.push(session);
  await save(session, null);
}
async function save(session: Own, runId: string | null, model?: string): Promise<void> {
  const { step, id } = session;
  // The frozen part is the same in all processes: what one collects another may be about to share.
  const tensors = { frozen: [step % 5, 1, 2, 3], own: [step, names, Number(seed)] };
  const more = { runId, ...(model ? { model: { name: model, trainLoss: step } } : {}) };
  const saved = await writer.saveCheckpoint(checkpointInput(id, step, tensors, more));
  session.checkpoints.set(saved.checkpoint.id, step);
  if (saved.model) {
    session.models.set(saved.model.id, saved.model.name);
    states.set(saved.model.id, saved.checkpoint.id);
  }
}
async function train(session: Own): Promise<void> {
  const begun = { mode: "resumed", fromStep: session.step } as const;
  const run = await writer.startRun(runInput(session.id, begun));
  for (let count = 1 + chance.below(3); count > 0; count--) {
    const from = session.step === 0 ? 0 : session.step + 1;
    session.step += 1 + chance.below(3);
    const chunk = metricsStream(lossRows(from, session.step, 1));
    await writer.appendMetrics({ runId: run.id, chunk });
    await save(session, run.id);
  }
  await writer.finishRun({ runId: run.id, status: "completed", step: session.step });
}

const of = (): Own => chance.pick(own);
const deeds: (() => Promise<unknown>)[] = [
  () => train(of()),
  () => train(of()),
  () => train(of()),
  () => save(of(), null, `${name} model ${++names}`),
  () => begin(of()),
  async () => {
    const session = of();
    session.name = `${name} ${++names}`;
    await writer.renameSession(session.id, session.name);
  },
  async () => {
    const session = of();
    const [id] = [...session.models.keys()];
    if (id === undefined) return;
    session.models.set(id, `${name} model ${++names}`);
    await writer.renameModel(id, session.models.get(id)!);
  },
  async () => {
    const session = of();
    const [id] = [...session.models.keys()];
    if (id === undefined) return;
    const entry = await writer.deleteModel(id);
    if (chance.below(2) === 0) await trash.restore([entry.id]);
    else {
      await trash.purge([entry.id]);
      session.models.delete(id);
      // Its state goes with it where nothing else needs it; no other does.
      const left = store.checkpoints.list(session.id).some((row) => row.id === states.get(id));
      if (!left) session.checkpoints.delete(states.get(id)!);
    }
  },
  async () => {
    const leaves = own.filter((session) => session.forks === 0);
    if (own.length < 3 || leaves.length === 0) return;
    const session = chance.pick(leaves);
    const [entry] = await trash.put([{ kind: "session", id: session.id }]);
    own.splice(own.indexOf(session), 1);
    thrown.push({ id: entry!.id, session });
    const parent = own.find(
      (other) =>
        other.id ===
        store.trash.list().find((row) => row.id === entry!.id)!.data["parentSessionId"],
    );
    if (parent) parent.forks -= 1;
    if (chance.below(2) === 0) return;
    // One whose own forks lie in the trash is needed by them.
    const purging = trash.purge([entry!.id]);
    const purged = await purging.catch((error: { code?: string }) => error);
    if ("entries" in purged) thrown.pop();
    else if (purged.code !== "StillNeeded") throw purged;
  },
  async () => {
    const session = of();
    const event = await writer.appendEvent({ sessionId: session.id, kind: "commit", data: {} });
    session.events.push(event.id);
  },
  () => writer.collect({ graceMs: 1000, repackFrom: 0 }),
  async () => {
    const session = of();
    const [id] = chance.pick([...session.checkpoints]);
    await store.readTensors(id);
    await store.readMetrics(session.id);
  },
];

await begin();
for (let act = 0; act < Number(acts); act++) await chance.pick(deeds)();
await store.close();
const plain = ({ checkpoints, models, ...session }: Own) => {
  return { ...session, checkpoints: [...checkpoints], models: [...models] };
};
const journal = {
  own: own.map(plain),
  thrown: thrown.map(({ id, session }) => ({ id, session: plain(session) })),
};
console.log(JSON.stringify(journal));
