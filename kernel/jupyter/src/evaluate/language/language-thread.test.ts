import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import type { LanguageAnswer, LanguageQuestion } from "../../sockets/link.js";
import type { startLanguageThread } from "./language-thread.js";

const built = new URL("../../../dist/evaluate/language/language-thread.js", import.meta.url);

// Node hands over a thousand messages of one port, and then those of the next: the same as when the thread is
// held up between the two.
test("a question knows the cells before it, however many messages the thread has yet to read", async () => {
  const module = (await import(built.href)) as { startLanguageThread: typeof startLanguageThread };
  const { port1, port2 } = new MessageChannel();
  const options = { cwd: process.cwd(), packages: {}, globals: [] };
  const language = module.startLanguageThread(options, port2, (error) =>
    expect.fail(error.message),
  );
  await language.check(1, "1");
  const busy = language.typesAmong("node:fs", ["readFileSync"]);
  await wait(10);
  for (let cell = 0; cell < 1500; cell++) language.keep(-1, []);
  const checked = language.check(2, "function doubled(n: number) { return n * 2; }");
  language.keep(2, ["doubled"]);
  const answered = once(port1, "message") as Promise<[LanguageAnswer]>;
  const content = { code: "doubled(1)", cursor_pos: 3, detail_level: 1 };
  port1.postMessage({ id: 1, msgType: "inspect_request", content } satisfies LanguageQuestion);
  const [answer] = await answered;
  expect(JSON.stringify(answer.content["data"])).toContain("return n * 2");
  await Promise.all([busy, checked]);
  port1.close();
});
