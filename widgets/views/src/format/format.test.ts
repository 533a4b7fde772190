import { expect, test } from "vitest";
import { formatDuration } from "./duration.js";
import { formatCount, formatLoss, formatSpeed, percentOf } from "./numbers.js";

test.each([
  [0, "0"],
  [1234, "1,234"],
  [12345678, "12,345,678"],
])("count %d is %s", (count, text) => expect(formatCount(count)).toBe(text));

test.each([
  [1.2344, "1.234"],
  [0, "0.000"],
  [0.00012, "1.2e-4"],
  [1_234_567, "1.23e+6"],
  [NaN, "not a number"],
  [Infinity, "not a number"],
])("loss %d is %s", (loss, text) => expect(formatLoss(loss)).toBe(text));

test.each([
  [0.125, "0.13 steps/s"],
  [41.27, "41.3 steps/s"],
  [412.7, "413 steps/s"],
])("speed %d is %s", (speed, text) => expect(formatSpeed(speed)).toBe(text));

test.each([
  [0, 2000, 0],
  [1999, 2000, 99],
  [2000, 2000, 100],
  [2100, 2000, 100],
  [0, 0, 100],
])("%d of %d is %d percent", (done, total, percent) =>
  expect(percentOf(done, total)).toBe(percent),
);

test.each([
  [0.4, "0 s"],
  [59.6, "1 min"],
  [200, "3 min 20 s"],
  [3600, "1 h"],
  [3900, "1 h 5 min"],
  [90_000, "1 d 1 h"],
  [-5, "0 s"],
])("%d seconds are %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
