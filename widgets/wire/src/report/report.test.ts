import { expect, test } from "vitest";
import { parseReportMessage, parseReportRequest, WireInvalid } from "../index.js";

test("only a notebook of the kernel's own folder can be asked for", () => {
  expect(parseReportRequest({ name: "a b.ipynb" })).toEqual({ name: "a b.ipynb" });
  for (const name of ["../a.ipynb", "/etc/passwd", "a\\b.ipynb", "a.txt", ".ipynb/..", 3]) {
    expect(() => parseReportRequest({ name })).toThrow(WireInvalid);
  }
});

test("messages of the kernel are taken as they are; damaged ones are refused", () => {
  const messages = [
    { kind: "progress", sentence: "rendering 3 cells" },
    { kind: "done", name: "a.html", notes: ["thinned"] },
    { kind: "failed", error: { code: "NotebookNotFound", message: "There is none." } },
  ];
  for (const message of messages) expect(parseReportMessage(message)).toEqual(message);
  for (const bad of [null, {}, { kind: "done" }, { kind: "failed", error: 3 }]) {
    expect(() => parseReportMessage(bad)).toThrow(WireInvalid);
  }
});
