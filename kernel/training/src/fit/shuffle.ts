import { AsyncLocalStorage } from "node:async_hooks";
import type { Tensorflow } from "../engine/tfjs.js";

/** Gives the order of the epoch that begins, once. */
export interface EpochOrders {
  /** Null where this shuffle is not the epoch's. */
  take(length: number): ArrayLike<number> | null;
}

const orders = new AsyncLocalStorage<EpochOrders>();
let replaced = false;

/**
 * Runs a `model.fit` whose epochs have the orders given. tfjs shuffles with Math.random, by a
 * function of its own that cannot be given a seed: for what runs in here it is answered from
 * `given`; every other shuffle in the process stays as it was.
 */
export function withOrders<Result>(
  tf: Tensorflow,
  given: EpochOrders,
  run: () => Promise<Result>,
): Promise<Result> {
  if (!replaced) {
    replaced = true;
    const { util } = tf as { util: { shuffle(array: unknown): void } };
    const shuffle = util.shuffle.bind(util);
    util.shuffle = (array) => {
      const list = array as { [at: number]: number; length: number };
      const order = orders.getStore()?.take(list.length);
      if (!order) return shuffle(array);
      for (let at = 0; at < list.length; at++) list[at] = order[at]!;
    };
  }
  return orders.run(given, run);
}
