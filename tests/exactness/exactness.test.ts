import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, python, root, succeed } from "../support/child.js";

interface Trained {
  from: number;
  saved: number | null;
  step: number;
  digest: string;
  losses: (number | null)[];
  path: string;
}

const train = async (folder: string, mode: string): Promise<Trained> =>
  JSON.parse(
    await succeed(process.execPath, [join(root, "tests/exactness/train.mjs"), folder, mode]),
  ) as Trained;

describe("60 steps", () => {
  const [plain, interrupted] = [emptyFolder("plain"), emptyFolder("interrupted")];
  let straight: Trained;
  let first: Trained;
  let second: Trained;

  beforeAll(async () => {
    straight = await train(plain, "straight");
    first = await train(interrupted, "save");
    second = await train(interrupted, "resume");
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
