import type { Widget } from "@forkpoint/jupyter";
import type { Reply, ReplyDone } from "@forkpoint/wire";

/** What a page is answered; `buffers` go beside it. */
export type Answer = Omit<ReplyDone, "kind" | "id" | "ok"> & { buffers?: Uint8Array[] };

/**
 * Answers what the page asks of a widget. Whatever goes wrong is answered with a code and a
 * sentence, so that the page never waits for an answer that does not come.
 */
export function answerRequests<Request extends { id: string }>(
  widget: Widget,
  parse: (content: unknown) => Request,
  perform: (request: Request) => Promise<Answer>,
): void {
  widget.onMessage((content) => {
    let id = "";
    Promise.resolve()
      .then(() => {
        const request = parse(content);
        id = request.id;
        return perform(request);
      })
      .then(
        ({ buffers, ...done }) => send({ kind: "reply", id, ok: true, ...done }, buffers),
        (error: Error & { code?: string }) => {
          const { code = error.name, message } = error;
          send({ kind: "reply", id, ok: false, error: { code, message } });
        },
      );
  });
  const send = (reply: Reply, buffers?: Uint8Array[]): void => widget.send(reply, buffers);
}
