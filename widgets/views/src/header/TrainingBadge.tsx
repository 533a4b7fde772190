import type { ReactNode } from "react";
import { useData } from "../host/use-model.js";
import type { ActivityModel } from "../models/activity-model.js";
import { formatCount } from "../format/numbers.js";
import { badgeLines } from "./badge.js";

/**
 * How many sessions of the kernel train, running or paused; nothing while none does or no kernel is there.
 *
 * @example <TrainingBadge activity={activity} live />
 */
export function TrainingBadge(props: { activity: ActivityModel; live: boolean }): ReactNode {
  const { activity, live } = props;
  useData(activity);
  const { training } = activity.state;
  if (!live || training.length === 0) return null;
  const lines = badgeLines(training);
  const words = `${formatCount(training.length)} training`;
  return (
    <span
      className="fp-training"
      data-testid="fp-training"
      role="img"
      aria-label={`${words}: ${lines.join(", ")}`}
      title={lines.join("\n")}
    >
      {words}
    </span>
  );
}
