import type { ReactNode } from "react";

/**
 * Words that change with the step shown, in a place of their own and of fixed width: nothing around them is laid
 * out anew when they do. Chromium keeps to that only where the place is no flex or grid item itself.
 *
 * @param props.room the longest words there can be
 * @example <Changing room={formatCount(axis.to)}>{formatCount(step)}</Changing>
 */
export function Changing(props: { room: string; children: string }): ReactNode {
  const { room, children } = props;
  return (
    <span className="fp-changing" style={{ width: `${Math.max(room.length, children.length)}ch` }}>
      {children}
    </span>
  );
}
