import { expect, test } from "vitest";
import { readFork } from "./fork-request.js";

const proposal = { name: "sonnets-2", to: 2000, learning_rate: 0.001, weight_decay: 0.1 };
const empty = { name: "", learningRate: "", weightDecay: "", to: "" };

test("an empty form takes what is proposed", () => {
  expect(readFork(empty, proposal, 300)).toEqual({
    request: { action: "fork", step: 300, name: "sonnets-2" },
  });
});

test("what was typed is asked for, spaces and thousands included", () => {
  const typed = { name: " hot ", learningRate: "3e-3", weightDecay: "0", to: "1,000" };
  expect(readFork(typed, proposal, 300)).toEqual({
    request: {
      ...{ action: "fork", step: 300, name: "hot" },
      ...{ learning_rate: 0.003, weight_decay: 0, to: 1000 },
    },
  });
});

test.each([
  ["name", "  "],
  ["learningRate", "0"],
  ["learningRate", "fast"],
  ["weightDecay", "-1"],
  ["to", "300"],
  ["to", "400.5"],
])("%s cannot be %j", (field, text) => {
  const read = readFork({ ...empty, [field]: text }, proposal, 300);
  expect(read).toHaveProperty(["faults", field]);
});
