import { memo, useCallback, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useData } from "../host/use-model.js";
import { useOutsideClick } from "../host/use-outside-click.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { ForkForm } from "./ForkForm.js";

/**
 * "Resume from here" opens a new session at the step shown with the same settings and trains it; "Fork from
 * here" asks for a name and settings first. Any step will do: the kernel makes those again that are not stored.
 *
 * @param props.past whether a step of the past is shown; while Live only a fork makes sense
 * @example <BranchButtons timeline={timeline} past offline={null} />
 */
export const BranchButtons = memo(function BranchButtons(props: {
  timeline: TimelineModel;
  past: boolean;
  offline: string | null;
}): ReactNode {
  const { timeline, past, offline } = props;
  useData(timeline);
  const [resuming, setResuming] = useState(false);
  const [word, setWord] = useState<{ fault: boolean; text: string } | null>(null);
  const [forkAt, setForkAt] = useState<number | null>(null);
  const root = useRef<HTMLSpanElement>(null);
  const forkButton = useRef<HTMLButtonElement>(null);
  const close = useCallback(() => setForkAt(null), []);
  useOutsideClick(root, forkAt !== null, close);
  const busy = resuming || timeline.state.reaching !== null;
  const disabled = busy || offline !== null;

  const step = (): number => timeline.displayStep ?? timeline.axis.to;
  const resume = async (from: number): Promise<void> => {
    setResuming(true);
    setWord(null);
    await timeline.branch({ action: "resume", step: from }).then(
      (text) => setWord({ fault: false, text }),
      (error: Error) => setWord({ fault: true, text: error.message }),
    );
    setResuming(false);
  };
  const key = (event: KeyboardEvent): void => {
    // JupyterLab's own shortcuts must not see keys that are meant for names.
    event.stopPropagation();
    if (event.key !== "Escape" || forkAt === null) return;
    close();
    forkButton.current?.focus();
  };

  return (
    <span className="fp-branch" ref={root} onKeyDown={key} data-lm-suppress-shortcuts="true">
      <button
        type="button"
        className="fp-button fp-resume-button"
        data-testid="fp-resume-button"
        data-shown={past}
        disabled={disabled}
        title={offline ?? "Opens a new session at the step shown and trains it"}
        onClick={() => void resume(step())}
      >
        {resuming ? "Going back…" : "Resume from here"}
      </button>
      <button
        type="button"
        ref={forkButton}
        className="fp-button fp-fork-button"
        data-testid="fp-fork-button"
        data-focus-home
        disabled={disabled}
        aria-haspopup="dialog"
        aria-expanded={forkAt !== null}
        title={
          offline ?? "Opens a new session at the step shown, with a name and settings of its own"
        }
        onClick={() => setForkAt(forkAt === null ? step() : null)}
      >
        Fork from here…
      </button>
      {word && word.text !== "" && (
        <span
          className={word.fault ? "fp-error" : "fp-quiet"}
          role={word.fault ? "alert" : "status"}
          data-testid="fp-branch-word"
        >
          {word.text}
        </span>
      )}
      {forkAt !== null && (
        <ForkForm
          timeline={timeline}
          step={forkAt}
          anchor={forkButton}
          done={(text) => {
            setWord({ fault: false, text });
            close();
          }}
        />
      )}
    </span>
  );
});
