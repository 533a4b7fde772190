import type { GraphNode } from "../graph-def.js";
import type { Group } from "./groups.js";
import { aliases, reductions } from "./instructions.js";
import { extent, producerOf } from "./known-graph.js";
import type { KnownGraph } from "./known-graph.js";
import { rowProgram } from "./row-program.js";
import type { RowProgram } from "./row-program.js";

/**
 * The programs of groups, each of which computes again what it would otherwise read from another
 * group, where that takes no more reading: a multiplication in the cache costs less than a value that
 * one group writes to memory and another fetches from there, as forward and backward passes do.
 */
export function rowPrograms(graph: KnownGraph, groups: Group[]): Map<Group, RowProgram> {
  const made = new Set(groups.flatMap(({ members }) => members.map(({ name }) => name)));
  return new Map(
    groups.map((group) => {
      const names = new Set(group.members.map(({ name }) => name));
      let program = build(graph, group, names)!;
      for (let place = next(); place !== null; place = next()) {
        names.add(producerOf(place));
        program = build(graph, group, names)!;
      }
      return [group, program];

      // An input that another group makes, and that one value already read or one other would give.
      function next(): string | null {
        const before = wideInputs(program);
        for (const place of before) {
          const node = graph.byName.get(producerOf(place))!;
          if (!made.has(node.name) || reductions.has(node.op) || node.op === "Softmax") continue;
          const after = build(graph, group, new Set([...names, node.name]));
          if (after && wideInputs(after).length <= before.length) return place;
        }
        return null;
      }

      function wideInputs({ inputs }: RowProgram): string[] {
        const { rows, width } = group.domain;
        return inputs.filter((place) => extent(graph.shapeOf(place)!) === rows * width);
      }
    }),
  );
}

function build(graph: KnownGraph, { domain }: Group, names: Set<string>): RowProgram | null {
  // An alias needs its source to be of the program too.
  const members: GraphNode[] = graph.nodes.filter(({ name }) => names.has(name));
  const alone = members.filter(
    ({ op, input }) => aliases.has(op) && !names.has(producerOf(input[0]!)),
  );
  return alone.length > 0 ? null : rowProgram(graph, members, domain);
}
