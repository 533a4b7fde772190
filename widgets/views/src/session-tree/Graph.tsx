import type { CSSProperties, ReactNode } from "react";
import type { TreeRow, WireMerge, WireNode } from "@forkpoint/wire";
import type { RowWindow } from "../host/use-rows.js";
import type { NodeColor } from "./colors.js";
import { branchPath, mergePath, type Places } from "./place.js";

const TRUNK: NodeColor = { hue: 90, chroma: 0.01, shade: 2 };

/**
 * The drawn part of a tree: branches, merges and nodes of the lines that are seen.
 *
 * @example <Graph rows={rows} colors={colors} merges={merges} places={places} seen={seen} selected={id} height={900} />
 */
export function Graph(props: {
  rows: readonly TreeRow<WireNode>[];
  colors: readonly NodeColor[];
  merges: readonly WireMerge[];
  places: Places;
  seen: RowWindow;
  selected: string | null;
  height: number;
}): ReactNode {
  const { rows, colors, merges, places, seen, selected, height } = props;
  const { x, y, width } = places;
  // Lines of the list are those of the tree and the base above them.
  const [first, last] = [seen.first - 1, seen.last - 1];
  const near = (from: number, to: number): boolean =>
    Math.max(from, to) >= first && Math.min(from, to) <= last;
  const at = new Map(rows.map(({ item }, row) => [item.id, row]));
  return (
    <svg className="fp-tree-graph" width={width} height={height} aria-hidden="true">
      {rows.map((row, line) =>
        near(row.parent, line) ? (
          <path
            key={row.item.id}
            className="fp-tree-branch"
            d={branchPath(places, row, line)}
            // The trunk belongs to all roots.
            style={paint(row.parent < 0 ? TRUNK : colors[line]!)}
          />
        ) : null,
      )}
      {merges.map(({ from, into, step }) => {
        const [source, target] = [at.get(from), at.get(into)];
        if (source === undefined || target === undefined || !near(source, target)) return null;
        const path = mergePath(
          places,
          [rows[source]!.depth, source],
          [rows[target]!.depth, target],
        );
        return <path key={`${from} ${into} ${step}`} className="fp-tree-merge" d={path} />;
      })}
      {first <= 0 && <circle className="fp-tree-base" cx={x(0)} cy={y(-1)} r={8} />}
      {rows
        .slice(Math.max(0, first), last + 1)
        .map(({ item, depth, open, descendants }, offset) => {
          const line = Math.max(0, first) + offset;
          const folded = !open && descendants > 0;
          return (
            <g key={item.id} style={paint(colors[line]!)}>
              {item.id === selected && (
                <circle className="fp-tree-ring" cx={x(depth)} cy={y(line)} r={9.5} />
              )}
              <circle className="fp-tree-dot" cx={x(depth)} cy={y(line)} r={folded ? 6.5 : 5.5} />
              {folded && <circle className="fp-tree-folded" cx={x(depth)} cy={y(line)} r={2.5} />}
            </g>
          );
        })}
    </svg>
  );
}

function paint({ hue, chroma, shade }: NodeColor): CSSProperties {
  return { "--fp-hue": hue, "--fp-chroma": chroma, "--fp-shade": shade } as CSSProperties;
}
