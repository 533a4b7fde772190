import type { WireNode } from "@forkpoint/wire";

/**
 * A session and those it descends from, the root first.
 *
 * @example lineageOf(sessions, "hot").map(({ name }) => name) // ["sonnets", "hot"]
 */
export function lineageOf(sessions: readonly WireNode[], id: string | null): WireNode[] {
  const known = new Map(sessions.map((node) => [node.id, node]));
  const line: WireNode[] = [];
  for (let node = known.get(id ?? ""); node && !line.includes(node);) {
    line.unshift(node);
    node = known.get(node.parent_id ?? "");
  }
  return line;
}

/**
 * A name for a fork that no session has yet.
 *
 * @example freeName(sessions, "sonnets") // "sonnets-2"
 */
export function freeName(sessions: readonly WireNode[], name: string): string {
  const taken = new Set(sessions.map((node) => node.name));
  const base = name.replace(/-\d+$/, "");
  for (let number = 2; ; number++) {
    if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
  }
}
