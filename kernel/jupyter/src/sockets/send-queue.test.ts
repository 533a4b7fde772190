import fc from "fast-check";
import { expect, test } from "vitest";
import { createSendQueue } from "./send-queue.js";

test("one send at a time, in order, whatever fails", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), async (fails) => {
      let busy = false;
      const sent: number[] = [];
      const errors: unknown[] = [];
      const socket = {
        async send([frame]: Uint8Array[]): Promise<void> {
          expect(busy).toBe(false);
          busy = true;
          await new Promise((resolve) => setImmediate(resolve));
          busy = false;
          if (fails[frame![0]!]) throw new Error("send failed");
          sent.push(frame![0]!);
        },
      };
      const queue = createSendQueue(socket, (error) => errors.push(error));
      for (const index of fails.keys()) {
        queue.send([Uint8Array.of(index)]);
        if (index % 7 === 3) await new Promise((resolve) => setImmediate(resolve));
      }
      await queue.drained();
      expect(sent).toEqual([...fails.keys()].filter((index) => !fails[index]));
      expect(errors).toHaveLength(fails.filter(Boolean).length);
    }),
    { numRuns: 30 },
  );
});
