import type { GraphNode } from "./graph-def.js";

/** The nodes that the roots need, in the order given; the rest of a recording is dead. */
export function prune(nodes: GraphNode[], roots: string[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const needed = new Set<string>();
  const open = roots.map(nodeOf);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    open.push(...(byName.get(name)?.input.map(nodeOf) ?? []));
  }
  return nodes.filter(({ name }) => needed.has(name));
}

/** The node that an input names: "^a", "a:1" and "a" all name a. */
export function nodeOf(input: string): string {
  return input.replace(/^\^/, "").replace(/:\d+$/, "");
}
