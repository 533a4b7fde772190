import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import type { UsageReply } from "../wire/usage.js";

/** Clock ticks a second in `/proc/PID/stat`, the same on every Linux. */
const TICKS = 100;

/** What `/proc/meminfo` calls the fields that psutil has, and clients show. */
const MEMINFO: Record<string, string> = {
  free: "MemFree",
  active: "Active",
  inactive: "Inactive",
  buffers: "Buffers",
  cached: "Cached",
  shared: "Shmem",
  slab: "Slab",
};

/**
 * Makes the measure behind `usage_request`; percentages are of the time since the last call.
 *
 * @example const usage = createUsage(); usage().kernel_memory
 */
export function createUsage(): () => UsageReply {
  let last = { at: performance.now(), kernel: kernelSeconds(), host: hostTimes() };
  let first = true;
  return () => {
    const now = { at: performance.now(), kernel: kernelSeconds(), host: hostTimes() };
    const seconds = (now.at - last.at) / 1000;
    const host = now.host.all - last.host.all;
    const reply: UsageReply = {
      status: "ok",
      hostname: os.hostname(),
      pid: process.pid,
      // A child that has ended takes its seconds with it.
      kernel_cpu: Math.max(0, rounded(((now.kernel - last.kernel) / seconds) * 100)),
      kernel_memory: kernelMemory(),
      cpu_count: os.cpus().length,
      host_virtual_memory: hostMemory(),
    };
    if (!first && host > 0) {
      reply.host_cpu_percent = rounded(((now.host.busy - last.host.busy) / host) * 100);
    }
    last = now;
    first = false;
    return reply;
  };
}

function kernelSeconds(): number {
  const { user, system } = process.cpuUsage();
  let seconds = (user + system) / 1e6;
  for (const pid of descendants(process.pid)) {
    // Behind the name, which may hold spaces and brackets: fields 14 and 15 of the whole.
    const fields = (read(`/proc/${pid}/stat`) ?? "").split(") ").at(-1)!.split(" ");
    seconds += (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
  }
  return seconds;
}

function kernelMemory(): number {
  let bytes = proportional(process.pid) ?? process.memoryUsage.rss();
  for (const pid of descendants(process.pid)) bytes += proportional(pid) ?? 0;
  return bytes;
}

// Memory that several processes share counts once in all.
function proportional(pid: number): number | null {
  const match = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "");
  return match ? Number(match[1]) * 1024 : null;
}

function descendants(pid: number): number[] {
  const children = tasks(pid).flatMap((task) =>
    (read(`/proc/${pid}/task/${task}/children`) ?? "").split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function tasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it has ended, or this is no Linux
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null; // as above
  }
}

function hostTimes(): { all: number; busy: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of os.cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, busy: all - idle };
}

function hostMemory(): Record<string, number> {
  const total = os.totalmem();
  const text = read("/proc/meminfo") ?? "";
  const entry = (name: string): number | null => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text);
    return match ? Number(match[1]) * 1024 : null;
  };
  const available = entry("MemAvailable") ?? os.freemem();
  const used = total - available;
  const more = Object.entries(MEMINFO).flatMap(([key, name]) => {
    const bytes = entry(name);
    return bytes === null ? [] : [[key, bytes] as const];
  });
  const percent = rounded((used / total) * 100);
  return { total, available, percent, used, free: os.freemem(), ...Object.fromEntries(more) };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
