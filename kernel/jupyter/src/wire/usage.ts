/** `usage_reply`, as ipykernel gives it: what the kernel and its machine use. */
export interface UsageReply {
  /** ipykernel leaves it out; every other reply has it. */
  status: "ok";
  hostname: string;
  pid: number;
  /** Percent of one core since the last request, child processes included. */
  kernel_cpu: number;
  /** Bytes, child processes included. */
  kernel_memory: number;
  /** Since the last request; left out the first time. */
  host_cpu_percent?: number;
  cpu_count: number;
  /** Bytes, and `percent`. */
  host_virtual_memory: Record<string, number>;
}
