import type { ReactNode } from "react";

/**
 * One sentence in a box: what is wrong, or why there is nothing to see.
 *
 * @example <Notice kind="error">{problem.message}</Notice>
 */
export function Notice(props: { kind: "error" | "empty"; children: ReactNode }): ReactNode {
  const { kind, children } = props;
  return (
    <div className={`fp-notice fp-notice-${kind}`} role={kind === "error" ? "alert" : undefined}>
      {children}
    </div>
  );
}
