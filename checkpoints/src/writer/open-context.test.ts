import { existsSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packFile, temporaryFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import { localContext } from "../testing/local-context.js";
import type { WriterContext } from "./context.js";
import { closeContext, openContext } from "./open-context.js";

let context: WriterContext;
let remove: () => void;
beforeEach(() => {
  ({ context, remove } = localContext());
});
afterEach(() => remove());

test("opening clears up what dead writers left, and nothing else", () => {
  const { path, lease } = context;
  const dead = temporaryFile(path, "packs", newId(), newId());
  const living = temporaryFile(path, "metrics", lease.id, newId());
  const unknown = packFile(path, newId());
  for (const file of [dead, living, unknown]) writeFileSync(file, "half");
  closeContext(openContext(path));
  expect([dead, living, unknown].map((file) => existsSync(file))).toEqual([false, true, true]);
});
