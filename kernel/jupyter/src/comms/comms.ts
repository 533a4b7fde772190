import { randomUUID } from "node:crypto";
import type { CommData, CommInfoReply, CommInfoRequest, CommOpen } from "../wire/comm.js";
import type { Message } from "../wire/message.js";
import {
  createComm,
  type Comm,
  type CommExtras,
  type CommMessage,
  type CommSender,
  type ManagedComm,
} from "./comm.js";

/** What may be given when a comm is opened from here. */
export interface CommOpenOptions extends CommExtras {
  data?: object;
  /** Made up if left out. */
  commId?: string;
}

/** Called when the page opens a comm of a registered target; the message is the opening one. */
export type CommTarget = (comm: Comm, message: CommMessage) => void;

/** All comms of a kernel. */
export interface Comms {
  /**
   * Opens a comm to the page.
   *
   * @example kernel.comms.open("jupyter.widget", { data: { state }, metadata: { version: "2.1.0" } })
   */
  open(targetName: string, options?: CommOpenOptions): Comm;
  /**
   * Names what is to happen when the page opens a comm of this target.
   *
   * @example kernel.comms.register("clock", (comm) => comm.send({ now: Date.now() }))
   */
  register(targetName: string, target: CommTarget): void;
}

/** The comms with the entrances for messages from the page. */
export interface ManagedComms extends Comms {
  handle(message: Message): void;
  info(request: CommInfoRequest): CommInfoReply;
}

/**
 * Makes the manager of a kernel's comms.
 *
 * @example const comms = createComms(send);
 */
export function createComms(send: CommSender): ManagedComms {
  const open = new Map<string, ManagedComm>();
  const targets = new Map<string, CommTarget>();

  function add(targetName: string, commId: string): ManagedComm {
    const managed = createComm(targetName, commId, send, () => open.delete(commId));
    open.set(commId, managed);
    return managed;
  }

  function opened(message: Message): void {
    const { comm_id: commId, target_name: targetName } = message.content as unknown as CommOpen;
    const target = targets.get(targetName);
    if (!target) {
      // At once: the page may be waiting for a first message.
      send("comm_close", { comm_id: commId, data: {} }, {});
      return;
    }
    const { comm } = add(targetName, commId);
    try {
      target(comm, toCommMessage(message));
    } catch (error) {
      comm.close();
      throw error;
    }
  }

  return {
    open(targetName, { data = {}, commId = randomUUID().replaceAll("-", ""), ...extras } = {}) {
      const { comm } = add(targetName, commId);
      send("comm_open", { comm_id: commId, target_name: targetName, data }, extras);
      return comm;
    },
    register: (targetName, target) => void targets.set(targetName, target),
    handle(message) {
      if (message.header.msg_type === "comm_open") {
        opened(message);
        return;
      }
      const managed = open.get((message.content as unknown as CommData).comm_id);
      if (message.header.msg_type === "comm_close") managed?.closedByPage(toCommMessage(message));
      else managed?.receive(toCommMessage(message));
    },
    info({ target_name: wanted }) {
      const comms: CommInfoReply["comms"] = {};
      for (const [id, { comm }] of open) {
        if (!wanted || comm.targetName === wanted) comms[id] = { target_name: comm.targetName };
      }
      return { status: "ok", comms };
    },
  };
}

function toCommMessage(message: Message): CommMessage {
  return {
    header: message.header,
    metadata: message.metadata,
    data: (message.content as unknown as CommData).data ?? {},
    buffers: message.buffers,
  };
}
