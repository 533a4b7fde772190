import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportModel, importModel, openStore } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import { runPython, sessionInput, stateInput, temporaryFolder } from "../testing/fixtures.js";
import { float32 } from "./numbers.js";

const EMBED = 4;
const SHAPES: Record<string, number[]> = {
  "transformer.wte.weight": [5, EMBED],
  "transformer.h.0.ln_1.weight": [EMBED],
  "transformer.h.0.attn.c_attn.weight": [EMBED, 3 * EMBED],
  "transformer.h.0.attn.c_proj.weight": [EMBED, EMBED],
};
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

let folder: { path: string; remove(): void };
let store: Store;
let session: SessionRow;
let checkpointId: string;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  session = await store.writer.createSession(sessionInput("sonnets"));
  const corpus = await store.writer.saveBlob(Buffer.from("abcde"));
  const names = ["model/", "optimizer/m/", "optimizer/v/"].flatMap((prefix) =>
    Object.keys(SHAPES).map((name) => prefix + name),
  );
  let offset = 0;
  const tensors = names.map((name) => {
    const shape = SHAPES[name.replace(/^(model|optimizer\/[mv])\//, "")]!;
    const slice = { name, dtype: "F32" as const, shape, offset, length: 4 * size(shape) };
    offset += slice.length;
    return slice;
  });
  const saved = await store.writer.saveCheckpoint({
    ...{ sessionId: session.id, runId: null, step: 3, trigger: "manual", tensors },
    state: stateInput({ blobs: { corpus } }),
    buffer: Float32Array.from({ length: offset / 4 }, (_, index) => index / 8).buffer,
  });
  checkpointId = saved.checkpoint.id;
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

const numbersOf = async (id: string, name: string): Promise<number[]> => {
  const { tensors } = await store.readTensors(id);
  return [...new Float32Array(tensors.get(name)!.buffer)];
};
let count = 0;
const fresh = () => join(folder.path, `out-${++count}`);

describe("an exported model", () => {
  test("opens in Python's safetensors, matrices as PyTorch's Linear holds them", async () => {
    const path = await exportModel(store, checkpointId, fresh());
    const program = `
import json, sys
from safetensors.numpy import load_file
from safetensors import safe_open
folder = sys.argv[1]
with safe_open(folder + "/model.safetensors", framework="np") as file: meta = file.metadata()
weights = load_file(folder + "/model.safetensors")
moments = load_file(folder + "/optimizer.safetensors")
print(json.dumps({
  "meta": meta,
  "shapes": {name: list(tensor.shape) for name, tensor in weights.items()},
  "c_attn": weights["transformer.h.0.attn.c_attn.weight"].T.ravel().tolist(),
  "moments": sorted(moments),
  "v": moments["exp_avg_sq.transformer.h.0.attn.c_proj.weight"].T.ravel().tolist(),
}))`;
    const seen = JSON.parse(runPython(program, "", path));
    const at = "transformer.h.0.attn";
    expect(seen.meta).toEqual({ format: "pt" });
    expect(seen.shapes).toEqual({ ...SHAPES, [`${at}.c_attn.weight`]: [12, 4] });
    expect(seen.c_attn).toEqual(await numbersOf(checkpointId, `model/${at}.c_attn.weight`));
    expect(seen.moments).toHaveLength(8);
    const v = await numbersOf(checkpointId, `optimizer/v/${at}.c_proj.weight`);
    expect(seen.v).toEqual(v);
    await expect(exportModel(store, checkpointId, path)).rejects.toMatchObject({
      code: "ExportTaken",
    });
  });

  test("of a kind without a twin in PyTorch is refused", async () => {
    const other = await store.writer.createSession(sessionInput("other", { modelKind: "x" }));
    const { tensors: slices } = { tensors: [] };
    const saved = await store.writer.saveCheckpoint({
      ...{ sessionId: other.id, runId: null, step: 0, trigger: "manual", tensors: slices },
      ...{ state: stateInput(), buffer: new ArrayBuffer(0) },
    });
    const path = fresh();
    await expect(exportModel(store, saved.checkpoint.id, path)).rejects.toMatchObject({
      code: "ExportImpossible",
    });
  });
});

// A safetensors file that Python makes; the values of each tensor count up in eighths.
const made = (body: string): string => {
  const file = `${fresh()}.safetensors`;
  const program = `
import sys, json, struct
import numpy as np
from safetensors.numpy import save_file, save
E = ${EMBED}
def count(shape, dtype="float32"): return (np.arange(np.prod(shape)).reshape(shape) / 8).astype(dtype)
def bf16(tensors):
    header, body = {}, b""
    for name, value in tensors.items():
        raw = (value.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": "BF16", "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body
out = sys.argv[1]
${body}`;
  runPython(program, "", file);
  return file;
};
const GPT2 = `{"wte.weight": count((5, E)), "h.0.ln_1.weight": count((E,)),
  "h.0.attn.c_attn.weight": count((E, 3 * E)), "h.0.attn.c_proj.weight": count((E, E))`;

describe("a safetensors file from elsewhere", () => {
  const like = () => ({ name: `in ${++count}`, like: session.id });
  const counted = (shape: number[]) => Array.from({ length: size(shape) }, (_, at) => at / 8);

  test.each<[string, string]>([
    [
      "GPT-2's names, matrices [in, out], a mask and biases of nothing",
      `
t = ${GPT2}, "h.0.attn.bias": count((1, 1, 2, 2)), "h.0.attn.c_attn.bias": np.zeros(3 * E, "float32")}
save_file(t, out)`,
    ],
    ["BF16", `open(out, "wb").write(bf16(${GPT2}}))`],
    ["F16", `save_file({name: value.astype("float16") for name, value in ${GPT2}}.items()}, out)`],
    ["F64", `save_file({name: value.astype("float64") for name, value in ${GPT2}}.items()}, out)`],
    [
      "nanoGPT's names, matrices [out, in], a tied output",
      `
t = {"_orig_mod.transformer." + name: np.ascontiguousarray(value.T) if "c_" in name else value for name, value in ${GPT2}}.items()}
save_file({**t, "_orig_mod.lm_head.weight": count((5, E))}, out)`,
    ],
  ])("comes in: %s", async (_, body) => {
    const { checkpoint, session: into, moments } = await importModel(store, made(body), like());
    expect([moments, into.modelConfig]).toEqual([false, session.modelConfig]);
    for (const [name, shape] of Object.entries(SHAPES)) {
      expect(await numbersOf(checkpoint.id, `model/${name}`)).toEqual(counted(shape));
      expect(await numbersOf(checkpoint.id, `optimizer/m/${name}`)).toEqual(
        counted(shape).map(() => 0),
      );
    }
  });

  test.each<[string, string, RegExp]>([
    ["a tensor too few", `save_file({"wte.weight": count((5, E))}, out)`, /lacks the tensor/],
    ["one too many", `save_file({**${GPT2}}, "h.1.ln_1.weight": count((E,))}, out)`, /has not/],
    ["biases", `save_file({**${GPT2}}, "h.0.attn.c_attn.bias": count((3 * E,))}, out)`, /has not/],
    ["another shape", `save_file({**${GPT2}}, "wte.weight": count((6, E))}, out)`, /shape/],
    [
      "whole numbers",
      `save_file({**${GPT2}}, "wte.weight": count((5, E)).astype("int64")}, out)`,
      /type I64/,
    ],
    ["no safetensors", `open(out, "w").write("hello")`, /shorter/],
    [
      "a header beyond the file",
      `open(out, "wb").write(struct.pack("<Q", 1 << 62) + b"{}")`,
      /header/,
    ],
  ])("with %s is refused, and nothing is made", async (_, body, reason) => {
    const before = store.sessions.list().length;
    await expect(importModel(store, made(body), like())).rejects.toMatchObject({
      code: "ImportInvalid",
      data: { reason: expect.stringMatching(reason) },
    });
    expect(store.sessions.list()).toHaveLength(before);
  });

  test("needs a session to be like, and a folder its own files", async () => {
    const file = made(`save_file(${GPT2}}, out)`);
    await expect(importModel(store, file, { name: "x" })).rejects.toMatchObject({
      code: "OptionInvalid",
    });
    const empty = mkdtempSync(join(folder.path, "empty-"));
    await expect(importModel(store, empty, { name: "x" })).rejects.toMatchObject({
      code: "ImportInvalid",
    });
  });

  test("a folder whose blobs climb, or are not what they are called, is refused", async () => {
    const path = await exportModel(store, checkpointId, fresh());
    const about = join(path, "model.json");
    const text = readFileSync(about, "utf8");
    const blob = readdirSync(path).find((name) => name.startsWith("blob-"))!;
    const refused = async () => {
      const asked = importModel(store, path, { name: "never" });
      await expect(asked).rejects.toMatchObject({ code: "ImportInvalid" });
    };
    for (const name of ["../../../etc/passwd", "/etc/passwd", `blob-${"0".repeat(64)}`, ""]) {
      writeFileSync(about, text.replace(blob, name));
      await refused();
    }
    const without = (part: string): string =>
      JSON.stringify({ ...(JSON.parse(text) as object), [part]: undefined });
    const kinds = [text.replace("micro-gpt", "constructor"), without("rng"), without("engine")];
    for (const broken of ["", "{", "null", "{}", ...kinds]) {
      writeFileSync(about, broken);
      await refused();
    }
    writeFileSync(about, text);
    writeFileSync(join(path, blob), "other");
    await refused();
    rmSync(join(path, blob));
    mkdirSync(join(path, blob));
    await refused();
    expect(store.sessions.byName("never")).toBeNull();
  });

  test("leaves no session behind where the model's name is taken", async () => {
    const path = await exportModel(store, checkpointId, fresh());
    const { session: first } = await importModel(store, path, { name: "taken" });
    await store.writer.renameSession(first.id, "another");
    const before = store.sessions.list().length;
    const again = importModel(store, path, { name: "taken" });
    await expect(again).rejects.toMatchObject({ code: "NameTaken" });
    expect(store.sessions.list()).toHaveLength(before);
    expect(store.trash.list()).toEqual([]);
  });
});

describe("float32", () => {
  test("of every F16 is what numpy says", () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, index) => index);
    const program = `import sys, numpy as np
sys.stdout.buffer.write(np.arange(65536, dtype="<u2").view("<f2").astype("<f4").tobytes().hex().encode())`;
    const theirs = new Float32Array(new Uint8Array(Buffer.from(runPython(program), "hex")).buffer);
    expect(float32(new Uint8Array(halves.buffer), "F16")).toEqual(theirs);
  });
});
