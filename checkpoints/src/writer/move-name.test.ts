import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import type { SessionInput, SessionRow, Store } from "@forkpoint/checkpoints";
import { sessionInput, temporaryFolder } from "../testing/fixtures.js";

const CHILD = fileURLToPath(new URL("../../dist/testing/rewind-child.js", import.meta.url));
const KILLS = process.env["FORKPOINT_LONG"] ? 60 : 4;

let folder: { path: string; remove(): void };
let store: Store;
let old: SessionRow;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  old = await store.writer.createSession(sessionInput("sonnets"));
});
afterEach(async () => {
  await store.close();
  folder.remove();
});
const names = (): string[] => store.sessions.list().map((session) => session.name);
const code = (name: string) => ({ code: name });

describe("moveName", () => {
  test("gives one session the name of another, also when they change names", async () => {
    const { id } = await store.writer.createSession(sessionInput("new"));
    const moved = await store.writer.moveName({ from: old.id, to: id, oldName: "sonnets@1200" });
    expect(moved).toMatchObject({ id, name: "sonnets" });
    expect(names()).toEqual(["sonnets@1200", "sonnets"]);
    await store.writer.moveName({ from: id, to: old.id, oldName: "sonnets@1200" });
    expect(names()).toEqual(["sonnets", "sonnets@1200"]);
  });

  test("refuses a name that is taken or none, and changes nothing", async () => {
    const { id: to } = await store.writer.createSession(sessionInput("new"));
    await store.writer.createSession(sessionInput("taken"));
    const move = (oldName: string, from = old.id) => store.writer.moveName({ from, to, oldName });
    await expect(move("taken")).rejects.toMatchObject(code("NameTaken"));
    await expect(move("sonnets")).rejects.toMatchObject(code("NameTaken"));
    await expect(move(" ")).rejects.toMatchObject(code("NameInvalid"));
    await expect(move("free", "none")).rejects.toMatchObject(code("SessionNotFound"));
    await expect(move("free", to)).rejects.toMatchObject(code("OptionInvalid"));
    expect(names()).toEqual(["sonnets", "new", "taken"]);
  });
});

describe("createSession", () => {
  const { modelKind, modelConfig, trainingConfig, dataConfig } = sessionInput("");
  const unnamed = { modelKind, modelConfig, trainingConfig, dataConfig };
  const create = (more: Partial<SessionInput>) =>
    store.writer.createSession({ ...unnamed, ...more });

  test("can take the name of another", async () => {
    const takeNameOf = { sessionId: old.id, oldName: "sonnets@7" };
    const made = await create({ takeNameOf, parentSessionId: old.id, forkStep: 0 });
    expect(made).toMatchObject({ name: "sonnets", parentSessionId: old.id });
    expect(names()).toEqual(["sonnets@7", "sonnets"]);
  });

  test("refuses a taken old name, no name and two names, and changes nothing", async () => {
    const take = (oldName: string, sessionId = old.id) => ({ takeNameOf: { sessionId, oldName } });
    await expect(create(take("sonnets"))).rejects.toMatchObject(code("NameTaken"));
    await expect(create(take("free", "none"))).rejects.toMatchObject(code("SessionNotFound"));
    await expect(create({})).rejects.toMatchObject(code("OptionInvalid"));
    await expect(create({ name: "a", ...take("free") })).rejects.toMatchObject(
      code("OptionInvalid"),
    );
    const none = create({ ...take("free"), parentSessionId: "none", forkStep: 0 });
    await expect(none).rejects.toMatchObject(code("SessionNotFound"));
    expect(names()).toEqual(["sonnets"]);
  });
});

test(`kill -9 leaves a name where it was or where it went, ${KILLS} times over`, async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    const before = store.sessions.list().length;
    const child = spawn(process.execPath, [CHILD, folder.path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const closed = once(child, "close");
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    child.kill("SIGKILL");
    await closed;
    const sessions = store.sessions.list();
    expect(sessions.length).toBeGreaterThan(before);
    // Whoever has the name is the newest, but for one that was made and had not got it yet.
    const holder = sessions.findIndex((session) => session.name === "sonnets");
    expect(holder).toBeGreaterThanOrEqual(sessions.length - 2);
    const rest = sessions.filter((session) => session.name !== "sonnets");
    expect(rest.map((session) => session.name)).toEqual(
      rest.map((_, index) => `sonnets@${index + 1}`),
    );
    if (holder === sessions.length - 1) continue;
    // As the one that rewinds does when it comes back: the branch that was made gets the name.
    const { id, name } = sessions.at(-1)!;
    await store.writer.moveName({ from: sessions[holder]!.id, to: id, oldName: name });
  }
}, 300_000);
