import type { GraphNode } from "../graph-def.js";

/** A graph and the places that are asked of it. */
export interface GraphWithOutputs {
  nodes: GraphNode[];
  outputs: Record<string, string>;
}

/** The same graph reading past casts of a type to itself, which tfjs's gradients are full of. */
export function withoutCasts({ nodes, outputs }: GraphWithOutputs): GraphWithOutputs {
  const sources = new Map<string, string>();
  for (const { name, op, attr, input } of nodes) {
    const idle = op === "Cast" && attr["SrcT"]?.type === attr["DstT"]?.type;
    if (idle) sources.set(`${name}:0`, sources.get(input[0]!) ?? input[0]!);
  }
  const to = (place: string): string => sources.get(place) ?? place;
  return {
    nodes: nodes
      .filter(({ name }) => !sources.has(`${name}:0`))
      .map((node) => ({ ...node, input: node.input.map(to) })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, place]) => [name, to(place)])),
  };
}
