import { useState, type FormEvent, type ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { useLiveness, useData } from "../host/use-model.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";
import { glyphOf } from "../snapshots/glyph.js";

/**
 * What samples of later steps begin with: the steps behind keep theirs. Shows at once what the weights of
 * now make of it.
 *
 * @example <PromptForm snapshots={snapshots} />
 */
export function PromptForm(props: { snapshots: SnapshotsModel }): ReactNode {
  const { snapshots } = props;
  useData(snapshots);
  const liveness = useLiveness(snapshots);
  const { prompt, trial, writes } = snapshots.state;
  const [text, setText] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  if (!writes) return null;
  const offline = liveness.live ? null : liveness.reason;
  const wanted = text ?? "";
  const usable = wanted !== "" && wanted !== prompt;

  const ask = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault();
    if (!usable || asking) return;
    setAsking(true);
    setFault(null);
    await snapshots.setPrompt(wanted).then(
      () => setText(null),
      (error: Error) => setFault(error.message),
    );
    setAsking(false);
  };
  return (
    <div className="fp-prompt">
      <form className="fp-prompt-form" onSubmit={(event) => void ask(event)}>
        <label className="fp-prompt-label">
          <span className="fp-quiet">Prompt</span>
          <input
            className="fp-input fp-prompt-input"
            data-testid="fp-prompt-input"
            data-lm-suppress-shortcuts="true"
            value={text ?? prompt.replaceAll("\n", glyphOf("\n"))}
            maxLength={10_000}
            disabled={offline !== null}
            title={offline ?? "What samples of later steps begin with"}
            onChange={(event) => setText(event.target.value.replaceAll(glyphOf("\n"), "\n"))}
            onKeyDown={(event) => {
              if (event.key === "Escape") setText(null);
              if (event.key !== "Enter") return;
              // JupyterLab takes this key for the cell, and the form would not hear of it.
              event.preventDefault();
              event.stopPropagation();
              void ask();
            }}
          />
        </label>
        {text !== null && (
          <button
            type="submit"
            className="fp-button fp-primary"
            data-testid="fp-prompt-set"
            disabled={!usable || asking || offline !== null}
          >
            {asking ? "Setting…" : "Set"}
          </button>
        )}
      </form>
      {fault !== null && (
        <p className="fp-error fp-prompt-note" role="alert">
          {fault}
        </p>
      )}
      {trial !== null && trial.prompt === prompt && (
        <p className="fp-prompt-note" role="status" data-testid="fp-prompt-trial">
          <span className="fp-quiet">
            At step {formatCount(trial.step)}; samples begin with it from the next evaluation on:
          </span>{" "}
          <span className="fp-sample-text">{trial.text}</span>
        </p>
      )}
    </div>
  );
}
