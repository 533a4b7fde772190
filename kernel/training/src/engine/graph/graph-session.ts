import { availableParallelism } from "node:os";
import { loadAddon } from "../native/addon.js";
import type { GraphArray } from "../native/addon.js";
import { encodeGraph } from "./graph-def.js";
import type { GraphNode } from "./graph-def.js";

/** The names of a graph's ends, as "node:output". */
export interface GraphEnds {
  /** Placeholders of the weights, in the order in which they were placed. */
  weights?: string[];
  /** Placeholders given at each run. */
  feeds: string[];
  /** Outputs copied out at each run. */
  fetches: string[];
  /**
   * 2 when the graph is for half a batch: feeds then hold both halves, which run at once, and results
   * and gradients are their means. Default 1.
   */
  halves?: 1 | 2;
  /** One for each weight; with them each run updates weights and slots. */
  gradients?: string[];
}

/** One call into TensorFlow, looked up beforehand. */
export interface PreparedRun {
  /**
   * Copies `fed` in, runs, copies results into `fetched`, both in the order prepared. `update` holds
   * the optimizer's numbers as `adamWNumbers` lays them out; empty where there are no gradients.
   */
  run(fed: GraphArray[], fetched: GraphArray[], update?: Float32Array): void;
}

/** Weights (0), first (1) and second (2) moments. */
export type Group = 0 | 1 | 2;

/** A TensorFlow session of this thread, with weights and optimizer slots in its memory. */
export interface GraphSession {
  /** Makes room for weights of these sizes and two slots for each. Once, before `prepare`. */
  place(weights: { size: number; decays: boolean }[]): void;
  /** Sets all values of a group, in the order placed. */
  write(group: Group, values: Float32Array): void;
  /** Copies all values of a group out: one pass over memory. */
  read(group: Group, into: Float32Array): void;
  /**
   * Copies weights and both moments of now out, while the caller goes on; what changes them next waits
   * for it. The arrays must not be handed over before. Resolves to the milliseconds it took.
   */
  readBeside(weights: Float32Array, m: Float32Array, v: Float32Array): Promise<number>;
  /** Adds a graph; its nodes are called `prefix/name` from then on. @throws GraphOpRefused. */
  add(prefix: string, nodes: GraphNode[]): void;
  /** @throws Error when a name is not in the graphs, or a shape is another than placed. */
  prepare(ends: GraphEnds): PreparedRun;
  /** Gives its memory back; everything throws afterwards. */
  close(): void;
}

const none = new Float32Array(0);

/**
 * Opens a session. It holds no graph yet. With `halves` 2 each op uses half of the cores.
 *
 * @throws Error with the reason when the addon is not there.
 * @example
 * const session = openGraphSession();
 * session.add("double", nodes);
 * session.prepare({ feeds: ["double/x:0"], fetches: ["double/n3:0"] }).run([x], [y]);
 */
export function openGraphSession({ halves = 1 }: { halves?: 1 | 2 } = {}): GraphSession {
  const addon = loadAddon();
  const cores = Number(process.env["TF_NUM_INTRAOP_THREADS"]) || availableParallelism();
  const session = addon.open(halves === 1 ? 0 : Math.min(64, Math.max(1, Math.floor(cores / 2))));
  return {
    place(weights) {
      const sizes = Int32Array.from(weights, ({ size }) => size);
      const decays = Uint8Array.from(weights, (weight) => (weight.decays ? 1 : 0));
      addon.place(session, sizes, decays);
    },
    write: (group, values) => addon.copy(session, group, values, true),
    read: (group, into) => addon.copy(session, group, into, false),
    readBeside: (weights, m, v) => addon.copyOut(session, weights, m, v),
    add: (prefix, nodes) => addon.extend(session, encodeGraph(nodes), prefix),
    prepare({ feeds, fetches, weights = [], gradients = [], halves: each = 1 }) {
      const plan = addon.plan(session, feeds, fetches, weights, gradients, each);
      return {
        run: (fed, fetched, update = none) => addon.run(session, plan, fed, fetched, update),
      };
    },
    close: () => addon.close(session),
  };
}
