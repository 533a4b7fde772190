import { expect, test } from "vitest";
import { statusWord } from "./words.js";

test("without a kernel a run that moved is said as last seen, one that ended as it ended", () => {
  expect(statusWord("running", true)).toBe("Running");
  expect(statusWord("running", false)).toBe("Last seen running");
  expect(statusWord("paused", false)).toBe("Last seen paused");
  expect(statusWord("completed", false)).toBe("Completed");
  expect(statusWord(undefined, true)).toBe("Not trained yet");
});
