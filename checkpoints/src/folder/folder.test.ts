import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { networkFileSystem } from "./file-system.js";
import { enterStore } from "./front-gate.js";
import { blobFile, leaseOfTemporary, packFile, temporaryFile } from "./layout.js";
import { findStore } from "./search.js";

vi.mock("node:os", { spy: true });

let folder: { path: string; remove(): void };
let path: string;
beforeEach(async () => {
  const { temporaryFolder } = await import("../testing/fixtures.js");
  folder = temporaryFolder();
  path = join(folder.path, "a", "b");
  mkdirSync(path, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  folder.remove();
});
const code = (name: string) => expect.objectContaining({ code: name });

describe("findStore", () => {
  test("looks upwards", () => {
    expect(findStore(path)).toBeNull();
    const store = join(folder.path, ".forkpoint");
    mkdirSync(store);
    expect(findStore(path)).toBe(store);
    mkdirSync(join(path, ".forkpoint"));
    expect(findStore(path)).toBe(join(path, ".forkpoint"));
  });

  test("ends at the home folder", () => {
    mkdirSync(join(folder.path, ".forkpoint"));
    vi.mocked(homedir).mockReturnValue(join(folder.path, "a"));
    expect(findStore(path)).toBeNull();
    mkdirSync(join(folder.path, "a", ".forkpoint"));
    expect(findStore(path)).toBe(join(folder.path, "a", ".forkpoint"));
  });

  test("passes over a file of that name and the store of another user", () => {
    writeFileSync(join(path, ".forkpoint"), "");
    mkdirSync(join(folder.path, "a", ".forkpoint"));
    expect(findStore(path)).toBe(join(folder.path, "a", ".forkpoint"));
    const user = process.getuid!();
    vi.spyOn(process as { getuid(): number }, "getuid").mockReturnValue(user + 1);
    expect(findStore(path)).toBeNull();
  });
});

describe("enterStore", () => {
  test("makes a private folder that git ignores, and finds it again from below", () => {
    const store = enterStore({ from: folder.path });
    expect(store).toBe(join(folder.path, ".forkpoint"));
    expect(statSync(store).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(store, ".gitignore"), "utf8")).toBe("*\n");
    expect(enterStore({ from: path })).toBe(store);
    expect(enterStore({ path: join(path, "own") })).toBe(join(path, "own"));
  });

  test("does not make one when told so, or where there is no folder", () => {
    expect(() => enterStore({ from: path, create: false })).toThrow(code("StoreNotFound"));
    expect(existsSync(join(path, ".forkpoint"))).toBe(false);
    mkdirSync(join(path, ".forkpoint"));
    expect(() => enterStore({ from: path, create: false })).toThrow(code("StoreNotFound"));
    expect(() => enterStore({ path: join(path, "no", "x") })).toThrow(code("StoreNotFound"));
    writeFileSync(join(path, "file"), "");
    expect(() => enterStore({ path: join(path, "file") })).toThrow(code("StoreNotFound"));
  });

  test("refuses the store of another user", () => {
    const store = enterStore({ from: path });
    const user = process.getuid!();
    vi.spyOn(process as { getuid(): number }, "getuid").mockReturnValue(user + 1);
    expect(() => enterStore({ path: store })).toThrow(code("StoreForeign"));
  });

  // A folder that not even root can write.
  test.skipIf(!existsSync("/sys/kernel"))("says when a folder cannot be written", () => {
    expect(() => enterStore({ from: "/sys/kernel" })).toThrow(code("StoreNotWritable"));
  });
});

describe("networkFileSystem", () => {
  const mounts = [
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
    "36 22 0:32 / /mnt/team rw - nfs4 host:/team rw,vers=4.2",
    "37 36 0:33 / /mnt/team/local rw - ext4 /dev/vdb rw",
    "38 22 0:34 / /mnt/my\\040share rw - cifs //host/share rw",
    "39 22 0:35 / /mnt/c rw - 9p C: rw,aname=drvfs;path=C:\\",
    "40 22 0:36 / /sandbox rw - 9p none rw",
    "41 22 0:37 / /remote rw - fuse.sshfs ada@host: rw",
    "42 22 0:38 / /over rw - nfs host:/x rw",
    "43 22 0:39 / /over rw - tmpfs none rw",
  ].join("\n");
  test.each([
    ["/home/ada", null],
    ["/mnt/team", "nfs4"],
    ["/mnt/team/notebooks", "nfs4"],
    ["/mnt/teamwork", null],
    ["/mnt/team/local/x", null],
    ["/mnt/my share/x", "cifs"],
    ["/mnt/c/Users", "drvfs"],
    ["/sandbox/x", null],
    ["/remote/x", "fuse.sshfs"],
    ["/over/x", null],
  ])("of %s is %s", (place, type) => {
    expect(networkFileSystem(place, mounts)).toBe(type);
  });
});

test("what a catalog says never leaves the folder", () => {
  for (const id of ["../x", "a/b", "", ".", "a\0", "A"]) {
    expect(() => packFile("/n", id)).toThrow(code("StoreDamaged"));
    expect(() => blobFile("/n", id)).toThrow(code("StoreDamaged"));
  }
  const temporary = temporaryFile("/n", "packs", "lease1", "id1");
  expect(leaseOfTemporary(temporary.slice("/n/packs/".length))).toBe("lease1");
  expect(leaseOfTemporary("0m8h.safetensors")).toBeNull();
});
