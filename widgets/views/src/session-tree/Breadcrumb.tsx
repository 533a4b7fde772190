import type { ReactNode } from "react";
import type { WireNode } from "@forkpoint/wire";

/** Generations named at the end; those before them become an ellipsis. */
const NAMED = 2;

/**
 * Where the selected session comes from: base → … → parent → current.
 *
 * @example <Breadcrumb line={lineageOf(sessions, selected)} select={(id) => tree.select(id)} />
 */
export function Breadcrumb(props: { line: WireNode[]; select: (id: string) => void }): ReactNode {
  const { line, select } = props;
  const left = line.slice(0, -NAMED);
  return (
    <nav
      className="fp-crumbs"
      aria-label="Where this session comes from"
      data-testid="fp-tree-crumbs"
    >
      <ol>
        <li className="fp-crumb-base">base</li>
        {left.length > 0 && (
          <li title={left.map(({ name }) => name).join(" → ")}>
            {left.length === 1 ? crumb(left[0]!, false, select) : "…"}
          </li>
        )}
        {line.slice(-NAMED).map((node) => (
          <li key={node.id}>{crumb(node, node === line.at(-1), select)}</li>
        ))}
      </ol>
    </nav>
  );
}

function crumb(node: WireNode, current: boolean, select: (id: string) => void): ReactNode {
  if (current) return <b aria-current="true">{node.name}</b>;
  return (
    <button type="button" className="fp-crumb" onClick={() => select(node.id)}>
      {node.name}
    </button>
  );
}
