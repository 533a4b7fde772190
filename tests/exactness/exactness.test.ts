import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, python, root, succeed } from "../support/child.js";

interface Trained {
  from: number;
  saved: number | null;
  step: number;
  digest: string;
  losses: (number | null)[];
  /** The mode of the engine that trained. */
  engine: string;
  /** The digest of the compiled step; none when eager. */
  graph?: string;
  path: string;
}

const train = async (
  folder: string,
  mode: string,
  engine: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Trained> => {
  const script = join(root, "tests/exactness/train.mjs");
  return JSON.parse(
    await succeed(process.execPath, [script, folder, mode, engine], { env }),
  ) as Trained;
};

describe.each(["compiled", "eager"])("60 steps, %s", (engine) => {
  const [plain, interrupted] = [emptyFolder("plain"), emptyFolder("interrupted")];
  let straight: Trained;
  let first: Trained;
  let second: Trained;

  beforeAll(async () => {
    straight = await train(plain, "straight", engine);
    first = await train(interrupted, "save", engine);
    second = await train(interrupted, "resume", engine);
  });

  test("ran as asked, which the runs record; a compiled step is stored with its checkpoints", () => {
    for (const { engine: mode, graph } of [straight, first, second]) {
      expect(mode).toBe(engine);
      expect(graph).toEqual(
        engine === "compiled" ? expect.stringMatching(/^[0-9a-f]{64}$/) : undefined,
      );
    }
    expect(second.graph).toBe(straight.graph);
  });

  test("one thread gives the bits of two", async () => {
    const env = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" };
    const single = await train(emptyFolder("single"), "straight", engine, env);
    expect(single.losses).toEqual(straight.losses);
    expect(single.digest).toBe(straight.digest);
  });

  test("a save while training is of the step that was waited for, and changes nothing", () => {
    expect(first.saved).toBe(25);
    expect(first.step).toBe(60);
    expect(first.digest).toBe(straight.digest);
  });

  test("a new process goes on from the saved model, bit for bit", () => {
    expect(second.from).toBe(25);
    expect(second.step).toBe(60);
    expect(second.digest).toBe(straight.digest);
  });

  test("the new session inherits the curve up to its fork step and goes on with equal losses", () => {
    expect(straight.losses).toHaveLength(61);
    expect(second.losses).toEqual(straight.losses);
  });

  test("Python recomputes the digest from packs and catalog", async () => {
    const script = join(root, "checkpoints/python/state_digest.py");
    const output = await succeed(python, [script, straight.path]);
    expect(output).toContain(straight.digest);
  });

  test("the catalog is sound and Python's libraries read packs and sealed metrics", async () => {
    const output = await succeed(python, [
      join(root, "tests/exactness/read_store.py"),
      straight.path,
    ]);
    expect(JSON.parse(output)).toEqual({
      integrity: "ok",
      tensors: expect.arrayContaining([
        "model/transformer.wte.weight",
        "optimizer/v/transformer.ln_f.weight",
      ]),
      types: {
        step: "int64",
        wall: "timestamp[ms, tz=UTC]",
        train_loss: "double",
        validation_loss: "double",
        learning_rate: "double",
        step_ms: "double",
      },
      steps: [0, 60, 61],
      duckdb: [61, straight.losses[60]],
      evaluated: [0, 20, 40, 60],
    });
  });
});
