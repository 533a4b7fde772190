import { readFields } from "../wire/fields.js";
import { readEnvelope } from "../wire/frames.js";
import { INPUT_REPLY_FIELDS, type InputReply } from "../wire/input.js";
import type { Envelope } from "../wire/message.js";
import type { InputAnswer, InputQuestion } from "./link.js";

/** What the stdin channel needs of the rest of the I/O thread. */
export interface InputContext {
  /** Sends an `input_request`; returns its message's id. */
  send(question: InputQuestion): string;
  toMain(answer: InputAnswer): void;
  log(text: string): void;
}

/** The stdin channel: questions to users, one at a time. */
export interface Input {
  ask(question: InputQuestion): void;
  /** Handles an `input_reply`. */
  handle(envelope: Envelope): void;
  /** Ends all questions without an answer. */
  end(reason: "interrupt" | "cell"): void;
}

/**
 * Makes the I/O thread's half of the stdin channel.
 *
 * @example input.ask(question);
 */
export function createInput({ send, toMain, log }: InputContext): Input {
  const waiting: InputQuestion[] = [];
  let asked: { question: InputQuestion; msgId: string } | null = null;

  function next(): void {
    const question = waiting.shift();
    // Clients show one question per cell at a time.
    asked = question ? { question, msgId: send(question) } : null;
  }

  function answers(envelope: Envelope, msgId: string, question: InputQuestion): boolean {
    // A late answer names the question it was for; jupyter_client's answers name none.
    const parent = readEnvelope(envelope).parent.msg_id;
    return (parent === undefined || parent === msgId) && sameIdents(envelope, question);
  }

  return {
    ask(question) {
      waiting.push(question);
      if (!asked) next();
    },
    handle(envelope) {
      if (!asked || envelope.header.msg_type !== "input_reply") {
        log(`A message that nobody waits for came on stdin: ${envelope.header.msg_type}`);
        return;
      }
      const { question, msgId } = asked;
      if (!answers(envelope, msgId, question)) {
        log("An answer on stdin was left out: it is for another question.");
        return;
      }
      const { content } = readEnvelope(envelope);
      const { value } = readFields<InputReply>("input_reply", content, INPUT_REPLY_FIELDS);
      toMain({ id: question.id, value });
      next();
    },
    end(reason) {
      const ended = asked ? [asked.question, ...waiting] : waiting;
      for (const { id } of ended) toMain({ id, ended: reason });
      waiting.length = 0;
      asked = null;
    },
  };
}

// Only who was asked may answer.
function sameIdents({ idents }: Envelope, question: InputQuestion): boolean {
  return (
    idents.length === question.idents.length &&
    idents.every((ident, at) => Buffer.compare(ident, question.idents[at]!) === 0)
  );
}
