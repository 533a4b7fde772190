import { describe, expect, test } from "vitest";
import { createRequests, RequestFailed } from "./requests.js";

describe("requests", () => {
  test("each gets its own reply, whatever the order", async () => {
    const requests = createRequests();
    const [one, other] = [requests.open(), requests.open()];
    requests.settle({ kind: "reply", id: other.id, ok: true, message: "second" } as never);
    requests.settle({ kind: "reply", id: one.id, ok: true, message: "first" } as never);
    expect((await one.reply).message).toBe("first");
    expect((await other.reply).message).toBe("second");
  });

  test("a failed one carries the kernel's code and sentence", async () => {
    const requests = createRequests();
    const { id, reply } = requests.open();
    const error = { code: "NameTaken", message: "A model has this name." };
    requests.settle({ kind: "reply", id, ok: false, error } as never);
    await expect(reply).rejects.toMatchObject(error);
  });

  test("a reply that makes no sense fails its request, one for another page is ignored", async () => {
    const requests = createRequests();
    const { id, reply } = requests.open();
    requests.settle({ id: "of another page" });
    requests.settle({ kind: "reply", id, ok: "perhaps" } as never);
    await expect(reply).rejects.toBeInstanceOf(RequestFailed);
  });

  test("all under way fail when the kernel goes", async () => {
    const requests = createRequests();
    const replies = [requests.open().reply, requests.open().reply];
    requests.fail("Offline", "The kernel was restarted.");
    for (const reply of replies) await expect(reply).rejects.toMatchObject({ code: "Offline" });
  });
});
