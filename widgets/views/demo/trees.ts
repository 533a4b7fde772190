import { randomNumbers } from "./recorded.js";

/** A tree of sessions as a kernel would send it: a family of a few, or one of 500. */
export function tree(count: number): object {
  const next = randomNumbers(11);
  const sessions: Record<string, unknown>[] = [];
  for (let at = 0; at < count; at++) {
    const root = at === 0 || next() < (count > 20 ? 0.02 : 0.15);
    const parent = root ? null : sessions[Math.floor(next() ** 0.7 * at)]!;
    const fork = parent ? Math.floor(Number(parent["step"]) * next()) : 0;
    const best = 1.4 + next() * 0.8;
    sessions.push({
      id: `s${at}`,
      name: root ? `sonnets ${at}` : `rate ${(next() * 1e-2).toFixed(4)}`,
      parent_id: parent ? parent["id"] : null,
      root_id: parent ? parent["root_id"] : `s${at}`,
      fork_step: fork,
      step: fork + Math.floor(next() * 1500),
      best_loss: next() < 0.1 ? null : best,
      runs: Math.floor(next() * 4),
      status: at === 1 ? "running" : "completed",
      active_at: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(),
    });
  }
  const merges = count > 4 ? [{ from: "s4", into: "s1", step: 900 }] : [];
  return { sessions, merges, selected: count > 3 ? "s3" : null };
}
