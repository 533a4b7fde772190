import { useCallback, useMemo, useState, type ReactNode } from "react";
import type { ReplyDone } from "@forkpoint/wire";
import type { LibraryModel } from "../models/library-model.js";
import { RequestFailed } from "../models/requests.js";

interface Shown {
  kind: "done" | "error";
  text: string;
  /** What would bring the deleted model back. */
  trashId?: string;
}

/** The one message of a form or a list: what its last action did, or why it failed. */
export interface MessageBox {
  shown: Shown | null;
  /** Shows how an action ended; resolves to its failure, null when it succeeded. */
  follow(action: Promise<ReplyDone>): Promise<RequestFailed | null>;
}

/**
 * A message box without a message.
 *
 * @example const failure = await message.follow(library.act({ action: "load", model_id }));
 */
export function useMessage(): MessageBox {
  const [shown, setShown] = useState<Shown | null>(null);
  const follow = useCallback(async (action: Promise<ReplyDone>) => {
    try {
      const { message, trash_id: trashId } = await action;
      setShown(message ? { kind: "done", text: message, ...(trashId ? { trashId } : {}) } : null);
      return null;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      setShown({ kind: "error", text: error.message });
      return error;
    }
  }, []);
  return useMemo(() => ({ shown, follow }), [shown, follow]);
}

/** The message, with Undo after a delete. */
export function Message(props: {
  library: LibraryModel;
  message: MessageBox;
  of: "save" | "list";
}): ReactNode {
  const { library, message, of } = props;
  const { shown } = message;
  if (!shown) return null;
  const { kind, text, trashId } = shown;
  const undo = (): void => {
    void message.follow(library.act({ action: "restore", trash_id: trashId! }));
  };
  return (
    <p
      className={`fp-panel-line fp-message fp-${kind}`}
      role={kind === "error" ? "alert" : "status"}
      data-testid={`fp-library-${of}-message`}
    >
      {text}{" "}
      {trashId && (
        <button type="button" className="fp-button" onClick={undo}>
          Undo
        </button>
      )}
    </p>
  );
}
