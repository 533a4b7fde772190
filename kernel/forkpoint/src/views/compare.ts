import { Widget } from "@forkpoint/jupyter";
import { settingDifferences, sharedStep } from "@forkpoint/training";
import type { Session, SessionDiff } from "@forkpoint/training";
import {
  MODEL_NAMES,
  VIEWS_MODULE,
  VIEW_NAMES,
  WIRE_RANGE,
  parseCompareRequest,
} from "@forkpoint/wire";
import type { CompareRequest, CompareState, WireWeights } from "@forkpoint/wire";
import { compareSvg, compareText } from "../text/compare.js";
import { lossText, wholeText } from "../text/number.js";
import { answerRequests } from "./reply.js";
import type { Timeline } from "./timeline.js";
import type { ViewForms } from "./view.js";

const nothing: WireWeights = {
  ...{ status: "none", progress: null, one_step: 0, other_step: 0, tensors: [], error: null },
};

/**
 * The kernel's side of a comparison of two sessions. Their curves and samples the page has already,
 * by the two timelines; weights are compared when it asks.
 *
 * @example createCompare(await timelineOf(store, a), await timelineOf(store, b)).widget
 */
export function createCompare(one: Timeline, other: Timeline): ViewForms {
  let weights = nothing;
  let heat = new Uint8Array(0);
  let working: AbortController | null = null;
  const widget = new Widget({
    model: MODEL_NAMES.compare,
    view: VIEW_NAMES.compare,
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state: { one: one.widget, other: other.widget, ...stateNow(), text: "" },
  });
  widget.set({ text: text() }, { silent: true });
  for (const { session } of [one, other])
    session.subscribe(({ kind }) => {
      if (kind === "run" || kind === "rewound") widget.set({ ...stateNow(), text: text() });
    });

  function stateNow(): CompareState {
    const [a, b] = [one.session, other.session];
    const same = one.store === other.store;
    const shared = same && sharedStep(one.store.store, a.id, a.step, b.id, b.step);
    const differences = settingDifferences(a.row, b.row).map(({ option, ...values }) => ({
      ...{ option, one: short(values.one), other: short(values.other) },
    }));
    return { shared_step: shared ? shared.step : null, differences, weights, heat };
  }

  function text(): string {
    const { shared_step: shared, differences } = stateNow();
    return compareText([one.session, other.session], shared, differences, [
      one.table(),
      other.table(),
    ]);
  }

  function show(change: Partial<WireWeights>): void {
    weights = { ...weights, ...change };
    widget.set({ weights });
  }

  async function compareWeights(step: number | undefined): Promise<void> {
    working?.abort();
    const control = new AbortController();
    working = control;
    const at = (session: Session): number | undefined =>
      step === undefined ? undefined : Math.min(step, session.step);
    let told = 0;
    show({ ...nothing, status: "working" });
    try {
      const [here, there] = [at(one.session), at(other.session)];
      const diff = await one.session.diff(other.session, {
        ...(here === undefined ? {} : { at: here }),
        ...(there === undefined ? {} : { otherAt: there }),
        signal: control.signal,
        onProgress({ step: now, from, to }) {
          // A replay makes hundreds of steps a second; the page draws a few a second.
          if (working !== control || performance.now() - told < 200) return;
          told = performance.now();
          show({ progress: (now - from) / Math.max(1, to - from) });
        },
      });
      if (working === control) take(diff);
    } catch (error) {
      if (working !== control) return;
      if (control.signal.aborted) return show(nothing);
      const { code = "Error", message } = error as Error & { code?: string };
      show({ ...nothing, status: "failed", error: { code, message } });
    } finally {
      if (working === control) working = null;
    }
  }

  function take({ one: mine, other: theirs, weights: tensors }: SessionDiff): void {
    let offset = 0;
    const wire = tensors.map(({ name, shape, relative, largest, heatmap: { rows, columns } }) => {
      const place = { rows, columns, offset };
      offset += rows * columns;
      return { name, shape, relative, largest, ...place };
    });
    const values = new Float32Array(offset);
    tensors.forEach(({ heatmap }, at) => values.set(heatmap.values, wire[at]!.offset));
    heat = new Uint8Array(values.buffer);
    weights = {
      ...nothing,
      status: "ready",
      one_step: mine.step,
      other_step: theirs.step,
      tensors: wire,
    };
    widget.set({ weights, heat });
  }

  async function perform(request: CompareRequest): Promise<{ message?: string }> {
    switch (request.action) {
      case "weights":
        // Answered at once: how it goes is told by the state, which a reloaded page has too.
        void compareWeights(request.step);
        return {};
      case "cancel":
        working?.abort();
        return {};
      case "merge": {
        const [into, from] = [one.session, other.session];
        const at = into.step;
        const { before, after, committed } = await into.merge(from, { strategy: request.strategy });
        const losses = `validation loss ${lossText(before)} before, ${lossText(after)} after`;
        if (!committed) return { message: `Not kept, since it got worse: ${losses}.` };
        const back = `session.rewind(${Math.max(0, at - 1)}) undoes it`;
        return {
          message: `"${from.name}" is merged into "${into.name}" at step ${wholeText(at)}: ${losses}; ${back}.`,
        };
      }
    }
  }

  answerRequests(widget, parseCompareRequest, perform);

  return {
    widget,
    text,
    picture: () =>
      compareSvg(
        [one.session.name, other.session.name],
        [one.table(), other.table()],
        stateNow().shared_step,
      ),
    onChange(listener) {
      one.onRun(listener);
      other.onRun(listener);
    },
  };
}

function short(value: string): string {
  return value.length > 400 ? `${value.slice(0, 399)}…` : value;
}
