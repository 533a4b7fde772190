import type { WireTraining } from "@forkpoint/wire";

/** Named at most. */
const MOST = 20;

/**
 * A line for each session that trains.
 *
 * @example badgeLines([{ session_id: "abcd1234ef", name: "hot", status: "running" }]) // ["abcd1234 (running)"]
 */
export function badgeLines(training: readonly WireTraining[]): string[] {
  const lines = training
    .slice(0, MOST)
    .map(({ session_id, status }) => `${session_id.slice(0, 8)} (${status})`);
  return training.length > MOST ? [...lines, `and ${training.length - MOST} more`] : lines;
}
