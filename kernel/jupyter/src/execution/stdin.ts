import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { contextNow } from "../context.js";
import { Interrupted, StdinRefused } from "../errors.js";
import type { InputAnswer, InputBell } from "../sockets/link.js";
import type { Outbox } from "../sockets/outbox.js";
import { END_OF_INPUT, type InputRequest } from "../wire/input.js";
import type { Message } from "../wire/message.js";

/** Asks the user who runs the cell. */
export interface Stdin {
  /** A cell begins; questions go to the client that sent it, if that takes any. */
  enter(request: Message, allowed: boolean): void;
  /** The cell has ended, and with it the questions nobody answered. */
  leave(): void;
  /**
   * Waits for the answer without giving way to other code.
   *
   * @throws {StdinRefused} when there is nobody to ask, or the user closed the input
   * @throws {Interrupted} when the user stopped the cell instead
   */
  askNow(question: InputRequest): string;
  /** As `askNow`, but other code goes on meanwhile; rejects where that throws. */
  ask(question: InputRequest): Promise<string>;
}

/**
 * Makes main's half of the stdin channel.
 *
 * @param answers the port on which the I/O thread hands over what users answered
 * @param bell rung with every answer: only so does a main thread that waits hear of it
 * @example stdin.askNow({ prompt: "Your name: ", password: false })
 */
export function createStdin(outbox: Outbox, answers: MessagePort, bell: InputBell): Stdin {
  const waiting = new Map<number, PromiseWithResolvers<string>>();
  let cell: { request: Message; allowed: boolean } | null = null;
  let lastId = 0;

  function send(question: InputRequest): number {
    const asker = contextNow()?.parent?.msg_id;
    // The client forgets a cell that has ended: it would never answer.
    if (!cell || asker !== cell.request.header.msg_id) {
      throw new StdinRefused(question.prompt, "noCell");
    }
    if (!cell.allowed) throw new StdinRefused(question.prompt, "notAllowed");
    lastId += 1;
    outbox.ask(lastId, cell.request, question);
    return lastId;
  }

  function read(answer: InputAnswer, prompt: string): string {
    if ("ended" in answer) {
      throw answer.ended === "interrupt" ? new Interrupted() : new StdinRefused(prompt, "noCell");
    }
    if (answer.value === END_OF_INPUT) throw new StdinRefused(prompt, "closed");
    return answer.value;
  }

  function deliver(answer: InputAnswer): void {
    const promise = waiting.get(answer.id);
    waiting.delete(answer.id);
    try {
      promise?.resolve(read(answer, ""));
    } catch (error) {
      promise?.reject(error);
    }
  }

  answers.on("message", deliver);

  return {
    enter: (request, allowed) => void (cell = { request, allowed }),
    leave() {
      cell = null;
      if (waiting.size > 0) outbox.unask();
    },
    askNow(question) {
      const id = send(question);
      for (;;) {
        const rings = Atomics.load(bell, 0);
        const received = receiveMessageOnPort(answers) as { message: InputAnswer } | undefined;
        if (!received) Atomics.wait(bell, 0, rings);
        else if (received.message.id === id) return read(received.message, question.prompt);
        else deliver(received.message);
      }
    },
    async ask(question) {
      const promise = Promise.withResolvers<string>();
      waiting.set(send(question), promise);
      return await promise.promise;
    },
  };
}
