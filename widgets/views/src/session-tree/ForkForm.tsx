import { useState, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import type { WireNode } from "@forkpoint/wire";
import { formatCount } from "../format/numbers.js";

/** What a fork is asked for. */
export interface ForkWish {
  name: string;
  learning_rate?: number;
}

/**
 * Asks for the name and the learning rate of a fork.
 *
 * @example <ForkForm from={node} proposed="sonnets-2" fork={fork} close={close} />
 */
export function ForkForm(props: {
  from: WireNode;
  proposed: string;
  fork: (wish: ForkWish) => Promise<boolean>;
  close: () => void;
}): ReactNode {
  const { from, proposed, fork, close } = props;
  const [name, setName] = useState(proposed);
  const [rate, setRate] = useState("");
  const [busy, setBusy] = useState(false);
  const blank = name.trim() === "";
  const value = Number(rate);
  const wrong = rate.trim() !== "" && !(Number.isFinite(value) && value > 0);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || blank || wrong) return;
    setBusy(true);
    const learning = rate.trim() === "" ? {} : { learning_rate: value };
    const done = await fork({ name: name.trim(), ...learning });
    setBusy(false);
    if (done) close();
  };
  const key = (event: KeyboardEvent): void => {
    // JupyterLab's own shortcuts must not see keys that are meant for names.
    event.stopPropagation();
    if (event.key === "Escape") close();
  };
  return (
    <form
      className="fp-tree-fork"
      data-testid="fp-tree-fork-form"
      aria-label={`Fork ${from.name}`}
      onSubmit={(event) => void submit(event)}
      onKeyDown={key}
    >
      <span>
        Fork {from.name} at step {formatCount(from.step)}:
      </span>
      <label>
        name
        <input
          className="fp-input"
          value={name}
          maxLength={200}
          autoFocus
          onFocus={(event) => event.target.select()}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label>
        learning rate
        <input
          className="fp-input fp-tree-rate"
          value={rate}
          placeholder="as it is"
          inputMode="decimal"
          aria-invalid={wrong}
          onChange={(event) => setRate(event.target.value)}
        />
      </label>
      <button type="submit" className="fp-button fp-primary" disabled={busy || blank || wrong}>
        {busy ? "Forking…" : "Fork"}
      </button>
      <button type="button" className="fp-button" onClick={close}>
        Cancel
      </button>
      {wrong && (
        <span className="fp-error" role="alert">
          A learning rate is a number above 0.
        </span>
      )}
    </form>
  );
}
