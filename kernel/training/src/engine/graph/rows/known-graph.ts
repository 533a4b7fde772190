import type { GraphNode } from "../graph-def.js";

/** What is known of a tensor in a recorded graph. */
export interface TensorFacts {
  shape: number[];
  dtype: number;
}

/** A recorded graph, with shapes and constants at hand. */
export interface KnownGraph {
  nodes: GraphNode[];
  byName: Map<string, GraphNode>;
  /** The shape of a float tensor; null for other types. */
  shapeOf(place: string): number[] | null;
  /** The value that a float constant has everywhere; null for every other tensor. */
  splatOf(place: string): number | null;
  /** The value of an int32 constant of one element; null for every other tensor. */
  integerOf(place: string): number | null;
}

const [float, int32] = [1, 3];

/** Looks at a recorded graph. */
export function knownGraph(nodes: GraphNode[], facts: Map<string, TensorFacts>): KnownGraph {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const splats = new Map<string, number | null>();
  const contentOf = (place: string, dtype: number): Uint8Array | null => {
    const tensor = byName.get(producerOf(place))?.attr["value"]?.tensor;
    return tensor?.dtype === dtype ? tensor.tensorContent : null;
  };
  return {
    nodes,
    byName,
    shapeOf(place) {
      const found = facts.get(place);
      return found?.dtype === float ? found.shape : null;
    },
    splatOf(place) {
      let splat = splats.get(place);
      if (splat === undefined) {
        const content = contentOf(place, float);
        const values = content && new Float32Array(content.slice().buffer);
        splat = values?.every((value) => value === values[0]) ? (values[0] ?? null) : null;
        splats.set(place, splat);
      }
      return splat;
    },
    integerOf(place) {
      const content = contentOf(place, int32);
      return content?.byteLength === 4 ? new Int32Array(content.slice().buffer)[0]! : null;
    },
  };
}

/** The node that makes a tensor. */
export function producerOf(place: string): string {
  return place.slice(0, place.lastIndexOf(":"));
}

/** The number of values in a shape. */
export function extent(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
