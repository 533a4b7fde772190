import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { growFile } from "../files/growing-file.js";
import { checkpointInput, sessionInput } from "../testing/fixtures.js";
import { failing, localContext } from "../testing/local-context.js";
import type { WriterContext } from "../writer/context.js";
import { createSession } from "../writer/sessions-at-work.js";
import { thinKeyframes } from "./collection.js";
import { restoreState } from "./restore.js";
import { saveCheckpoint } from "./save.js";

vi.mock("../files/growing-file.js", { spy: true });

let context: WriterContext;
let remove: () => void;
let sessionId: string;
beforeEach(() => {
  ({ context, remove } = localContext());
  sessionId = createSession(context, sessionInput("sonnets")).id;
});
afterEach(() => remove());

const files = (): string[] => readdirSync(join(context.path, "packs"));
const save = async (step: number, tensors: Record<string, number[]>) => {
  const input = checkpointInput(sessionId, step, tensors, { trigger: "auto" });
  return (await saveCheckpoint(context, input)).checkpoint;
};

test.each(["checkpoints", "packs", "tensors", "models"])(
  "a save whose transaction fails at %s leaves no file and no row",
  async (table) => {
    const model = { name: "Model 1", trainLoss: 1 };
    const input = () => checkpointInput(sessionId, 1, { w: [1] }, { model });
    await failing(context, `INSERT ON ${table}`, () =>
      expect(saveCheckpoint(context, input())).rejects.toThrow("no room"),
    );
    expect(files()).toEqual([]);
    expect((await saveCheckpoint(context, input())).model?.name).toBe("Model 1");
  },
);

test("a tensor collected by another writer just before the commit is written after all", async () => {
  await save(0, { w: [0] });
  await save(1, { frozen: [1, 2], w: [1] });
  await save(2, { w: [2] });
  const { growFile: grow } = await vi.importActual<typeof import("../files/growing-file.js")>(
    "../files/growing-file.js",
  );
  vi.mocked(growFile).mockImplementationOnce(async (...input) => {
    const made = await grow(...input);
    const budget = { budgetBytes: 0, keepNewest: 1 };
    expect(thinKeyframes(context, sessionId, budget).removed).toBe(1);
    return made;
  });
  const { id } = await save(3, { frozen: [1, 2], w: [3] });
  const { tensors } = await restoreState(context.db, context.path, id);
  expect([...new Float32Array(tensors.get("frozen")!.buffer)]).toEqual([1, 2]);
  expect(files()).toHaveLength(3);
});
