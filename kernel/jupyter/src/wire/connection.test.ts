import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConnectionFileInvalid } from "../errors.js";
import { addressOf, connectionWarnings, readConnection } from "./connection.js";

const GOOD = {
  ip: "127.0.0.1",
  shell_port: 1,
  control_port: 2,
  iopub_port: 3,
  stdin_port: 4,
  hb_port: 5,
  key: "k",
};

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "connection-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function written(content: unknown): string {
  const file = join(folder, "connection.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

test("a usual file is read, with defaults", () => {
  const connection = readConnection(written(GOOD));
  expect(connection).toMatchObject({ transport: "tcp", signature_scheme: "hmac-sha256" });
  expect(addressOf(connection, "iopub_port")).toBe("tcp://127.0.0.1:3");
  expect(connectionWarnings(connection)).toEqual([]);
});

test("ipc addresses have a dash", () => {
  const connection = readConnection(written({ ...GOOD, transport: "ipc", ip: "/run/x" }));
  expect(addressOf(connection, "shell_port")).toBe("ipc:///run/x-1");
});

test("what is unsafe is said", () => {
  const connection = readConnection(written({ ...GOOD, key: "", ip: "0.0.0.0" }));
  expect(connectionWarnings(connection)).toHaveLength(2);
});

test.each([
  ["no json"],
  [{ ...GOOD, ip: undefined }],
  [{ ...GOOD, hb_port: "x" }],
  [{ ...GOOD, transport: "udp" }],
])("a file that cannot be used is refused: %j", (content) => {
  expect(() => readConnection(written(content))).toThrow(ConnectionFileInvalid);
});

test("a missing file is named", () => {
  expect(() => readConnection(join(folder, "nowhere"))).toThrow(/nowhere.*ENOENT/);
});
