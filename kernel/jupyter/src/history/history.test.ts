import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { HistoryRequest } from "../wire/history.js";
import { createHistory, type History } from "./history.js";
import { historyFileOf } from "./place.js";

let folder: string;
let file: string;
let opened: History[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "history-"));
  file = join(folder, "made", "kernel.sqlite");
  opened = [];
});

afterEach(() => {
  for (const history of opened) history.close();
  rmSync(folder, { recursive: true });
});

function open(log = (text: string): void => expect.fail(text)): History {
  const history = createHistory(file, log);
  opened.push(history);
  return history;
}

function filled(...inputs: string[]): History {
  const history = open();
  inputs.forEach((input, index) => history.add(index + 1, input));
  return history;
}

function places(history: History, request: HistoryRequest): string[] {
  return history.answer(request).history.map(([session, line]) => `${session}/${line}`);
}

test("a session follows the ones before it, and knows them", () => {
  filled("a", "b").close();
  const history = filled("c");
  history.setOutput(1, "out");
  expect(history.answer({ hist_access_type: "tail", n: 2, output: true }).history).toEqual([
    [1, 2, ["b", null]],
    [2, 1, ["c", "out"]],
  ]);
  expect(places(history, { hist_access_type: "tail", n: 0 })).toEqual([]);
  expect(places(history, { hist_access_type: "tail" })).toEqual(["1/1", "1/2", "2/1"]);
});

test.each([
  [{ session: 0 }, ["3/1", "3/2", "3/3"]],
  [{ session: 0, start: 2 }, ["3/2", "3/3"]],
  [{ start: 1, stop: 3 }, ["3/1", "3/2"]],
  [{ start: -2 }, ["3/2", "3/3"]],
  [{ start: 1, stop: -1 }, ["3/1", "3/2"]],
  [{ session: -1 }, ["2/1"]],
  [{ session: -2, start: 2 }, ["1/2"]],
  [{ session: 1, start: 1, stop: 2 }, ["1/1"]],
  [{ session: 7 }, []],
  [{ session: -9 }, []],
])("the range %j", (range, expected) => {
  filled("a", "b").close();
  filled("c").close();
  const request = { hist_access_type: "range", ...range } as const;
  expect(places(filled("d", "e", "f"), request)).toEqual(expected);
});

test("before its first line a session counts from the one that it will be", () => {
  filled("a").close();
  expect(places(open(), { hist_access_type: "range", session: -1 })).toEqual(["1/1"]);
});

test("a search takes patterns; of equal inputs only the newest if they are to be unique", () => {
  filled("x = 1", "b").close();
  const history = filled("x = 1", "f(1)", "multi\nline");
  const search = (request: Partial<HistoryRequest>): string[] =>
    places(history, { hist_access_type: "search", ...request });
  expect(search({ pattern: "x*" })).toEqual(["1/1", "2/1"]);
  expect(search({ pattern: "x*", unique: true })).toEqual(["2/1"]);
  expect(search({ pattern: "f(?)" })).toEqual(["2/2"]);
  expect(search({ pattern: "*line" })).toEqual(["2/3"]);
  expect(search({ pattern: "X*" })).toEqual([]);
  expect(search({ n: 2 })).toEqual(["2/2", "2/3"]);
});

test("two kernels write one file, each its own session", () => {
  const [one, other] = [filled("a"), filled("b")];
  expect(places(one, { hist_access_type: "range" })).toEqual(["1/1"]);
  expect(places(other, { hist_access_type: "range" })).toEqual(["2/1"]);
  one.add(2, "c");
  one.close();
  expect(places(other, { hist_access_type: "tail" })).toEqual(["1/1", "1/2", "2/1"]);
});

test("the file is for its owner only, and nothing stays beside it", () => {
  filled("secret").close();
  expect(readdirSync(join(folder, "made"))).toEqual(["kernel.sqlite"]);
  if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each(["no database at all, but longer than a header is ".repeat(9), "folder"])(
  "a file that cannot be used is left alone, and memory serves: %.9s",
  (content) => {
    file = join(folder, "bad");
    if (content === "folder") file = folder;
    else writeFileSync(file, content);
    const told: string[] = [];
    const history = open((text) => told.push(text));
    history.add(1, "kept");
    expect(places(history, { hist_access_type: "tail" })).toEqual(["1/1"]);
    history.add(2, "also");
    expect(places(history, { hist_access_type: "tail" })).toEqual(["1/1", "1/2"]);
    expect(told).toEqual([expect.stringContaining(file)]);
    if (content !== "folder") expect(readFileSync(file, "utf8")).toBe(content);
  },
);

test("the file lies where Jupyter keeps data, whatever the kernel is called", () => {
  expect(historyFileOf("../x/y", { JUPYTER_DATA_DIR: "/data" })).toBe(
    join("/data", "history", "..%2Fx%2Fy.sqlite"),
  );
  if (process.platform === "linux") {
    expect(historyFileOf("k", { XDG_DATA_HOME: "/d" })).toBe("/d/jupyter/history/k.sqlite");
  }
});
