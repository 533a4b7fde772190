import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import { sessionInput, temporaryFolder } from "../testing/fixtures.js";

const CHILD = fileURLToPath(new URL("../../dist/testing/traced-writer.js", import.meta.url));
// Kill -9 proves nothing about power cuts: the system keeps what was written. So the calls to the
// system are read, as strace shows them.
const canTrace = spawnSync("strace", ["-f", "true"]).status === 0;
if (!canTrace)
  console.log("skipped: strace is not here, or may not trace (apt-get install strace)");

let folder: { path: string; remove(): void };
/** What each act asked of the system, as "call place", in order; the places within the store. */
const calls = new Map<string, string[]>();
beforeAll(async () => {
  folder = temporaryFolder();
  if (!canTrace) return;
  const store = await openStore({ from: folder.path });
  const { id } = await store.writer.createSession(sessionInput("sonnets"));
  await store.close();
  const log = join(folder.path, "trace");
  const trace = "trace=write,pwrite64,fsync,fdatasync,rename,unlink,ftruncate";
  const { status, stderr } = spawnSync(
    "strace",
    [
      "-f",
      "-y",
      "-s",
      "40",
      "-e",
      trace,
      "-o",
      log,
      process.execPath,
      CHILD,
      folder.path,
      id,
      "{}",
    ],
    { encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  read(readFileSync(log, "utf8"));
});
afterAll(() => folder.remove());

function read(log: string): void {
  let act: string | null = null;
  // Threads at once: a write counts from its end, all else from its beginning.
  const begun = new Map<string, string>();
  for (const one of log.split("\n")) {
    let line = one;
    const [, thread = "", first] = /^(\d+)\s+(\w+\(.*) <unfinished \.\.\.>$/.exec(one) ?? [];
    if (first && /^p?write/.test(first)) begun.set(thread, first);
    else if (first) line = `${thread} ${first}) = 0`;
    const [, again = "", rest] = /^(\d+)\s+<\.\.\. p?write\w* resumed>(.*)$/.exec(one) ?? [];
    if (again) line = `${again} ${begun.get(again)}${rest}`;
    const mark = /write\(1<.*"(begin|done) (\w+)\\n"/.exec(line);
    if (mark) {
      act = mark[1] === "begin" ? mark[2]! : null;
      if (act) calls.set(act, []);
    } else if (act !== null) {
      const call = /^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)/.exec(line);
      const place = call && [...call[2]!.matchAll(/\.forkpoint\/([^>"]*)/g)].at(-1)?.[1];
      if (call && place !== undefined && place !== null && call[3] !== "-1") {
        calls.get(act)!.push(`${call[1]!.replace("fdatasync", "fsync")} ${place}`);
      }
    }
  }
}

/** Where the first or last call that fits stands. */
function at(act: string, what: RegExp, which: "first" | "last" = "last"): number {
  const list = calls.get(act)!;
  const fits = (call: string): boolean => what.test(call);
  const index = which === "first" ? list.findIndex(fits) : list.findLastIndex(fits);
  expect(index, `${what} in ${list.join("\n")}`).toBeGreaterThanOrEqual(0);
  return index;
}
function expectOrder(act: string, ...order: [RegExp, "first" | "last"][]): void {
  const places = order.map(([what, which]) => at(act, what, which));
  expect(places, calls.get(act)!.join("\n")).toEqual(places.toSorted((a, b) => a - b));
  expect(new Set(places).size).toBe(places.length);
}
const LOG = "catalog\\.sqlite-wal$";
const commit: [RegExp, "first" | "last"][] = [
  [new RegExp(`pwrite64 ${LOG}`), "last"],
  [new RegExp(`fsync ${LOG}`), "last"],
];

describe.skipIf(!canTrace)("acknowledged only when the disk has it", () => {
  const named = (part: string): [RegExp, "first" | "last"][] => [
    [new RegExp(`^p?write(64)? ${part}/\\.tmp-`), "last"],
    [new RegExp(`^fsync ${part}/\\.tmp-`), "first"],
    [new RegExp(`^rename ${part}/(?!\\.tmp)`), "first"],
    [new RegExp(`^fsync ${part}$`), "first"],
    [new RegExp(`^pwrite64 ${LOG}`), "first"],
  ];

  test("a save: bytes, fsync, name, fsync of the folder, then the row and its fsync", () => {
    expectOrder("save", ...named("packs"), ...commit);
  });

  test("a large one likewise, though it is written in many pieces by other threads", () => {
    expectOrder("large", ...named("packs"), ...commit);
    const pieces = calls.get("large")!.filter((call) => /^pwrite64 packs/.test(call));
    expect(pieces.length).toBeGreaterThan(4);
    expect(at("large", /^ftruncate packs/, "last")).toBeLessThan(
      at("large", /^fsync packs/, "first"),
    );
  });

  test("a blob likewise", () => {
    expectOrder("blob", ...named("blobs"), ...commit);
  });

  test("an event: its row and the fsync of it", () => {
    expectOrder("event", ...commit);
  });

  test("rows: handed to the system before they are counted; flush waits for the disk", () => {
    expectOrder(
      "rows",
      [/^write metrics\/.*\.arrows$/, "last"],
      [new RegExp(`pwrite64 ${LOG}`), "last"],
    );
    expectOrder(
      "flush",
      [/^fsync metrics\/.*\.arrows$/, "last"],
      [/^fsync metrics$/, "last"],
      ...commit,
    );
  });

  test("the end of a run: sealed rows are durable before the live ones go", () => {
    const [bytes, durable, name, folderKnows] = named("metrics");
    expectOrder("end", bytes!, durable!, name!, folderKnows!, ...commit, [
      /^unlink metrics\/.*\.arrows$/,
      "first",
    ]);
  });

  test("a thinned pack goes after the rows that spoke of it", () => {
    expectOrder("thin", [new RegExp(`^fsync ${LOG}`), "first"], [/^unlink packs\//, "first"]);
  });
});
