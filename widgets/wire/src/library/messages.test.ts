import { describe, expect, test } from "vitest";
import { parseLibraryRequest, parseReply, parseTimelineRequest, WireInvalid } from "../index.js";

describe("what a page asks of the library", () => {
  test.each([
    { id: "1", action: "save", name: "Model 1" },
    { id: "1", action: "save", name: "Model 1", replace: true },
    { id: "1", action: "rename", model_id: "m", name: "B" },
    { id: "1", action: "delete", model_id: "m" },
    { id: "1", action: "restore", trash_id: "t" },
    { id: "1", action: "load", model_id: "m" },
    { id: "1", action: "retry" },
  ])("$action is taken", (request) => {
    expect(parseLibraryRequest({ ...request, path: "../../etc" })).toEqual(request);
  });

  test.each([
    null,
    "save",
    {},
    { id: "1", action: "drop" },
    { id: 1, action: "retry" },
    { id: "1", action: "save" },
    { id: "1", action: "save", name: "A", replace: "yes" },
    { id: "1", action: "rename", model_id: "m" },
    { id: "1", action: "load", model_id: { toString: "m" } },
  ])("%j is refused", (request) => {
    expect(() => parseLibraryRequest(request)).toThrow(WireInvalid);
  });
});

test("a run can be paused, continued and stopped, and nothing else", () => {
  expect(parseTimelineRequest({ id: "1", action: "stop" })).toEqual({ id: "1", action: "stop" });
  expect(() => parseTimelineRequest({ id: "1", action: "delete" })).toThrow(WireInvalid);
});

test("a fork says where, and may say more; a range ends where it began or later", () => {
  const fork = { id: "1", action: "fork", step: 30, name: "hot", learning_rate: 0.003, to: 90 };
  expect(parseTimelineRequest({ ...fork, model: "x" })).toEqual(fork);
  expect(() => parseTimelineRequest({ ...fork, learning_rate: NaN })).toThrow(WireInvalid);
  expect(() => parseTimelineRequest({ ...fork, step: undefined })).toThrow(WireInvalid);
  const range = { id: "2", action: "range", from: 5, to: 5 };
  expect(parseTimelineRequest(range)).toEqual(range);
  expect(() => parseTimelineRequest({ ...range, to: 4 })).toThrow(WireInvalid);
});

test("a reply is either done or failed with its error", () => {
  const done = { kind: "reply", id: "1", ok: true, message: "Deleted.", trash_id: "t" };
  expect(parseReply(done)).toEqual(done);
  const failed = { kind: "reply", id: "1", ok: false, error: { code: "NameTaken", message: "…" } };
  expect(parseReply(failed)).toEqual(failed);
  expect(() => parseReply({ kind: "reply", id: "1", ok: false })).toThrow(WireInvalid);
});
