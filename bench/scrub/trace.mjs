const FRAMES = "disabled-by-default-devtools.timeline.frame";

/** Records Chromium's trace while something happens. */
export async function traced(cdp, happen) {
  const events = [];
  const collect = ({ value }) => events.push(...value);
  cdp.on("Tracing.dataCollected", collect);
  const ended = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
  await cdp.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: {
      includedCategories: ["toplevel", "devtools.timeline", "blink.user_timing", FRAMES],
      excludedCategories: ["*"],
    },
  });
  await happen();
  await cdp.send("Tracing.end");
  await ended;
  cdp.off("Tracing.dataCollected", collect);
  return events;
}

/**
 * What each scrub move cost the page's main thread: all tasks from that which heard the move to the next
 * one that hears one, in milliseconds. By the clock, or by the processor ("tdur"), which other programs on
 * the machine disturb less.
 */
export function costsOfMoves(events, by = "dur") {
  const marks = events.filter(({ name }) => name === "scrub-move");
  const { pid, tid } = marks[0];
  const tasks = events
    .filter((event) => event.pid === pid && event.tid === tid && event.ph === "X")
    .filter(({ name }) => name === "RunTask" || name === "ThreadControllerImpl::RunTask")
    .sort((a, b) => a.ts - b.ts);
  const starts = marks
    .map(({ ts }) => tasks.findLast((task) => task.ts <= ts && ts <= task.ts + task.dur))
    .filter(Boolean)
    .map(({ ts }) => ts);
  const moves = [...new Set(starts)].sort((a, b) => a - b);
  return moves.slice(0, -1).map((start, index) => {
    const within = tasks.filter(({ ts }) => ts >= start && ts < moves[index + 1]);
    return within.reduce((sum, task) => sum + (task[by] ?? task.dur), 0) / 1000;
  });
}

/**
 * The page's frames between its first scrub move and its last, as Chromium counts them: of those that `began`
 * so many were `dropped`, nothing of the page's being ready for them, and `partial` without all of it.
 */
export function framesOfMoves(events) {
  const marks = events.filter(({ name }) => name === "scrub-move");
  const { pid, ts: from } = marks[0];
  const to = marks.at(-1).ts;
  const of = (wanted) =>
    events.filter(
      ({ name, pid: by, ts }) => name === wanted && by === pid && ts >= from && ts <= to,
    );
  const lost = of("DroppedFrame");
  const partial = lost.filter(({ args }) => args.hasPartialUpdate).length;
  return { began: of("BeginFrame").length, dropped: lost.length - partial, partial };
}
