import { useRef, type KeyboardEvent, type ReactNode } from "react";
import { goesOn, type WireRunRow } from "@forkpoint/wire";
import { formatDuration } from "../format/duration.js";
import { formatCount, formatLoss } from "../format/numbers.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useCursorInTurn, useData, useLiveness } from "../host/use-model.js";
import type { RunHistoryModel } from "../models/run-history-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { runAt, runsNow, stepToShow } from "./shown.js";

/**
 * A session's runs, the newest first. Choosing one shows its last step in every view; nothing is sent.
 *
 * @example <RunHistory history={history} timeline={timeline} />
 */
export function RunHistory(props: {
  history: RunHistoryModel;
  timeline: TimelineModel;
  alone?: boolean;
}): ReactNode {
  const { history, timeline, alone = false } = props;
  useData(history);
  useData(timeline);
  const root = useRef<HTMLElement>(null);
  const { problem } = history;
  const runs = runsNow(history.runs, timeline.axis.to, timeline.state.run);
  const shown = useCursorInTurn(timeline, root, () => runAt(runs, timeline.shownStep)?.id ?? null);
  const liveness = useLiveness(history);
  return (
    <section ref={root} className="fp-runs" data-testid="fp-run-history" aria-label="Runs">
      {alone && <OfflineMark liveness={liveness} />}
      {problem && <Notice kind="error">{problem.message}</Notice>}
      {runs.length === 0 ? (
        <Notice kind="empty">No runs yet: session.train(…) starts one.</Notice>
      ) : (
        <div className="fp-runs-box">
          <table className="fp-runs-table">
            <thead>
              <tr>
                <th scope="col">run</th>
                <th scope="col">status</th>
                <th scope="col">steps</th>
                <th scope="col">duration</th>
                <th scope="col">final loss</th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run, at) => (
                <Row
                  key={run.id}
                  run={run}
                  number={runs.length - at}
                  latest={at === 0}
                  shown={run.id === shown}
                  loss={lossOf(run, timeline)}
                  show={() => timeline.show(stepToShow(run, runs, timeline.axis.to))}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row(props: {
  run: WireRunRow;
  number: number;
  latest: boolean;
  shown: boolean;
  loss: number | null;
  show: () => void;
}): ReactNode {
  const { run, number, latest, shown, loss, show } = props;
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    show();
  };
  return (
    <tr
      className="fp-run"
      data-testid="fp-run"
      data-shown={shown}
      aria-current={shown}
      tabIndex={0}
      data-lm-suppress-shortcuts="true"
      title={`${run.id.slice(0, 8)} · started ${new Date(run.started_at).toLocaleString()}\nShow its step ${formatCount(run.to)} in every view`}
      onClick={show}
      onKeyDown={key}
    >
      <th scope="row">
        {formatCount(number)} <span className="fp-quiet">{run.mode}</span>
        {latest && <span className="fp-latest">latest</span>}
      </th>
      <td>
        <span className="fp-status" data-status={run.status}>
          {run.status}
        </span>
      </td>
      <td>
        {formatCount(run.from)} – {formatCount(run.to)}
      </td>
      <td>{run.seconds === null ? "" : formatDuration(run.seconds)}</td>
      <td>{loss === null ? "" : formatLoss(loss)}</td>
    </tr>
  );
}

// A run that goes on, or one that ended without a summary: what the timeline has at its last step.
function lossOf(run: WireRunRow, timeline: TimelineModel): number | null {
  if (run.final_loss !== null) return run.final_loss;
  const { columns } = timeline;
  const loss = columns.values.get("train_loss")?.[columns.length - 1];
  return goesOn(run.status) && columns.length > 0 && Number.isFinite(loss) ? loss! : null;
}
