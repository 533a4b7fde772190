import { Reply, Router, XPublisher } from "zeromq";
import { addressOf, type Connection } from "../wire/connection.js";

/** The five sockets of a kernel. */
export interface Sockets {
  shell: Router;
  control: Router;
  stdin: Router;
  iopub: XPublisher;
  heartbeat: Reply;
}

/**
 * Opens and binds the five sockets. None has a high-water mark: ZeroMQ would drop what is above it.
 *
 * @throws when an address is taken
 * @example const sockets = await openSockets(connection);
 */
export async function openSockets(connection: Connection): Promise<Sockets> {
  const common = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 };
  const sockets: Sockets = {
    // handover: a client that reconnects under its old identity gets the replies.
    shell: new Router({ ...common, handover: true }),
    control: new Router({ ...common, handover: true }),
    stdin: new Router({ ...common, handover: true }),
    iopub: new XPublisher({ ...common, verbosity: "allSubs" }),
    heartbeat: new Reply({ linger: 0 }),
  };
  try {
    await sockets.shell.bind(addressOf(connection, "shell_port"));
    await sockets.control.bind(addressOf(connection, "control_port"));
    await sockets.stdin.bind(addressOf(connection, "stdin_port"));
    await sockets.iopub.bind(addressOf(connection, "iopub_port"));
    await sockets.heartbeat.bind(addressOf(connection, "hb_port"));
  } catch (error) {
    closeSockets(sockets);
    throw error;
  }
  return sockets;
}

/**
 * Closes all five. Must happen before the process ends: a thread torn down with open sockets
 * kills it.
 *
 * @example closeSockets(sockets);
 */
export function closeSockets(sockets: Sockets): void {
  for (const socket of Object.values(sockets)) socket.close();
}
