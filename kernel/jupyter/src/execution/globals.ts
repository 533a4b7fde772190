import { StdinRefused } from "../errors.js";
import type { Stdin } from "./stdin.js";

/** What can be said of a question to the user. */
export interface InputOptions {
  /** Do not show what is typed. */
  password?: boolean;
  /** What an empty answer stands for, shown with the question. */
  default?: string;
}

/** How cells and their host ask the user. */
export interface Questions {
  input(text?: string, options?: InputOptions): Promise<string>;
  prompt(text?: string, defaultValue?: string, options?: { password?: boolean }): string | null;
  confirm(text?: string): boolean;
  alert(text?: string): void;
}

/** The types of the globals that cells have, beyond those of Node: a module's text. */
export const CELL_GLOBALS = `export {};
declare global {
  /**
   * Asks whoever runs the cell and resolves with the answer; other code goes on meanwhile.
   *
   * @throws StdinRefused when there is nobody to ask, for example when the notebook runs by itself
   * @example const key = await input("API key: ", { password: true })
   */
  function input(
    text?: string,
    options?: { password?: boolean; default?: string },
  ): Promise<string>;
  /**
   * Asks whoever runs the cell and waits for the answer. Nothing else runs meanwhile, no training
   * either: \`await input(…)\` is the form for that. Null when the input was closed.
   *
   * @throws StdinRefused when there is nobody to ask, for example when the notebook runs by itself
   * @example const name = prompt("Your name: ", "nobody")
   */
  function prompt(
    text?: string,
    defaultValue?: string,
    options?: { password?: boolean },
  ): string | null;
  /**
   * Asks for a yes or a no and waits for it; only \`y\` and \`yes\` are a yes.
   *
   * @throws StdinRefused when there is nobody to ask
   * @example if (confirm("Delete it?")) remove()
   */
  function confirm(text?: string): boolean;
  /**
   * Shows a text and waits until it was read.
   *
   * @throws StdinRefused when there is nobody to show it to
   * @example alert("Plug the cable in.")
   */
  function alert(text?: string): void;
}
`;

/**
 * Makes the questions of a kernel, as browsers and Deno have them.
 *
 * @example questions.confirm("Go on?")
 */
export function createQuestions(stdin: Stdin): Questions {
  return {
    async input(text = "", { password = false, default: fallback } = {}) {
      const answer = await stdin.ask({ prompt: withDefault(text, fallback), password });
      return answer === "" ? (fallback ?? "") : answer;
    },
    prompt(text = "", defaultValue, { password = false } = {}) {
      try {
        const answer = stdin.askNow({ prompt: withDefault(text, defaultValue), password });
        return answer === "" ? (defaultValue ?? "") : answer;
      } catch (error) {
        if (error instanceof StdinRefused && error.data.reason === "closed") return null;
        throw error;
      }
    },
    confirm(text = "Sure?") {
      const answer = this.prompt(`${text} [y/N] `);
      return /^y(es)?$/i.test(answer?.trim() ?? "");
    },
    alert(text = "") {
      this.prompt(`${text} [Enter] `);
    },
  };
}

/**
 * Makes the questions globals, so that cells need no import.
 *
 * @example installGlobals(questions); prompt("Your name: ")
 */
export function installGlobals(questions: Questions): void {
  for (const name of ["input", "prompt", "confirm", "alert"] as const) {
    const value = questions[name].bind(questions);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

function withDefault(text: string, fallback: string | undefined): string {
  return fallback ? `${text}[${fallback}] ` : text;
}
