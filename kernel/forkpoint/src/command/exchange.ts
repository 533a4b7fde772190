import { resolve } from "node:path";
import {
  exportArtifacts,
  exportBundle,
  exportModel,
  importArtifacts,
  importBundle,
  importModel,
  openStore,
} from "@forkpoint/checkpoints";
import type { SessionRow, Store, Taken } from "@forkpoint/checkpoints";
import { CommandError } from "./command-error.js";

interface Where {
  /** A `.forkpoint` folder; the one found upwards if not given. */
  store?: string;
}

/**
 * Writes the store, a session, a model or the artifacts layout, and says what it wrote.
 *
 * @throws CommandError "OptionsClash"; SessionNotFound, ModelNotFound, ExportTaken and the store's.
 */
export async function exportStore(
  options: Where & { session?: string; model?: string; artifacts?: string; output?: string },
): Promise<void> {
  oneOf(options, ["session", "model", "artifacts"]);
  await within(options, false, async (store) => {
    if (options.artifacts !== undefined) {
      const path = await exportArtifacts(store, options.artifacts);
      return say(`${counted(store.sessions.list().length, "session")} written to ${path}`);
    }
    if (options.model !== undefined) {
      const model = store.models.byName(options.model) ?? store.models.get(options.model);
      const path = await exportModel(
        store,
        model.checkpointId,
        options.output ?? plain(model.name),
      );
      say(`model "${model.name}" (step ${model.step}) written to ${path}`);
      return say("In PyTorch: python checkpoints/python/torch_twin.py, load(folder)");
    }
    const session = options.session === undefined ? null : sessionCalled(store, options.session);
    const file = options.output ?? `${plain(session?.name ?? "store")}.forkpoint.tar`;
    const made = await exportBundle(store, file, session ? { session: session.id } : {});
    const what = session ? `session "${session.name}" and what it descends from` : "the store";
    say(
      `${what}: ${counted(made.sessions, "session")}, ${counted(made.checkpoints, "checkpoint")}`,
    );
    say(`written to ${made.path} (${megabytes(made.bytes)})`);
    say("Take it in elsewhere with: forkpoint import FILE");
  });
}

/**
 * Takes a file, a model or an artifacts folder into the store, and says what came.
 *
 * @throws CommandError "OptionsClash", "NothingNamed"; ImportInvalid, ImportConflict and the store's.
 */
export async function importStore(
  file: string | undefined,
  options: Where & { model?: string; artifacts?: string; name?: string; like?: string },
): Promise<void> {
  oneOf({ ...options, file }, ["file", "model", "artifacts"]);
  await within(options, true, async (store) => {
    if (options.model !== undefined) {
      const like =
        options.like === undefined ? {} : { like: sessionCalled(store, options.like).id };
      const name = options.name ?? store.models.defaultName();
      const { session, checkpoint, moments } = await importModel(store, options.model, {
        ...{ name, ...like },
      });
      const slots = moments ? "with its optimizer's moments" : "its optimizer begins anew";
      return say(`model "${name}" at step ${checkpoint.step}, session "${session.name}"; ${slots}`);
    }
    if (options.artifacts !== undefined) {
      const taken = await importArtifacts(store, options.artifacts);
      tell(taken);
      for (const sentence of taken.leftOut) say(`left out: ${sentence}`);
      return;
    }
    if (file === undefined) {
      const message = "Name the file to import, or --model PATH, or --artifacts DIR.";
      throw new CommandError("NothingNamed", message);
    }
    tell(await importBundle(store, file));
  });
}

async function within(
  { store: path }: Where,
  create: boolean,
  act: (store: Store) => Promise<void>,
): Promise<void> {
  const where = path === undefined ? { from: process.cwd() } : { path: resolve(path) };
  const store = await openStore({ ...where, create });
  try {
    await act(store);
  } finally {
    await store.close();
  }
}

function tell({ sessions, models, runs, checkpoints }: Taken): void {
  for (const { name, known } of sessions) {
    say(known ? `session "${name}" was here already` : `session "${name}"`);
  }
  for (const name of models) say(`model "${name}"`);
  say(`taken in: ${counted(runs, "run")}, ${counted(checkpoints, "checkpoint")}`);
}

function sessionCalled(store: Store, name: string): SessionRow {
  return store.sessions.byName(name) ?? store.sessions.get(name);
}

function oneOf(options: object, names: readonly string[]): void {
  const given = names.filter((name) => (options as Record<string, unknown>)[name] !== undefined);
  if (given.length < 2) return;
  const message = `Give one of ${given.map((name) => (name === "file" ? "a file" : `--${name}`)).join(" and ")}, not both.`;
  throw new CommandError("OptionsClash", message, { given });
}

// A name of a session or model may be any text: of a file it becomes only what is plain.
function plain(name: string): string {
  const clean = name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
  return clean.slice(0, 60) || "export";
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}
