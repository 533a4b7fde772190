import type { Widget } from "@forkpoint/jupyter";
import type { Reply } from "@forkpoint/wire";

/**
 * Answers what the page asks of a widget. Whatever goes wrong is answered with a code and a
 * sentence, so that the page never waits for an answer that does not come.
 */
export function answerRequests<Request extends { id: string }>(
  widget: Widget,
  parse: (content: unknown) => Request,
  perform: (request: Request) => Promise<{ message?: string; trash_id?: string }>,
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
        (done) => send({ kind: "reply", id, ok: true, ...done }),
        (error: Error & { code?: string }) => {
          const { code = error.name, message } = error;
          send({ kind: "reply", id, ok: false, error: { code, message } });
        },
      );
  });
  const send = (reply: Reply): void => widget.send(reply);
}
