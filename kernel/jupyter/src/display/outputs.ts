import { contextNow, type RunContext } from "../context.js";
import type { CellSources } from "../evaluate/cell-sources.js";
import type { Outbox } from "../sockets/outbox.js";
import type { ClearOutput, DisplayData, ExecuteResult } from "../wire/display.js";
import type { Header } from "../wire/header.js";
import { errorContent } from "./error-content.js";

/** The type and content of an output, as the protocol has them. */
export type Output =
  | ["display_data" | "update_display_data", DisplayData]
  | ["execute_result", ExecuteResult]
  | ["clear_output", ClearOutput];

/** Puts outputs into the cell that caused them. */
export interface Outputs {
  /** The parent of what is put out now: of the code that runs, else of the newest cell. */
  parent(): Header | null;
  /** Names the newest cell: code that no message caused prints there. */
  setNewest(context: RunContext): void;
  put(output: Output, parent?: Header): void;
  print(name: "stdout" | "stderr", text: string): void;
  error(error: unknown, parent?: Header): void;
}

/**
 * Makes the way out for everything that shows in cells. What belongs to a silent request is dropped.
 *
 * @example outputs.print("stdout", "hello\n");
 */
export function createOutputs(outbox: Outbox, sources: CellSources): Outputs {
  let newest: RunContext | null = null;

  function context(): RunContext | null {
    const now = contextNow();
    return now?.parent ? now : newest;
  }

  return {
    parent: () => context()?.parent ?? null,
    setNewest: (next) => void (newest = next),
    put([msgType, content], parent) {
      const from = context();
      if (parent || !from?.silent) outbox.publish(msgType, content, parent ?? from?.parent ?? null);
    },
    print(name, text) {
      const from = context();
      if (text === "" || from?.silent) return;
      outbox.print(name, text, from?.parent ?? null);
    },
    error(error, parent) {
      const from = context();
      if (!parent && from?.silent) return;
      outbox.publish("error", errorContent(error, sources), parent ?? from?.parent ?? null);
    },
  };
}
