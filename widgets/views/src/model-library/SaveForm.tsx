import { useState, type FormEvent, type ReactNode } from "react";
import type { LibraryModel } from "../models/library-model.js";
import type { MessageBox } from "./message.js";

/**
 * Saves the model of now under a name; the placeholder proposes one, which the arrow to the right
 * takes. A name that is taken offers to replace.
 *
 * @example <SaveForm library={library} offline={null} message={message} />
 */
export function SaveForm(props: {
  library: LibraryModel;
  offline: string | null;
  message: MessageBox;
}): ReactNode {
  const { library, offline, message } = props;
  const [name, setName] = useState("");
  const [taken, setTaken] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const proposed = library.state.default_name;
  const blank = name.trim() === "";

  const save = async (replace: boolean): Promise<void> => {
    const wanted = name.trim();
    setSaving(true);
    setTaken(null);
    const failure = await message.follow(library.act({ action: "save", name: wanted, replace }));
    setSaving(false);
    if (failure?.code === "NameTaken") setTaken(wanted);
    // What was typed meanwhile is the next name.
    else if (!failure) setName((now) => (now.trim() === wanted ? "" : now));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!saving && !blank) void save(false);
  };

  return (
    <form className="fp-save" onSubmit={submit}>
      <label className="fp-save-label">
        Save current model
        <input
          className="fp-input"
          data-testid="fp-library-save-input"
          value={name}
          placeholder={proposed}
          maxLength={200}
          disabled={offline !== null}
          autoFocus
          onKeyDown={(event) => {
            if (event.key === "ArrowRight" && name === "") setName(proposed);
          }}
          onChange={(event) => {
            setName(event.target.value);
            setTaken(null);
          }}
        />
      </label>
      <button
        type="submit"
        className="fp-button fp-primary"
        disabled={saving || blank || offline !== null}
      >
        {saving ? "Saving…" : "Save"}
      </button>
      {taken !== null && (
        <button type="button" className="fp-button" onClick={() => void save(true)}>
          Replace “{taken}”
        </button>
      )}
    </form>
  );
}
