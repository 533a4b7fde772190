import { readFileSync } from "node:fs";
import { ConnectionFileInvalid } from "../errors.js";

/** What a connection file says: where to listen, and the key that both sides sign with. */
export interface Connection {
  transport: "tcp" | "ipc";
  ip: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
  key: string;
  signature_scheme: string;
}

const PORTS = ["shell_port", "control_port", "iopub_port", "stdin_port", "hb_port"] as const;

/**
 * Reads and checks the connection file that Jupyter hands to a kernel.
 *
 * @throws {ConnectionFileInvalid} when it is missing, no JSON, or lacks a field
 * @example const connection = readConnection(process.argv[2]);
 */
export function readConnection(file: string): Connection {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new ConnectionFileInvalid(file, (error as Error).message);
  }
  const transport = value["transport"] ?? "tcp";
  if (transport !== "tcp" && transport !== "ipc") {
    throw new ConnectionFileInvalid(file, `its transport is ${JSON.stringify(transport)}`);
  }
  if (typeof value["ip"] !== "string") throw new ConnectionFileInvalid(file, "it has no ip");
  for (const port of PORTS) {
    if (!Number.isInteger(value[port])) throw new ConnectionFileInvalid(file, `it has no ${port}`);
  }
  return {
    ...(value as unknown as Connection),
    transport,
    key: String(value["key"] ?? ""),
    signature_scheme: String(value["signature_scheme"] ?? "hmac-sha256"),
  };
}

/**
 * The address of one socket of a connection.
 *
 * @example addressOf(connection, "shell_port") // "tcp://127.0.0.1:50001"
 */
export function addressOf(connection: Connection, port: (typeof PORTS)[number]): string {
  const separator = connection.transport === "tcp" ? ":" : "-";
  return `${connection.transport}://${connection.ip}${separator}${connection[port]}`;
}

/**
 * The ports of a connection alone, as `connect_reply` has them.
 *
 * @example portsOf(connection).shell_port // 50001
 */
export function portsOf(connection: Connection): Pick<Connection, (typeof PORTS)[number]> {
  const { shell_port, control_port, iopub_port, stdin_port, hb_port } = connection;
  return { shell_port, control_port, iopub_port, stdin_port, hb_port };
}

/**
 * What is unsafe about a connection, as one sentence each; nothing for the usual one.
 *
 * @example for (const warning of connectionWarnings(connection)) console.error(warning);
 */
export function connectionWarnings(connection: Connection): string[] {
  const warnings: string[] = [];
  if (connection.key === "") {
    warnings.push("The connection has no key: every process that reaches it can run code here.");
  }
  const loopback = /^(127\.|localhost$|::1$|\[::1\]$)/.test(connection.ip);
  if (connection.transport === "tcp" && !loopback) {
    warnings.push(
      `The kernel listens on ${connection.ip}: other machines may reach it, and nothing is encrypted.`,
    );
  }
  return warnings;
}
