import type { GraphNode } from "../graph-def.js";
import { aliases } from "./instructions.js";
import { rowGroups } from "./groups.js";
import type { Group } from "./groups.js";
import { knownGraph, producerOf } from "./known-graph.js";
import type { TensorFacts } from "./known-graph.js";
import { withoutCasts } from "./without-casts.js";
import type { GraphWithOutputs } from "./without-casts.js";
import { rowPrograms } from "./recompute.js";

/**
 * The same graph with chains of elementwise ops and reductions along rows as single ForkpointRows
 * ops, which keep what lies between in the cache. `outputs` are the places that are asked for; the
 * result has the same values at the places of the same names, or at those it maps them to.
 */
export function fuseRows(
  recorded: GraphWithOutputs,
  facts: Map<string, TensorFacts>,
): GraphWithOutputs {
  const { nodes, outputs } = withoutCasts(recorded);
  const graph = knownGraph(nodes, facts);
  const groups = rowGroups(graph);
  const groupOf = new Map<string, Group>();
  for (const group of groups) {
    for (const { name, op } of group.members) if (!aliases.has(op)) groupOf.set(name, group);
  }
  const programs = rowPrograms(graph, groups);

  // What is needed from outside, from the outputs up.
  const needed = new Map<Group, string[]>();
  const kept = new Set<string>();
  const open = [...Object.values(outputs), ...placeholders(nodes)];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const name = producerOf(place);
    const group = groupOf.get(name);
    if (!group) {
      if (kept.has(name)) continue;
      kept.add(name);
      open.push(...graph.byName.get(name)!.input);
      continue;
    }
    const places = needed.get(group);
    if (!places) {
      needed.set(group, [place]);
      open.push(...programs.get(group)!.inputs);
    } else if (!places.includes(place)) places.push(place);
  }

  const moved = new Map<string, string>();
  const fused = [...needed].map(([group, places], index) => {
    const node = programs.get(group)!.node(`rows${index}`, places);
    places.forEach((place, at) => moved.set(place, `${node.name}:${at}`));
    return node;
  });
  const to = (place: string): string => moved.get(place) ?? place;
  const rest = nodes.filter(({ name }) => kept.has(name));
  return {
    nodes: [...rest, ...fused].map((node) => ({ ...node, input: node.input.map(to) })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, place]) => [name, to(place)])),
  };
}

function placeholders(nodes: GraphNode[]): string[] {
  return nodes.filter(({ op }) => op === "Placeholder").map(({ name }) => `${name}:0`);
}
