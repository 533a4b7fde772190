import { useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { WireModel } from "@forkpoint/wire";
import { formatCount, formatLoss } from "../format/numbers.js";
import { useRows } from "../host/use-rows.js";
import type { LibraryModel } from "../models/library-model.js";
import type { MessageBox } from "./message.js";

/** Height of a row in CSS pixels, its line included. */
const ROW = 37;

interface ListProps {
  library: LibraryModel;
  offline: string | null;
  message: MessageBox;
}

/**
 * The saved models, newest first. Load, rename and delete appear on hover and focus.
 *
 * @example <ModelList library={library} offline={null} message={message} />
 */
export function ModelList(props: ListProps): ReactNode {
  const { models } = props.library.state;
  const list = useRef<HTMLUListElement>(null);
  const { first, last } = useRows(list, models.length, ROW);
  if (models.length === 0) return null;
  const space = (rows: number): ReactNode =>
    rows > 0 && <li role="presentation" style={{ height: rows * ROW }} />;
  return (
    <ul className="fp-models" ref={list}>
      {space(first)}
      {models.slice(first, last + 1).map((model, offset) => (
        <Row
          key={model.id}
          model={model}
          place={{ "aria-posinset": first + offset + 1, "aria-setsize": models.length }}
          {...props}
        />
      ))}
      {space(models.length - 1 - last)}
    </ul>
  );
}

function Row(
  props: ListProps & {
    model: WireModel;
    place: { "aria-posinset": number; "aria-setsize": number };
  },
): ReactNode {
  const { library, offline, message, model, place } = props;
  const [renaming, setRenaming] = useState(false);
  const [busy, setBusy] = useState(false);
  const disabled = busy || offline !== null;

  const act = async (action: Parameters<LibraryModel["act"]>[0]): Promise<void> => {
    setBusy(true);
    await message.follow(library.act(action));
    setBusy(false);
  };
  const loss = model.train_loss === null ? "" : ` · loss ${formatLoss(model.train_loss)}`;

  return (
    <li className="fp-model" data-testid="fp-library-row" aria-busy={busy} {...place}>
      {renaming ? (
        <RenameField
          model={model}
          close={() => setRenaming(false)}
          rename={(name) => act({ action: "rename", model_id: model.id, name })}
        />
      ) : (
        <span className="fp-model-name" title={`saved from session ${model.session_name}`}>
          {model.name}
        </span>
      )}
      <span className="fp-quiet fp-model-facts">
        step {formatCount(model.step)}
        {loss}
      </span>
      <span className="fp-model-actions">
        <button
          type="button"
          className="fp-button"
          disabled={disabled}
          onClick={() => void act({ action: "load", model_id: model.id })}
        >
          Load
        </button>
        <button
          type="button"
          className="fp-button"
          disabled={disabled}
          data-focus-home
          onClick={() => setRenaming(true)}
        >
          Rename
        </button>
        <button
          type="button"
          className="fp-button"
          disabled={disabled}
          onClick={() => void act({ action: "delete", model_id: model.id })}
        >
          Delete
        </button>
      </span>
    </li>
  );
}

function RenameField(props: {
  model: WireModel;
  close: () => void;
  rename: (name: string) => Promise<void>;
}): ReactNode {
  const { model, close, rename } = props;
  const [name, setName] = useState(model.name);
  // Leaving the field confirms; but Esc and Enter take the field away, which leaves it too.
  const settled = useRef(false);
  const blank = name.trim() === "";

  const confirm = (): void => {
    if (settled.current || blank) return;
    settled.current = true;
    if (name.trim() !== model.name) void rename(name.trim());
    close();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Enter") {
      // The button that has the focus then would be pressed by the same key.
      event.preventDefault();
      confirm();
    }
    if (event.key !== "Escape") return;
    event.stopPropagation();
    settled.current = true;
    close();
  };

  return (
    <span className="fp-model-name">
      <input
        className="fp-input"
        data-testid="fp-library-rename-input"
        aria-label={`New name of ${model.name}`}
        aria-invalid={blank}
        value={name}
        maxLength={200}
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={key}
        onBlur={confirm}
      />
      {blank && (
        <span className="fp-error" role="alert">
          A model needs a name.
        </span>
      )}
    </span>
  );
}
