import {
  useCallback,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from "react";
import { formatCount } from "../format/numbers.js";
import { useFloating } from "../host/use-floating.js";
import { useData, useLiveness } from "../host/use-model.js";
import { useOutsideClick } from "../host/use-outside-click.js";
import type { LibraryModel } from "../models/library-model.js";
import { Message, useMessage } from "./message.js";
import { ModelList } from "./ModelList.js";
import { SaveForm } from "./SaveForm.js";

/**
 * The model library as a dropdown: save the model of now, and load, rename or delete saved ones.
 *
 * @example <ModelLibrary library={library} />
 */
export function ModelLibrary(props: { library: LibraryModel }): ReactNode {
  const { library } = props;
  useData(library);
  const liveness = useLiveness(library);
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = useCallback(() => setOpen(false), []);
  useOutsideClick(root, open, close);
  const { models, active } = library.state;
  const key = (event: KeyboardEvent): void => {
    // JupyterLab's own shortcuts must not see keys that are meant for names.
    event.stopPropagation();
    if (event.key !== "Escape" || !open) return;
    close();
    button.current?.focus();
  };
  return (
    <div className="fp-library" ref={root} onKeyDown={key} data-lm-suppress-shortcuts="true">
      <button
        type="button"
        ref={button}
        className="fp-button fp-library-button"
        data-testid="fp-library-button"
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => setOpen(!open)}
      >
        {models.length === 0 ? "No model saved" : `Models (${formatCount(models.length)})`}
        <span className="fp-caret" aria-hidden="true" />
      </button>
      {active?.model_name && (
        <span className="fp-quiet fp-active-model">active: {active.model_name}</span>
      )}
      {open && (
        <Panel library={library} anchor={root} offline={liveness.live ? null : liveness.reason} />
      )}
    </div>
  );
}

function Panel(props: {
  library: LibraryModel;
  anchor: RefObject<HTMLElement | null>;
  offline: string | null;
}): ReactNode {
  const { library, anchor, offline } = props;
  const panel = useRef<HTMLDivElement>(null);
  useFloating(panel, anchor);
  const { state, problem } = library;
  const saved = useMessage();
  const message = useMessage();
  const failure = problem ?? (state.status === "failed" ? state.error : null);
  return (
    <div
      className="fp-panel"
      ref={panel}
      role="dialog"
      aria-label="Model library"
      data-testid="fp-library-panel"
    >
      {state.can_save && <SaveForm library={library} offline={offline} message={saved} />}
      <Message library={library} message={saved} of="save" />
      {offline && <p className="fp-quiet fp-panel-line">{offline}</p>}
      {state.status === "loading" && (
        <p className="fp-quiet fp-panel-line">Loading the saved models…</p>
      )}
      {failure && (
        <p className="fp-panel-line fp-error" role="alert">
          {failure.message}{" "}
          <button
            type="button"
            className="fp-button"
            disabled={offline !== null}
            onClick={() => void message.follow(library.act({ action: "retry" }))}
          >
            Retry
          </button>
        </p>
      )}
      {state.status === "ready" && state.models.length === 0 && (
        <p className="fp-quiet fp-panel-line">No saved models yet</p>
      )}
      <ModelList library={library} offline={offline} message={message} />
      {/* Below the list: what it says of one row must not push the next one from under the pointer. */}
      <Message library={library} message={message} of="list" />
    </div>
  );
}
