import type { ReactNode } from "react";
import type { Liveness } from "../models/liveness.js";

/**
 * Says that no kernel stands behind what is shown, and why; nothing while one does.
 *
 * @example <OfflineMark liveness={useLiveness(model)} />
 */
export function OfflineMark(props: { liveness: Liveness }): ReactNode {
  const { liveness } = props;
  if (liveness.live) return null;
  return (
    <p className="fp-offline" role="status" data-testid="fp-offline">
      <span className="fp-offline-badge">{liveness.word ?? "Offline"}</span>
      <span className="fp-offline-reason">{liveness.reason}</span>
    </p>
  );
}
