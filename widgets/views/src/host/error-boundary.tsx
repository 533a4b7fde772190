import { Component, type ReactNode } from "react";
import { Notice } from "./notice.js";

/**
 * Shows one sentence where a view fails, so that a fault in one does not blank the others. A class, since
 * React offers this to classes only.
 */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Notice kind="error">
        This view failed: {error.message} Run the cell again to redraw it.
      </Notice>
    );
  }
}
