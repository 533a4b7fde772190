import type { Table } from "apache-arrow";
import type { Session } from "@forkpoint/training";
import type { WireRun } from "@forkpoint/wire";
import { durationText, lossText, wholeText } from "../text/number.js";
import { summaryOf } from "./timeline-state.js";

/** A timeline for tools without widgets. @example timelineText(session, run, table) */
export function timelineText(session: Session, run: WireRun | null, table: Table): string {
  const line = (label: string, value: string): string => `${label.padEnd(12)}${value}`;
  const lines = [`Session "${session.name}"`, line("model", summaryOf(session))];
  lines.push(line("step", wholeText(Math.max(session.step, 0))));
  if (run) {
    const left = run.seconds_left === null ? "" : `, ${durationText(run.seconds_left)} left`;
    lines.push(
      line("run", `${run.status} (${wholeText(run.from)} to ${wholeText(run.target)})${left}`),
    );
    if (run.error) lines.push(line("error", run.error.message));
  }
  lines.push(line("train loss", lossText(lastOf(table, "train_loss"))));
  lines.push(line("validation", lossText(lastOf(table, "validation_loss"))));
  return lines.join("\n");
}

function lastOf(table: Table, column: string): number | null {
  const values = table.getChild(column);
  for (let row = table.numRows - 1; row >= 0; row--) {
    const value = values?.get(row) as number | null | undefined;
    if (typeof value === "number") return value;
  }
  return null;
}
