import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../testing/fixtures.js";
import { isLeaseHeld, sweepLeases, takeLease } from "./lease.js";

let folder: { path: string; remove(): void };
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, "leases"));
});
afterEach(() => folder.remove());

test("a lease is held until it is released", () => {
  const lease = takeLease(folder.path);
  expect(isLeaseHeld(folder.path, lease.id)).toBe(true);
  sweepLeases(folder.path);
  expect(isLeaseHeld(folder.path, lease.id)).toBe(true);
  lease.release();
  expect(isLeaseHeld(folder.path, lease.id)).toBe(false);
  expect(isLeaseHeld(folder.path, "neverwas")).toBe(false);
});

test("a lease ends with its process, however that ends", async () => {
  const lease = new URL("../../dist/lease/lease.js", import.meta.url);
  const program = `import { takeLease } from ${JSON.stringify(lease.href)};
    const { id } = takeLease(${JSON.stringify(folder.path)});
    // The object itself is dropped here: the lease must outlive a collection of memory.
    setTimeout(() => { gc(); setTimeout(() => console.log(id), 50); }, 50);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--expose-gc", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const id = line.toString().trim();
    expect(isLeaseHeld(folder.path, id)).toBe(true);
    sweepLeases(folder.path);
    expect(isLeaseHeld(folder.path, id)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isLeaseHeld(folder.path, id)).toBe(false);
    sweepLeases(folder.path);
    expect(readdirSync(join(folder.path, "leases"))).toEqual([]);
  } finally {
    child.kill("SIGKILL");
  }
});
