import type { NamedTensorMap, Tensor, Tensor2D } from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../random.js";
import { inspectAddon } from "../../native/addon.js";
import { record } from "../../recorder/recording.js";
import { loadEngine } from "../../tfjs.js";
import type { Tensorflow } from "../../tfjs.js";
import type { GraphNode } from "../graph-def.js";
import { openGraphSession } from "../graph-session.js";
import { fuseRows } from "./fuse-rows.js";

const [rows, width] = [75, 20];
type Run = (tf: Tensorflow, given: Given) => NamedTensorMap;
type Given = { x: Tensor2D; y: Tensor2D; column: Tensor; row: Tensor; block: Tensor };

const layerNorm = (tf: Tensorflow, x: Tensor, weight: Tensor): Tensor => {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), weight);
};
const gelu = (tf: Tensorflow, x: Tensor): Tensor =>
  tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5));

describe.skipIf(inspectAddon().status !== "ready")("row programs", () => {
  let tf: Tensorflow;
  beforeAll(async () => {
    tf = (await loadEngine("native")).tf;
  });

  const inputs = (): Given => {
    const random = randomStream(3, "rows");
    const draw = (shape: number[]): Tensor => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      return tf.tensor(
        Float32Array.from({ length: size }, () => 2 * random.normal()),
        shape,
      );
    };
    const [x, y] = [draw([rows, width]), draw([rows, width])] as [Tensor2D, Tensor2D];
    return { x, y, column: draw([rows, 1]), row: draw([width]), block: draw([3, width]) };
  };

  // The graph as it runs, and what eager tfjs gives.
  function both(run: Run): { nodes: GraphNode[]; found: number[]; expected: number[] } {
    const given = inputs();
    const recording = record(tf, given, (all) => run(tf, all as unknown as Given));
    const { nodes, outputs } = fuseRows(recording, recording.facts);
    const session = openGraphSession();
    session.add("g", nodes);
    const expected = tf.tidy(() => Object.values(run(tf, given)).map((it) => it.dataSync()));
    const fetched = expected.map(({ length }) => new Float32Array(length));
    session
      .prepare({
        feeds: Object.keys(given).map((name) => `g/${name}:0`),
        fetches: Object.values(outputs).map((place) => `g/${place}`),
      })
      .run(
        Object.values(given).map((it) => (it as Tensor).dataSync() as Float32Array),
        fetched,
      );
    session.close();
    tf.dispose(given as unknown as NamedTensorMap);
    const flat = (arrays: ArrayLike<number>[]): number[] => arrays.flatMap((it) => Array.from(it));
    return { nodes, found: flat(fetched), expected: flat(expected as Float32Array[]) };
  }
  const ops = (nodes: GraphNode[], op: string): number =>
    nodes.filter((node) => node.op === op).length;

  test.each<[string, Run]>([
    ["arithmetic", (tf, { x, y }) => ({ out: tf.div(tf.sub(tf.mul(x, y), x), tf.add(y, 9)) })],
    ["a value for each row", (tf, { x, column }) => ({ out: tf.add(tf.mul(x, column), column) })],
    ["a value for each column", (tf, { x, row }) => ({ out: tf.sub(tf.mul(row, x), row) })],
    [
      "a block of rows again and again",
      (tf, { x, block }) => {
        const tiled = tf.add(tf.reshape(x, [25, 3, width]), block);
        return { out: tf.mul(tiled, block), same: tf.neg(tiled) };
      },
    ],
    ["layer norm", (tf, { x, row }) => ({ out: layerNorm(tf, x, row) })],
    ["gelu", (tf, { x }) => ({ out: gelu(tf, x) })],
    ["softmax of masked scores", (tf, { x, y }) => ({ out: tf.softmax(tf.add(x, tf.mul(y, 30))) })],
    [
      "extremes",
      (tf, { x, y }) => ({
        out: tf.add(tf.exp(tf.mul(x, 60)), tf.maximum(tf.relu(x), tf.minimum(y, tf.abs(x)))),
      }),
    ],
    [
      "outputs of every kind",
      (tf, { x, column }) => {
        const peak = tf.max(x, -1, true);
        const spread = tf.mul(tf.mul(peak, column), tf.ones([rows, width]));
        return { peak, flat: tf.sum(tf.square(x), -1), spread, far: tf.reshape(spread, [-1]) };
      },
    ],
    [
      "gradients of layer norm and gelu",
      (tf, { x, y, row }) => {
        const loss = (a: Tensor, w: Tensor): Tensor =>
          tf.sum(tf.mul(gelu(tf, layerNorm(tf, a, w)), y));
        const [dx, dw] = tf.grads(loss as never)([x, row]) as [Tensor, Tensor];
        return { dx, dw };
      },
    ],
  ])("%s: as eager tfjs", (_, run) => {
    const { nodes, found, expected } = both(run);
    expect(ops(nodes, "ForkpointRows")).toBeGreaterThan(0);
    expect(found).toHaveLength(expected.length);
    found.forEach((value, at) => {
      const wanted = expected[at]!;
      if (!Number.isFinite(wanted)) expect(value).toBe(wanted);
      else expect(Math.abs(value - wanted)).toBeLessThan(2e-5 * Math.max(1, Math.abs(wanted)));
    });
  });

  test("not a number stays so, through sums and maxima", () => {
    const { found } = both((tf, { x }) => {
      const nan = tf.sqrt(tf.sub(tf.neg(tf.square(x)), 1));
      return {
        max: tf.max(nan, -1),
        sum: tf.sum(nan, -1),
        soft: tf.softmax(nan),
        exp: tf.exp(nan),
      };
    });
    expect(found.every(Number.isNaN)).toBe(true);
  });

  test("a chain is one op, and what leaves it and comes back through a matrix product is two", () => {
    const chain = both((tf, { x, y }) => ({ out: tf.add(tf.square(tf.add(x, y)), tf.neg(x)) }));
    expect(chain.nodes.filter(({ op }) => op !== "Placeholder")).toHaveLength(1);
    const around = both((tf, { x, y }) => {
      const first = tf.square(tf.add(x, y));
      const product = tf.matMul(first, tf.matMul(y, x, true));
      return { out: tf.mul(tf.neg(first), tf.add(product, first)) };
    });
    expect(ops(around.nodes, "ForkpointRows")).toBe(2);
    around.found.forEach((value, at) => expect(value / around.expected[at]!).toBeCloseTo(1, 4));
  });

  test.each<[string, (program: number[]) => number[]]>([
    ["empty", () => []],
    ["cut off", (program) => program.slice(0, -1)],
    ["too long", (program) => [...program, 0]],
    ["writing to an input", (program) => program.with(-3, 0)],
    ["reading past its operands", (program) => program.with(-1, 99)],
    ["of an unknown operation", (program) => program.with(-4, 99)],
    ["over more rows than its inputs have", (program) => program.with(0, program[0]! * 2)],
    ["with negative sizes", (program) => program.with(1, -width)],
    ["with a size beyond memory", (program) => program.with(0, 2 ** 31 - 1)],
  ])("a program %s is refused and nothing is read or written", (_, damage) => {
    const given = inputs();
    const recording = record(
      tf,
      given as never,
      ((all: Given) => ({
        out: tf.add(tf.square(all.x), all.y),
      })) as never,
    );
    const { nodes, outputs } = fuseRows(recording, recording.facts);
    const { program } = nodes.find(({ op }) => op === "ForkpointRows")!.attr;
    program!.list!.i = damage(program!.list!.i!);
    const session = openGraphSession();
    session.add("g", nodes);
    const names = Object.keys(given).map((name) => `g/${name}:0`);
    const run = session.prepare({ feeds: names, fetches: [`g/${outputs["out"]}`] });
    const fed = Object.values(given).map((it) => (it as Tensor).dataSync() as Float32Array);
    expect(() => run.run(fed, [new Float32Array(rows * width)])).toThrow(/ForkpointRows/);
    session.close();
    tf.dispose(given as unknown as NamedTensorMap);
  });
});
