import {
  useEffect,
  useId,
  useRef,
  useState,
  type FormEvent,
  type ReactNode,
  type RefObject,
} from "react";
import { formatCount } from "../format/numbers.js";
import { useFloating } from "../host/use-floating.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { readFork, type ForkFaults, type ForkFields } from "./fork-request.js";

/**
 * Asks how a fork is called and how it trains; an empty field keeps what is proposed. What the kernel refuses
 * is said in the form, which stays.
 *
 * @example <ForkForm timeline={timeline} step={300} anchor={button} done={close} />
 */
export function ForkForm(props: {
  timeline: TimelineModel;
  step: number;
  anchor: RefObject<HTMLElement | null>;
  done: (message: string) => void;
}): ReactNode {
  const { timeline, step, anchor, done } = props;
  const panel = useRef<HTMLDivElement>(null);
  useFloating(panel, anchor);
  const first = useRef<HTMLInputElement>(null);
  const [fields, setFields] = useState<ForkFields>({
    ...{ name: "", learningRate: "", weightDecay: "", to: "" },
  });
  const [faults, setFaults] = useState<ForkFaults>({});
  const [refusal, setRefusal] = useState<string | null>(null);
  const [forking, setForking] = useState(false);
  const { proposal, session } = timeline.state;
  // Not autoFocus: the panel enters the top layer only after it is made.
  useEffect(() => first.current?.focus(), []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const read = readFork(fields, proposal, step);
    setRefusal(null);
    setFaults("faults" in read ? read.faults : {});
    if ("faults" in read || forking) return;
    setForking(true);
    await timeline.branch(read.request).then(done, (error: Error) => {
      setRefusal(error.message);
      setForking(false);
    });
  };
  const field = (
    name: keyof ForkFields,
    label: string,
    proposed: string | number,
    extra: Partial<Parameters<typeof Field>[0]> = {},
  ): ReactNode => (
    <Field
      label={label}
      placeholder={String(proposed)}
      value={fields[name]}
      fault={faults[name]}
      change={(value) => setFields({ ...fields, [name]: value })}
      {...extra}
    />
  );

  return (
    <div
      className="fp-panel"
      ref={panel}
      role="dialog"
      aria-label={`Fork ${session.name} at step ${formatCount(step)}`}
      data-testid="fp-fork-form"
    >
      <form className="fp-fork-form" noValidate onSubmit={(event) => void submit(event)}>
        <p className="fp-fork-title">
          Fork <b>{session.name}</b> at step {formatCount(step)}
        </p>
        {field("name", "Name", proposal.name, { input: first, testId: "fp-fork-name" })}
        {proposal.learning_rate !== null && (
          <div className="fp-fork-row">
            {field("learningRate", "Learning rate", proposal.learning_rate, {
              ...{ numeric: true, testId: "fp-fork-learning-rate" },
            })}
            {field("weightDecay", "Weight decay", proposal.weight_decay ?? 0, { numeric: true })}
            {field("to", "Train to step", Math.max(proposal.to, step + 1), {
              ...{ numeric: true, testId: "fp-fork-to" },
            })}
          </div>
        )}
        {refusal !== null && (
          <p className="fp-panel-line fp-error" role="alert" data-testid="fp-fork-refusal">
            {refusal}
          </p>
        )}
        <div className="fp-fork-actions">
          <span className="fp-quiet">Empty fields keep the session’s settings.</span>
          <button
            type="submit"
            className="fp-button fp-primary"
            data-testid="fp-fork-submit"
            disabled={forking}
          >
            {forking ? "Forking…" : proposal.learning_rate === null ? "Fork" : "Fork and train"}
          </button>
        </div>
      </form>
    </div>
  );
}

function Field(props: {
  label: string;
  placeholder: string;
  value: string;
  change: (value: string) => void;
  fault?: string | undefined;
  numeric?: boolean;
  input?: RefObject<HTMLInputElement | null>;
  testId?: string;
}): ReactNode {
  const { label, placeholder, value, change, fault, numeric = false, input, testId } = props;
  const reason = useId();
  return (
    <label className="fp-field">
      {label}
      <input
        className="fp-input"
        ref={input as RefObject<HTMLInputElement> | undefined}
        data-testid={testId}
        inputMode={numeric ? "decimal" : "text"}
        maxLength={200}
        placeholder={placeholder}
        value={value}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : reason}
        onChange={(event) => change(event.target.value)}
      />
      {fault !== undefined && (
        <span id={reason} className="fp-error" role="alert">
          {fault}
        </span>
      )}
    </label>
  );
}
