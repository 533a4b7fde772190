import type { Store } from "@forkpoint/checkpoints";

/** How a metric of tfjs is called in the timeline: its `loss` is the `train_loss`. */
export function columnOf(metric: string): string {
  if (metric === "loss") return "train_loss";
  return metric.startsWith("val_") ? `validation_${metric.slice(4)}` : metric;
}

/** What a session recorded of some steps: for each, the metrics asked for, in their order. */
export async function recordedSteps(
  store: Store,
  sessionId: string,
  range: { from: number; to: number },
  metrics: string[],
): Promise<Map<number, number[]>> {
  const columns = metrics.map(columnOf);
  const table = await store.readMetrics(sessionId, { ...range, columns });
  const [steps, ...values] = ["step", ...columns].map((name) => table.getChild(name)!);
  const found = new Map<number, number[]>();
  for (let row = 0; row < table.numRows; row++) {
    const numbers = values.map((column) => (column.get(row) as number | null) ?? Number.NaN);
    found.set(Number(steps!.get(row)), numbers);
  }
  return found;
}
