import { describe, expect, test } from "vitest";
import { cleanName } from "./names.js";

describe("cleanName", () => {
  test("drops spaces around a name and composes it", () => {
    expect(cleanName("  Model 1 ", "model")).toBe("Model 1");
    expect(cleanName("e\u0301", "session")).toBe("\u00e9");
    expect(cleanName("name@1200-2 / ../\u{1f3b2}", "session")).toBe("name@1200-2 / ../\u{1f3b2}");
  });

  test.each(["", "   ", "a\nb", "a\u0000", "\u202egpj", "\ud800", "x".repeat(121), 7, null])(
    "refuses %j",
    (name) => {
      expect(() => cleanName(name, "model")).toThrow(
        expect.objectContaining({ code: "NameInvalid" }),
      );
    },
  );
});
