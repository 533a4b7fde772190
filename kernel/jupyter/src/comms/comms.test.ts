import { expect, test } from "vitest";
import { CommClosed } from "../errors.js";
import { createHeader } from "../wire/header.js";
import type { Message } from "../wire/message.js";
import { createComms } from "./comms.js";

function message(msgType: string, content: Record<string, unknown>): Message {
  const header = createHeader(msgType, "page");
  return { idents: [], header, parent: {}, metadata: {}, content, buffers: [] };
}

test("a comm lives until either side closes it", () => {
  const sent: [string, object][] = [];
  const comms = createComms((type, content) => void sent.push([type, content]));
  const comm = comms.open("t", { data: { a: 1 }, commId: "c" });
  const heard: unknown[] = [];
  const remove = comm.onMessage(({ data }) => heard.push(data));
  comm.onClose(() => heard.push("closed"));
  comms.handle(message("comm_msg", { comm_id: "c", data: 1 }));
  remove();
  comms.handle(message("comm_msg", { comm_id: "c", data: 2 }));
  expect(comms.info({ target_name: "t" }).comms).toEqual({ c: { target_name: "t" } });
  expect(comms.info({ target_name: "other" }).comms).toEqual({});
  comms.handle(message("comm_close", { comm_id: "c", data: {} }));
  expect(heard).toEqual([1, "closed"]);
  expect(() => comm.send({})).toThrow(CommClosed);
  comm.close();
  expect(sent).toEqual([["comm_open", { comm_id: "c", target_name: "t", data: { a: 1 } }]]);
  expect(comms.info({}).comms).toEqual({});
});

test("a message for a comm that is gone is no error", () => {
  const comms = createComms(() => {});
  comms.handle(message("comm_msg", { comm_id: "gone", data: {} }));
  comms.handle(message("comm_close", { comm_id: "gone", data: {} }));
  expect(comms.info({}).comms).toEqual({});
});

test("one listener's failure does not keep the message from the others", () => {
  const comms = createComms(() => {});
  const comm = comms.open("t", { commId: "c" });
  let heard = 0;
  comm.onMessage(() => {
    throw new Error("first");
  });
  comm.onMessage(() => (heard += 1));
  expect(() => comms.handle(message("comm_msg", { comm_id: "c", data: {} }))).toThrow("first");
  expect(heard).toBe(1);
});

test("a target that fails while opening leaves no comm behind", () => {
  const sent: string[] = [];
  const comms = createComms((type) => void sent.push(type));
  comms.register("t", () => {
    throw new Error("no");
  });
  const opening = message("comm_open", { comm_id: "c", target_name: "t", data: {} });
  expect(() => comms.handle(opening)).toThrow("no");
  expect(comms.info({}).comms).toEqual({});
  expect(sent).toEqual(["comm_close"]);
});
