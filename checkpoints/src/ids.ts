import { randomInt } from "node:crypto";

const TIME_DIGITS = 9;
const COUNT_DIGITS = 3;
const RANDOM_DIGITS = 6;
const COUNT_LIMIT = 36 ** COUNT_DIGITS;

let lastTime = 0;
let count = 0;

/**
 * A new unique id of 18 characters `[a-z0-9]`. Ids made later by one thread sort later; ids of
 * several threads and processes sort by the clock, to the millisecond.
 *
 * @example const id = newId(); // "0m8hk2x5c0001q9zt4"
 */
export function newId(): string {
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    count = 0;
  } else if (++count === COUNT_LIMIT) {
    // The clock went back or stood still for very long: borrow a millisecond, keep the order.
    lastTime += 1;
    count = 0;
  }
  const random = randomInt(36 ** RANDOM_DIGITS);
  return (
    digits(lastTime, TIME_DIGITS) + digits(count, COUNT_DIGITS) + digits(random, RANDOM_DIGITS)
  );
}

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, "0");
}
