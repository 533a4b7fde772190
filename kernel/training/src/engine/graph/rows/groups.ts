import type { GraphNode } from "../graph-def.js";
import { aliases, reductions } from "./instructions.js";
import { extent, producerOf } from "./known-graph.js";
import type { KnownGraph } from "./known-graph.js";
import { rowProgram } from "./row-program.js";
import type { Domain } from "./row-program.js";

/** Nodes that can run as one row program. */
export interface Group {
  domain: Domain;
  /** In the order of the graph. */
  members: GraphNode[];
}

// Narrower rows would cost more in calls than they save in memory traffic.
const leastWidth = 8;

/**
 * Gathers nodes into groups, each as large as can be: a node joins the groups of its inputs when
 * the whole is still one program and no path leads out of it and back in.
 */
export function rowGroups(graph: KnownGraph): Group[] {
  const groupOf = new Map<string, Group>();
  for (const node of graph.nodes) {
    const before = new Set(node.input.flatMap((place) => groupOf.get(producerOf(place)) ?? []));
    const joined = join(graph, groupOf, node, [...before]) ?? begin(graph, node);
    if (!joined) continue;
    for (const member of joined.members) groupOf.set(member.name, joined);
  }
  const worthIt = ({ members }: Group): boolean =>
    members.filter(({ op }) => !aliases.has(op)).length > 1;
  return [...new Set(groupOf.values())].filter(worthIt);
}

function begin(graph: KnownGraph, node: GraphNode): Group | null {
  const reduced = reductions.has(node.op) ? node.input[0]! : `${node.name}:0`;
  const shape = graph.shapeOf(reduced);
  const width = shape?.at(-1) ?? 0;
  if (!shape || width < leastWidth || extent(shape) === width) return null;
  const domain = { rows: extent(shape) / width, width };
  return rowProgram(graph, [node], domain) ? { domain, members: [node] } : null;
}

// All groups at once if that can be, else the newest that can.
function join(
  graph: KnownGraph,
  groupOf: Map<string, Group>,
  node: GraphNode,
  before: Group[],
): Group | null {
  const own = begin(graph, node);
  const sameDomain = (a: Domain, b: Domain): boolean => a.rows === b.rows && a.width === b.width;
  const wanted = before.filter(({ domain }) => !own || sameDomain(domain, own.domain)).reverse();
  const attempts = [wanted, ...wanted.map((group) => [group])];
  for (const attempt of attempts) {
    const [first, ...others] = attempt;
    if (!first || !others.every(({ domain }) => sameDomain(domain, first.domain))) continue;
    const names = new Set(attempt.flatMap(({ members }) => members.map(({ name }) => name)));
    names.add(node.name);
    const members = graph.nodes.filter(({ name }) => names.has(name));
    if (!rowProgram(graph, members, first.domain)) continue;
    if (!leadsBack(graph, groupOf, names)) return { domain: first.domain, members };
  }
  return null;
}

// Whether something outside needs a member and is itself needed by one.
function leadsBack(graph: KnownGraph, groupOf: Map<string, Group>, names: Set<string>): boolean {
  const sources = (name: string): string[] => (graph.byName.get(name)?.input ?? []).map(producerOf);
  const outside = (name: string): boolean => !names.has(name);
  const open = [...names].flatMap(sources).filter(outside);
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    // A group runs as one, so it needs whatever any of its members needs.
    const group = groupOf.get(name);
    const needed = group ? group.members.flatMap((member) => sources(member.name)) : sources(name);
    for (const source of needed) {
      if (names.has(source)) return true;
      open.push(source);
    }
  }
  return false;
}
